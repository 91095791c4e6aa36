"""Whatever the device can say is read again as it was meant."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address, ip_interface, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.dialects.nec_ix import NecIx, defaults
from kakehashi.dialects.nec_ix.words import (
    CIPHERS,
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    INTEGRITIES,
    PHASE1_CIPHERS,
    PRFS,
)
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.gateway import AdjustMss, Gateway, Interface, InterfaceKind, Route
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    CommitBit,
    DeadPeerDetection,
    DeleteNotify,
    ExchangeMode,
    Ikev1IpsecPolicy,
    Ikev1Peer,
    Ikev1Tunnel,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.policy import DfBit, IkePolicy, IpsecPolicy, Rekey, ResponderSelectors
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, EVERYTHING, TrafficSelector
from kakehashi.model.translation import SourceTranslation, StaticTranslation, Timeouts, Translation
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, NextHopChoice, OutgoingInterface
from kakehashi.wire.registry.ikev2 import IdType

FILE = "generated.cfg"
WAN, LAN, TUNNEL = "GigaEthernet0.0", "GigaEthernet1.0", "Tunnel0.0"
PEER = ip_address("198.51.100.2")
words = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-_.", min_size=1, max_size=12)
seconds = st.integers(60, 1_000_000)


def values(table: dict) -> st.SearchStrategy:  # type: ignore[type-arg]
    """Some of a table's values, in the device's own order."""
    order = [value for value, _ in table.values()]
    return st.sets(st.sampled_from(order), min_size=1).map(lambda s: tuple(v for v in order if v in s))


def one(table: dict) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.sampled_from([value for value, _ in table.values()])


networks = st.integers(0, 255).map(lambda n: ip_network(f"10.{n}.0.0/16"))
secrets = st.one_of(words.map(lambda w: Secret(w.encode())), st.binary(min_size=1, max_size=32).map(Secret))
identities = st.builds(
    Identity.of, st.sampled_from([IdType.ID_FQDN, IdType.ID_KEY_ID, IdType.ID_RFC822_ADDR]), words
)


@st.composite
def ike_policies(draw: st.DrawFn, *, dpd: int | None) -> IkePolicy:
    nat = draw(st.booleans())
    return IkePolicy(
        algorithms=IkeAlgorithms(
            draw(values(CIPHERS)), draw(values(INTEGRITIES)), draw(values(PRFS)), draw(values(GROUPS))
        ),
        rekey=Rekey(draw(seconds), defaults.SA_REKEY_BEFORE_END),
        dpd_interval=dpd,
        nat_traversal=nat,
        nat_keepalive=draw(st.integers(1, 65535)) if nat else None,
        retransmit=defaults.RETRANSMIT,
    )


def selectors() -> st.SearchStrategy[tuple[TrafficSelector, ...]]:
    plain = networks.map(TrafficSelector.of)
    ported = st.builds(
        lambda n, p, low, more: TrafficSelector(n[0], n[-1], p, low, low + more),
        networks,
        st.sampled_from([6, 17]),
        st.integers(1, 60000),
        st.integers(0, 100),
    )
    return st.lists(st.one_of(plain, ported), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def ikev2_gateways(draw: st.DrawFn) -> Gateway:
    ours, theirs = draw(st.tuples(identities, identities).filter(lambda pair: pair[0] != pair[1]))
    psk = AuthenticationMethod.PSK
    chosen = draw(st.one_of(st.just((EVERYTHING, EVERYTHING)), st.tuples(selectors(), selectors())))
    pfs = draw(st.one_of(st.just(()), st.just(defaults.CHILD_PFS), values(GROUPS)))
    ike = draw(ike_policies(dpd=draw(st.one_of(st.none(), st.integers(1, 65535)))))
    hops = st.sampled_from([None, NextHopChoice.AUTO, ip_address("192.0.2.1")])
    mtu_ignore = draw(st.booleans())
    connect = draw(st.sampled_from(ConnectType))
    # No packet fits others, and not every maker can say them: then it is for the far end to propose.
    of_one_protocol = len({s.protocol for side in chosen for s in side}) == 1
    tunnel = Ikev2Tunnel(
        interface=TUNNEL,
        enabled=True,
        peer_address=PEER,
        local=Authentication(psk, ours, draw(secrets)),
        peer=Authentication(psk, theirs, draw(secrets)),
        ike=ike,
        ipsec=IpsecPolicy(
            algorithms=ChildAlgorithms(draw(values(CIPHERS)), draw(values(INTEGRITIES)), pfs),
            rekey=Rekey(draw(seconds), defaults.CHILD_REKEY_BEFORE_END),
            local_selectors=chosen[0],
            remote_selectors=chosen[1],
            responder_selectors=ResponderSelectors.AS_PROPOSED,
            replay_window=draw(st.sampled_from([0, 64])),
            mtu_ignore=mtu_ignore,
            pre_fragment=draw(st.booleans()),
            df_bit=defaults.df_bit(mtu_ignore),
        ),
        connect=connect,
        answers=connect is ConnectType.NEVER or not of_one_protocol or draw(st.booleans()),
        outgoing=draw(st.one_of(st.none(), hops.map(lambda hop: OutgoingInterface(WAN, hop)))),
        source_address=draw(st.sampled_from([None, WAN, ip_address("192.0.2.2")])),
    )
    return replace(_around(draw), tunnels=(tunnel,), unknown_peer_policy=replace(ike, start_rekey=False))


@st.composite
def ikev1_gateways(draw: st.DrawFn) -> Gateway:
    nat = draw(st.booleans())
    peer = Ikev1Peer(
        name="far",
        address=PEER,
        secret=Secret(draw(words).encode()),
        proposals=tuple(
            draw(
                st.lists(
                    st.builds(
                        Phase1Proposal,
                        cipher=one(PHASE1_CIPHERS),
                        hash=one(HASHES),
                        group=one(GROUPS),
                        lifetime=seconds,
                        name=words,
                    ),
                    min_size=1,
                    max_size=3,
                    unique=True,
                )
            )
        ),
        mode=draw(st.sampled_from(ExchangeMode)),
        local_identity=draw(st.one_of(st.none(), identities)),
        dpd=draw(st.one_of(st.none(), st.integers(1, 999).map(lambda n: DeadPeerDetection(n, 3, n)))),
        retransmit=draw(st.sampled_from([(2, 4, 8, 16), (2, 4), (2, 4, 8, 16, 16, 16), (5, 5, 5)])),
        nat_traversal=nat,
        nat_keepalive=draw(st.integers(1, 65535)) if nat else None,
        suppress_dangling=draw(st.booleans()),
        renew_before_end=draw(st.integers(1, 600)),
    )
    proposals = st.builds(
        Phase2Proposal,
        cipher=one(ESP_CIPHERS),
        integrity=one(ESP_INTEGRITIES),
        lifetime=seconds,
        kilobytes=st.one_of(st.none(), st.integers(1, 4294967295)),
        name=words,
    )
    sides = st.one_of(st.just(ANY_IPV4), networks.map(TrafficSelector.of))
    tunnel = Ikev1Tunnel(
        interface=TUNNEL,
        enabled=True,
        peer_address=PEER,
        peers=("far",),
        name="to-far",
        ipsec=Ikev1IpsecPolicy(
            proposals=tuple(draw(st.lists(proposals, min_size=1, max_size=3, unique=True))),
            pfs=draw(st.one_of(st.just(defaults.PFS), one(GROUPS))),
            local_selectors=(draw(sides),),
            remote_selectors=(draw(sides),),
            filters=False,
            sends_identities=draw(st.booleans()),
            replay_window=draw(st.sampled_from([0, 64])),
            mtu_ignore=draw(st.booleans()),
            pre_fragment=draw(st.booleans()),
            df_bit=draw(st.sampled_from(DfBit)),
            commit_bit=draw(st.sampled_from(CommitBit)),
            autorefresh=draw(st.booleans()),
            rekey_before_end=draw(st.integers(1, 600)),
            rekey_unused=draw(st.booleans()),
        ),
    )
    notify = st.one_of(st.none(), st.builds(DeleteNotify, st.integers(1, 99), st.integers(1, 99)))
    return replace(_around(draw), tunnels=(tunnel,), ikev1_peers=(peer,), delete_notify=draw(notify))


def translations() -> st.SearchStrategy[Translation]:
    ports = st.integers(1, 65535)
    host = IPv4Address("192.168.1.5")
    hole = st.builds(StaticTranslation, protocol=st.sampled_from([1, 17, 50]))
    static = st.one_of(
        hole,
        st.builds(
            StaticTranslation,
            protocol=st.sampled_from([6, 17]),
            port=ports,
            inside=st.sampled_from([None, host]),
        ),
        st.builds(
            StaticTranslation, protocol=st.just(6), port=st.just(1), inside=st.just(host), inside_port=ports
        ).filter(lambda s: s.inside_port != s.port),
    )
    seconds = st.integers(1, 65535)
    return st.builds(
        Translation,
        sources=st.just((SourceTranslation(),)),
        static=st.lists(static, max_size=3, unique=True).map(tuple),
        closed=st.just(True),
        hairpinning=st.booleans(),
        timeouts=st.builds(Timeouts, tcp=seconds, tcp_opening=seconds, tcp_closing=seconds, udp=seconds),
    )


def _around(draw: st.DrawFn) -> Gateway:
    mss = st.one_of(st.none(), st.just(AdjustMss.AUTO), st.integers(1, 65535))
    physical = InterfaceKind.PHYSICAL
    interfaces = (
        Interface(
            name=WAN,
            kind=physical,
            enabled=True,
            addresses=(ip_interface("192.0.2.2/24"),),
            translation=draw(st.one_of(st.none(), translations())),
        ),
        Interface(name=LAN, kind=physical, enabled=draw(st.booleans()), dhcp=draw(st.booleans())),
        Interface(
            name=TUNNEL,
            kind=InterfaceKind.TUNNEL,
            enabled=True,
            unnumbered=WAN,
            mtu=draw(st.one_of(st.none(), st.integers(68, 1500))),
            adjust_mss=draw(mss),
            adjust_mss_ipv6=draw(mss),
        ),
    )
    routes = st.builds(Route, destination=networks, interface=st.just(TUNNEL), metric=st.integers(0, 65279))
    return Gateway(
        dialect="nec-ix",
        unknown_peer_policy=NecIx().lower("", FILE).gateway.unknown_peer_policy,
        hostname=draw(words),
        interfaces=interfaces,
        routes=tuple(draw(st.lists(routes, max_size=3))),
        files=(FILE,),
    )


@settings(max_examples=40, deadline=None)
@given(st.one_of(ikev2_gateways(), ikev1_gateways()))
def test_what_is_written_is_read_as_it_was_meant(gateway: Gateway) -> None:
    rendered = NecIx().render(gateway)
    assert rendered.losses == ()
    assert NecIx().lower(rendered.text, FILE).gateway == gateway
