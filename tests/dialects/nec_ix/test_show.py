"""What the device prints. The layouts are those of listings 2.25.6, 2.25.17 and 2.25.18, with keys in full."""

from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from textwrap import dedent

import pytest

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.identity import Identity
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, EVERYTHING, TrafficSelector
from kakehashi.model.status import (
    CLEARED,
    ChildSaStatus,
    HistoryEntry,
    IkeSaKeys,
    IkeSaState,
    IkeSaStatus,
    InboundCounters,
    NatSide,
    OutboundCounters,
    Role,
    RouteOrigin,
    RouteStatus,
    Status,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId, PrfId
from tests.dialects.nec_ix.reading import whole

CBC_256 = Cipher(EncryptionId.ENCR_AES_CBC, 256)
PATH = Path(SocketAddress(ip_address("10.1.0.1"), 500), SocketAddress(ip_address("10.2.0.1"), 500))
SHA1 = IntegrityId.AUTH_HMAC_SHA1_96


def secret(octet: int, length: int) -> Secret:
    return Secret(bytes([octet]) * length)


CHILD = ChildSaStatus(
    sa=ChildSa(
        tunnel="Tunnel0.0",
        spi_in=0x1511AB8E,
        spi_out=0x571A182D,
        serial_in=3,
        serial_out=4,
        cipher=CBC_256,
        integrity=SHA1,
        keys_in=EspKeys(encryption=secret(0xBA, 32), integrity=secret(0x5C, 20)),
        keys_out=EspKeys(encryption=secret(0xAC, 32), integrity=secret(0x4D, 20)),
        esn=False,
        local_selectors=(ANY_IPV4,),
        remote_selectors=(ANY_IPV4,),
        path=PATH,
        udp_encapsulation=False,
        replay_window=64,
    ),
    remaining=28780.9,
    key_exchange=KeyExchangeId.MODP_2048,
)
IKE_SA = IkeSaStatus(
    tunnel="Tunnel0.0",
    spi_i=bytes.fromhex("f633bdfd0188a348"),
    spi_r=bytes.fromhex("c35d1aa6e0ce1c67"),
    serial=11,
    role=Role.INITIATOR,
    state=IkeSaState.ESTABLISHED,
    path=PATH,
    local_identity=Identity.of(IdType.ID_IPV4_ADDR, "10.1.0.1"),
    peer_identity=Identity.of(IdType.ID_IPV4_ADDR, "10.2.0.1"),
    next_request_id=2,
    expected_request_id=0,
    remaining=86381.4,
    cipher=CBC_256,
    integrity=SHA1,
    prf=PrfId.PRF_HMAC_SHA1,
    key_exchange=KeyExchangeId.MODP_1536,
    keys=IkeSaKeys(
        sk_ei=secret(0xA4, 32), sk_er=secret(0x0F, 32), sk_ai=secret(0xF1, 20), sk_ar=secret(0x6E, 20)
    ),
    children=(CHILD,),
)
HISTORY = (
    HistoryEntry(datetime(2011, 1, 1, 9, 0, 40), "Create"),
    HistoryEntry(datetime(2011, 1, 1, 19, 22, 3), "Delete", CLEARED),
    HistoryEntry(datetime(2011, 1, 1, 19, 22, 29), "Create"),
)
TUNNEL = TunnelStatus(
    name="Tunnel0.0",
    up=True,
    host_interface="tun0",
    mtu=1438,
    outbound=OutboundCounters(packets=9, octets=756, misc_error=122),
    inbound=InboundCounters(packets=9, octets=756),
    history=HISTORY,
)
STATUS = Status(hostname="r", time=datetime(2011, 1, 2), tunnels=(TUNNEL,), ike_sas=(IKE_SA,))


def show(words: str, status: Status = STATUS) -> str:
    return NecIx().show(words.split(), status, whole().gateway)


def test_show_ikev2_sa_as_the_manual_prints_it() -> None:
    assert show("ikev2 sa") == dedent(
        f"""\
        Interface Tunnel0.0
          SPI (I)0xf633bdfd0188a348  (R)0xc35d1aa6e0ce1c67
            Remain lifetime[sec] : 86381
            Serial : 11
            Direction : initiator
            Local Addr  : 10.1.0.1:500
            Remote Addr : 10.2.0.1:500
            Local ID : IPv4-ADDR 10.1.0.1
            Peer ID  : IPv4-ADDR 10.2.0.1
            Status : establish
            Local message ID : 2
            Peer message ID  : 0
            Encryption alg : AES-CBC-256
              initiator key : 0x{"a4" * 32}
              responder key : 0x{"0f" * 32}
            Integrity alg : HMAC-SHA1-96
              initiator key : 0x{"f1" * 20}
              responder key : 0x{"6e" * 20}
            PRF alg  : HMAC-SHA1
            DH group : MODP-1536
            PFS : MODP-2048
            DPD : disable
            Child
              Prot SPI(IN)    SPI(OUT)   Lifetime[sec]
              ESP  0x1511ab8e 0x571a182d 28780
        """
    )


def test_show_ikev2_child_sa_as_the_manual_prints_it() -> None:
    status = replace(STATUS, ike_sas=(replace(IKE_SA, children=(replace(CHILD, remaining=28776.0),)),))
    assert show("ikev2 child-sa", status) == dedent(
        f"""\
        Interface Tunnel0.0
          IKE Peer ID : IPv4-ADDR 10.2.0.1
            IKE SPI (I)0xf633bdfd0188a348  (R)0xc35d1aa6e0ce1c67
            IKE SA serial : 11
            Child SA
              Protocol : ESP
              Local Addr : 10.1.0.1
              Peer Addr  : 10.2.0.1
              Enc alg  : AES-CBC-256
              Hash alg : HMAC-SHA1-96
              Remain lifetime[sec] : 28776
              Anti-replay : on
              Direction is outbound
                SPI : 0x571a182d
                Serial : 4
                Authkey : 0x{"4d" * 20}
                Enckey  : 0x{"ac" * 32}
              Direction is inbound
                SPI : 0x1511ab8e
                Serial : 3
                Authkey : 0x{"5c" * 20}
                Enckey  : 0x{"ba" * 32}
              Local TS:
              TS type : IPV4-ADDR-RANGE
                Protocol 0
                Address Range 0.0.0.0 to 255.255.255.255
                Port Range 0 to 65535
              Peer TS:
              TS type : IPV4-ADDR-RANGE
                Protocol 0
                Address Range 0.0.0.0 to 255.255.255.255
                Port Range 0 to 65535
            Statistics
              Outbound
                9 packets, 756 octets
                0 cipher failure,  0 out of memory, 0 ts unacceptable
                122 misc error
              Inbound
                9 packets, 756 octets
                0 invalid sa, 0 replay detected, 0 integrity failure
                0 cipher failure, 0 packet truncated, 0 invalid padding,
                0 unknown protocol, 0 out of memory, 0 ts unacceptable
                0 misc error
            History
              Time                Event
              2011/01/01 09:00:40 Create
              2011/01/01 19:22:03 Delete : Delete IKE SA by command
              2011/01/01 19:22:29 Create
        """
    )


def test_every_counter_stands_in_its_own_place() -> None:
    outbound = OutboundCounters(1, 2, 3, 4, 5, 6)
    inbound = InboundCounters(11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
    tunnel = replace(TUNNEL, outbound=outbound, inbound=inbound, history=())
    assert show("ikev2 child-sa", replace(STATUS, tunnels=(tunnel,), ike_sas=())) == dedent(
        """\
        Interface Tunnel0.0
            Statistics
              Outbound
                1 packets, 2 octets
                3 cipher failure,  4 out of memory, 5 ts unacceptable
                6 misc error
              Inbound
                11 packets, 12 octets
                13 invalid sa, 14 replay detected, 15 integrity failure
                16 cipher failure, 17 packet truncated, 18 invalid padding,
                19 unknown protocol, 20 out of memory, 21 ts unacceptable
                22 misc error
        """
    )


@pytest.mark.parametrize(
    ("nat", "side"),
    [
        (NatSide.LOCAL, "local side"),
        (NatSide.REMOTE, "remote side"),
        (NatSide.LOCAL | NatSide.REMOTE, "both sides"),
    ],
)
def test_a_nat_is_shown_with_its_side_and_the_keepalive(nat: NatSide, side: str) -> None:
    text = show("ikev2 sa", replace(STATUS, ike_sas=(replace(IKE_SA, nat=nat, nat_keepalive=20),)))
    assert f"    NAT detection : {side}\n    NAT-T keepalive interval[sec] : 20\n" in text
    assert "NAT" not in show("ikev2 sa")


def test_an_aead_has_no_integrity_algorithm_and_no_key_of_it() -> None:
    gcm = Cipher(EncryptionId.ENCR_AES_GCM_16, 256)
    keys = EspKeys(encryption=secret(1, 36), integrity=Secret(b""))
    child = replace(
        CHILD,
        sa=replace(CHILD.sa, cipher=gcm, integrity=IntegrityId.NONE, keys_in=keys, keys_out=keys),
        key_exchange=KeyExchangeId.NONE,
    )
    sa = replace(IKE_SA, cipher=gcm, integrity=IntegrityId.NONE, children=(child,), dpd_interval=10)
    status = replace(STATUS, ike_sas=(sa,))
    text = show("ikev2 sa", status)
    assert "Encryption alg : AES-GCM-256" in text
    assert "Integrity alg" not in text
    assert "    PFS : disable\n    DPD : interval 10[sec]\n" in text
    text = show("ikev2 child-sa", status)
    assert "Authkey" not in text
    assert "Hash alg" not in text


def test_pfs_is_that_of_the_newest_child() -> None:
    first = replace(CHILD, key_exchange=KeyExchangeId.NONE)
    text = show("ikev2 sa", replace(STATUS, ike_sas=(replace(IKE_SA, children=(first, CHILD)),)))
    assert "    PFS : MODP-2048\n" in text
    assert text.count("      ESP  0x1511ab8e") == 2


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  child-pfs 2048-bit", "MODP-2048"),
        ("  child-pfs 1536-bit 2048-bit", "MODP-2048, MODP-1536"),
        ("  child-pfs off", "disable"),
        ("", "disable"),
    ],
)
def test_pfs_of_an_sa_that_made_its_first_child_only_is_what_is_demanded_of_the_next(
    line: str, shown: str
) -> None:
    """The listing shows message IDs 2 and 0, so nothing was exchanged after IKE_AUTH, and a group."""
    first = replace(CHILD, key_exchange=KeyExchangeId.NONE)
    status = replace(STATUS, ike_sas=(replace(IKE_SA, children=(first,)),))
    text = NecIx().show(["ikev2", "sa"], status, whole(default=line).gateway)
    assert f"    PFS : {shown}\n" in text


def test_selectors_of_both_versions_with_protocol_and_ports() -> None:
    narrow = TrafficSelector.of("192.168.10.0/24", 6, 443)
    child = replace(CHILD, sa=replace(CHILD.sa, local_selectors=(narrow,), remote_selectors=EVERYTHING))
    text = show("ikev2 child-sa", replace(STATUS, ike_sas=(replace(IKE_SA, children=(child,)),)))
    assert (
        "      Local TS:\n"
        "      TS type : IPV4-ADDR-RANGE\n"
        "        Protocol 6\n"
        "        Address Range 192.168.10.0 to 192.168.10.255\n"
        "        Port Range 443 to 443\n"
        "      Peer TS:\n"
    ) in text
    assert "TS type : IPV6-ADDR-RANGE" in text


def test_only_the_last_ten_events_are_shown() -> None:
    history = tuple(HistoryEntry(datetime(2020, 1, day), "Create") for day in range(1, 15))
    text = show("ikev2 child-sa", replace(STATUS, tunnels=(replace(TUNNEL, history=history),)))
    assert text.count("Create") == 10
    assert "2020/01/04" not in text
    assert "2020/01/05" in text


def test_an_sa_in_the_making_shows_what_is_known() -> None:
    sa = replace(
        IKE_SA,
        tunnel="",
        state=IkeSaState.CONNECTING,
        role=Role.RESPONDER,
        peer_identity=None,
        cipher=None,
        integrity=IntegrityId.NONE,
        prf=None,
        key_exchange=KeyExchangeId.NONE,
        keys=None,
        children=(),
    )
    text = show("ikev2 sa", replace(STATUS, ike_sas=(sa,)))
    assert text.startswith("Interface (peer not known yet)\n")
    assert "    Status : negotiating\n" in text
    assert "Encryption" not in text


def test_one_tunnel_of_several() -> None:
    other = replace(TUNNEL, name="Tunnel1.0")
    status = replace(STATUS, tunnels=(TUNNEL, other), ike_sas=(IKE_SA, replace(IKE_SA, tunnel="Tunnel1.0")))
    assert show("ikev2 sa", status).count("Interface") == 2
    for words in ("ikev2 sa Tunnel1.0", "ikev sa interface tunnel1.0"):
        text = show(words, status)
        assert text.count("Interface") == 1
        assert text.startswith("Interface Tunnel1.0\n")
    with pytest.raises(ShowError, match=r"Tunnel0\.0, Tunnel1\.0"):
        show("ikev2 sa Tunnel9.0", status)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("ikev2", "after `show ikev2` there could stand `sa` or `child-sa`"),
        (
            "ikev2 sa moon",
            "after `show ikev2 sa` there could stand `interface` or an interface such as Tunnel0.0",
        ),
        ("ipsec delete-notify on", "`show ipsec delete-notify` ends there"),
        ("moon", "there are `show ikev2 sa`, "),
    ],
)
def test_a_command_that_is_not_understood_names_what_is(words: str, told: str) -> None:
    with pytest.raises(ShowError) as refused:
        show(words)
    assert f"% `show {words}` is not understood; {told}" in str(refused.value)


def test_show_tunnel_status_says_why_a_tunnel_is_down() -> None:
    tunnel = replace(TUNNEL, up=False, down_reason="no route to the peer", last_failure="no answer")
    text = show("tunnel status", replace(STATUS, tunnels=(tunnel,), ike_sas=()))
    assert "Tunnel is down\n    Reason : no route to the peer\n" in text
    assert "Last failure : no answer" in text
    assert "  Path : 10.1.0.1:500 > 10.2.0.1:500\n" in show("tunnel status")


def test_show_ip_route_marks_the_routes_in_force() -> None:
    routes = (
        RouteStatus(destination="0.0.0.0/0", via="192.0.2.1", active=True),
        RouteStatus(destination="10.0.0.0/8", via="Tunnel0.0", active=False, metric=9 * 256 + 5),
        RouteStatus(destination="2001:db8::/64", via="Tunnel0.0", active=True),
    )
    status = replace(STATUS, routes=routes)
    text = show("ip route", status)
    assert "S* 0.0.0.0/0 [1/1] via 192.0.2.1\n" in text
    assert "S  10.0.0.0/8 [10/5] via Tunnel0.0\n" in text
    assert "2001:db8" not in text
    assert "2001:db8::/64" in show("ipv6 route", status)


def test_show_ip_route_tells_where_each_comes_from_and_why_one_is_not_there() -> None:
    routes = (
        RouteStatus(destination="0.0.0.0/0", via="GigaEthernet0.0 192.0.2.1", active=True, metric=2,
                    origin=RouteOrigin.DHCP),
        RouteStatus(destination="192.0.2.0/24", via="GigaEthernet0.0", active=True, metric=0,
                    origin=RouteOrigin.CONNECTED),
        RouteStatus(destination="172.16.0.0/12", via="GigaEthernet0.0 192.0.2.9", active=True, metric=50,
                    origin=RouteOrigin.HOST),
        RouteStatus(destination="10.0.0.0/8", via="Tunnel0.0", active=False,
                    reason="path monitoring (w 10) has withdrawn it"),
    )  # fmt: skip
    assert show("ip route", replace(STATUS, routes=routes)).splitlines()[2:] == [
        "D* 0.0.0.0/0 [-/2] via GigaEthernet0.0 192.0.2.1",
        "C* 192.0.2.0/24 is directly connected, GigaEthernet0.0",
        "H* 172.16.0.0/12 [-/50] via GigaEthernet0.0 192.0.2.9",
        "S  10.0.0.0/8 [1/1] via Tunnel0.0 (path monitoring (w 10) has withdrawn it)",
    ]


def test_clear_names_one_tunnel_or_all() -> None:
    """And waits for the peer's answer (V2-34)."""
    assert NecIx().clear(["ikev2", "sa"], STATUS) == Clear(None, version=2, at_once=False)
    named = Clear("Tunnel0.0", version=2, at_once=False)
    assert NecIx().clear(["IKEV2", "sa", "tunnel0.0"], STATUS) == named


@pytest.mark.parametrize("words", ["", "ikev2", "crypto isakmp sa", "ikev2 sa now", "no ikev2 sa"])
def test_what_the_device_would_not_take_is_refused_with_what_there_is(words: str) -> None:
    with pytest.raises(ShowError, match=r"ikev2 sa|`sa`"):
        show(words)
    with pytest.raises(ShowError, match=r"ikev2 sa|`sa`"):
        NecIx().clear(words.split(), STATUS)


def test_a_gateway_without_tunnels_shows_nothing() -> None:
    empty = Status(hostname="r", time=datetime(2011, 1, 2))
    assert show("ikev2 sa", empty) == show("ikev2 child-sa", empty) == show("tunnel status", empty) == ""
