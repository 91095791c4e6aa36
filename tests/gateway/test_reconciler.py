"""Up and down, and who begins, as the host and the SAs change (V2-09 to V2-11)."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Interface, ip_address

import pytest

from kakehashi.dataplane.protocol import Sizes
from kakehashi.gateway import standing
from kakehashi.gateway.dhcp.lease import Lease
from kakehashi.gateway.driver import Driver
from kakehashi.gateway.host.access import Filter
from kakehashi.gateway.host.facts import Ends, Facts, Lookup
from kakehashi.gateway.host.items import Address, Item, LinkUp, Mtu
from kakehashi.gateway.log import Log, LogOptions
from kakehashi.gateway.path_mtus import ESP, TooBig
from kakehashi.gateway.reconciler import Reconciler
from kakehashi.ike.effects import Effect, InstallChildSa, IsakmpSaChanged, RemoveChildSa
from kakehashi.model.address import ANY, IPAddress
from kakehashi.model.gateway import AdjustMss, Gateway
from kakehashi.model.gre import PROTOCOL as GRE
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit, NoIpsec
from kakehashi.model.tunnel import ConnectType, OutgoingInterface, PlainTunnel
from tests.gateway.builders import (
    DEVICES,
    IPSEC,
    NEXT_HOP,
    OURS,
    PEER,
    child_sa,
    facts,
    gateway,
    ike_sa,
    ikev1_tunnel,
    interface,
    ipsec_sa,
    isakmp_sa,
    link,
    path,
    tunnel,
)
from tests.gateway.fakes import FakeCore, FakeDataPlane

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ALWAYS = gateway(tunnel(connect=ConnectType.ALWAYS))


class FakeHost:
    """`now` is what the host looks like; `wanted` what was last asked of it."""

    def __init__(self) -> None:
        self.now = facts()
        self.wanted: Sequence[Item] = ()
        self.filters = ""
        self.problems: list[str] = []
        # Done once while the host is read, and while it is brought to what is wanted.
        self.meanwhile: dict[str, Callable[[], None]] = {}

    async def facts(self, asked: Iterable[IPAddress] = (), paths: Iterable[Ends] = ()) -> Facts:
        self.meanwhile.pop("facts", lambda: None)()
        return self.now

    async def apply(
        self,
        wanted: Sequence[Item],
        filters: str,
        facts: Facts,
        access: Sequence[Filter] = (),
        translation: str = "",
    ) -> tuple[list[str], bool]:
        self.meanwhile.pop("apply", lambda: None)()
        self.wanted, self.filters = wanted, filters
        return self.problems, False


class FakeClients:
    """`leases` is what was granted; `followed` the devices that are asked on."""

    def __init__(self) -> None:
        self.leases: dict[str, Lease] = {}
        self.followed: frozenset[str] = frozenset()

    def follow(self, devices: frozenset[str]) -> None:
        self.followed = devices


class Stage:
    def __init__(self, configuration: Gateway, peers: Mapping[str, IPAddress] | None = None) -> None:
        self.core, self.dataplane, self.host = FakeCore(), FakeDataPlane(), FakeHost()
        self.stream = io.StringIO()
        log = Log(LogOptions(), lambda: TIME, self.stream)
        known = {t.interface: PEER for t in configuration.tunnels if t.peer_address is not ANY}
        known |= peers or {}
        self.dhcp = FakeClients()
        self.reconciler = Reconciler(self.host, log, lambda: known, self.dhcp)  # type: ignore[arg-type]
        self.driver = Driver(
            self.core,
            self.dataplane,
            log,
            lambda: TIME,
            way=self.reconciler.way,
            sa_changed=self.reconciler.sa_changed,
            isakmp_sa_changed=self.reconciler.isakmp_sa_changed,
            broken=self.stream.write,
        )
        self.reconciler.attach(self.driver)
        self.reconciler.configure(configuration, {**DEVICES, "Tunnel1.0": "Tunnel1.0"})

    async def judge(self, *effects: Effect) -> None:
        self.core.answers = [list(effects)]
        self.driver.step()
        await self.reconciler.settle()

    @property
    def is_up(self) -> bool:
        return LinkUp("Tunnel0.0") in self.host.wanted

    def sizes(self) -> list[Sizes]:
        """Those that the data plane was told, oldest first."""
        return [entry[2] for entry in self.dataplane.done if entry[0] == "sizes"]

    def asked(self, what: str) -> list[tuple[object, ...]]:
        return [entry for entry in self.core.asked if entry[0] == what]


def play(
    story: Callable[[Stage], Awaitable[None]],
    configuration: Gateway | None = None,
    peers: Mapping[str, IPAddress] | None = None,
) -> Stage:
    async def act() -> Stage:
        stage = Stage(configuration or gateway(), peers)
        await story(stage)
        stage.driver.stop()
        stage.dataplane.close()
        return stage

    return asyncio.run(asyncio.wait_for(act(), 10))


def test_an_on_demand_tunnel_is_up_while_the_peer_can_be_reached_and_begins_nothing() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        assert stage.is_up
        stage.host.now = replace(facts(), lookups={})
        await stage.judge()
        assert not stage.is_up

    stage = play(story)
    assert stage.asked("initiate") == []
    assert "Tunnel0.0: interface down: no route to the peer 10.2.0.1" in stage.stream.getvalue()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError("no buffer space"), "no buffer space; trying again"),
        (RuntimeError("a secret"), "internal fault RuntimeError at test_reconciler.py:"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_after_a_host_that_cannot_be_read_and_after_a_fault_it_goes_on_but_not_without_a_pause(
    error: Exception, said: str
) -> None:
    async def story(stage: Stage) -> None:
        async def fail(asked: Iterable[IPAddress] = (), paths: Iterable[Ends] = ()) -> Facts:
            raise error

        stage.host.facts = fail  # type: ignore[method-assign]
        stage.reconciler.touch()
        await stage.reconciler.try_to_settle()
        assert not stage.reconciler._dirty.is_set(), "at once, it would be told twenty times a second"

    log = play(story).stream.getvalue()
    assert said in log
    assert "a secret" not in log


def test_an_always_on_tunnel_begins_at_once_and_is_up_only_with_an_sa() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        assert not stage.is_up
        assert stage.asked("initiate") == [("initiate", "Tunnel0.0", path(), None)]
        await stage.judge(InstallChildSa(child_sa(), use_outbound=True))
        assert stage.is_up
        await stage.judge(RemoveChildSa("Tunnel0.0", 0x100, "Delete received"))
        assert not stage.is_up
        assert len(stage.asked("initiate")) == 1, "the next try is the ten-second check's"

    play(story, ALWAYS)


def test_the_check_every_ten_seconds_begins_again() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        stage.reconciler.keep_up()
        await stage.judge(InstallChildSa(child_sa(), use_outbound=True))
        stage.reconciler.keep_up()

    assert len(play(story, ALWAYS).asked("initiate")) == 2


def test_a_way_that_comes_back_is_used_at_once() -> None:
    async def story(stage: Stage) -> None:
        stage.host.now = facts(link("eth0", "10.1.0.1/24", running=False))
        await stage.judge()
        assert stage.asked("initiate") == []
        stage.host.now = facts()
        await stage.judge()
        assert len(stage.asked("initiate")) == 1

    fixed = tunnel(connect=ConnectType.ALWAYS, outgoing=OutgoingInterface("GigaEthernet0.0", NEXT_HOP))
    play(story, gateway(fixed))


def test_an_interface_that_goes_down_deletes_no_sa() -> None:
    """V2-34: the peer is not told either."""

    async def story(stage: Stage) -> None:
        stage.core.sas = (ike_sa(),)
        await stage.judge(InstallChildSa(child_sa(), use_outbound=True))
        stage.host.now = facts(link("eth0", running=False))
        await stage.judge()
        assert not stage.is_up

    fixed = tunnel(outgoing=OutgoingInterface("GigaEthernet0.0", NEXT_HOP))
    stage = play(story, gateway(fixed))
    assert stage.asked("discard") == []
    assert stage.driver.history.has_sa("Tunnel0.0")


def test_an_sa_of_an_address_that_was_replaced_is_forgotten() -> None:
    async def story(stage: Stage) -> None:
        stage.core.sas = (ike_sa(),)
        await stage.judge()
        new = ip_address("10.1.0.9")
        stage.host.now = facts(link("eth0", "10.1.0.9/24"), peer=Lookup("eth0", new, NEXT_HOP))
        await stage.judge()

    assert play(story).asked("discard") == [("discard", "Tunnel0.0", "our address 10.1.0.1 is gone")]


def test_a_tunnel_that_is_always_on_begins_anew_at_once_from_a_new_address() -> None:
    async def story(stage: Stage) -> None:
        stage.core.sas = (ike_sa(),)
        await stage.judge(InstallChildSa(child_sa(), use_outbound=True))
        stage.host.now = facts(
            link("eth0", "10.1.0.9/24"), peer=Lookup("eth0", ip_address("10.1.0.9"), NEXT_HOP)
        )
        await stage.judge()

    new = path(local=ip_address("10.1.0.9"))
    assert play(story, ALWAYS).asked("initiate") == [("initiate", "Tunnel0.0", new, None)]


def test_the_core_learns_at_which_addresses_each_tunnel_is_reached() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        await stage.judge()

    own = ip_address("192.168.1.1")
    stage = play(story, gateway(tunnel(source_address=own)))
    assert stage.asked("local addresses") == [("local addresses", "Tunnel0.0", frozenset({own}))]


def test_the_mtu_follows_the_outgoing_interface() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        stage.host.now = facts(link("eth0", "10.1.0.1/24", mtu=1400), link("eth1", "192.168.1.1/24"))
        await stage.judge()

    clamped = interface("Tunnel0.0", unnumbered="GigaEthernet1.0", adjust_mss=AdjustMss.AUTO)
    configuration = gateway()
    configuration = replace(configuration, interfaces=(*configuration.interfaces[:2], clamped))
    stage = play(story, configuration)
    # AES-CBC with HMAC-SHA1-96 under NAT traversal: 20 + 8 + 8 + 16 + 12 octets around whole blocks of 16.
    assert [sizes.mtu for sizes in stage.sizes()] == [1422, 1326]
    assert "maxseg size set 1286" in stage.host.filters
    assert Mtu("Tunnel0.0", 1500) in stage.host.wanted, "the data plane sees what is larger, and judges it"


@pytest.mark.parametrize(("configured", "counts"), [(1300, 1300), (9000, 1422), (None, 1422)])
def test_no_more_than_the_configuration_lets_in_fits_into_a_tunnel(
    configured: int | None, counts: int
) -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()

    assert [sizes.mtu for sizes in play(story, gateway(tunnel(mtu=configured))).sizes()] == [counts]


def test_devices_are_made_to_fit_for_a_data_plane_that_does_not_fragment_before_encryption() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.pre_fragments = False
        await stage.judge()

    for changes, mtu in (
        ({}, 1500),
        ({"mtu": 1300}, 1300),
        ({"ipsec": replace(IPSEC, pre_fragment=True)}, 1422),
    ):
        wanted = play(story, gateway(tunnel(**changes))).reconciler.wanted
        assert Mtu("Tunnel0.0", mtu) in wanted


def test_the_mtu_follows_what_the_path_is_found_to_take() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        stage.host.now = replace(facts(), path_mtus={(OURS, PEER): 1300})
        await stage.judge()
        assert not told(stage), "the kernel has learned it from whoever has said so"
        for path_mtu in (1300, 9000):
            stage.host.now = replace(facts(), route_mtus={(OURS, PEER): path_mtu})
            await stage.judge()
        stage.host.now = facts()
        await stage.judge()

    def told(stage: Stage) -> list[object]:
        return [entry[-1] for entry in stage.dataplane.done if entry[0] == "path MTU"]

    stage = play(story)
    assert [sizes.mtu for sizes in stage.sizes()] == [1422, 1230, 1422], "never more than the interface takes"
    assert told(stage) == [1300, 9000, None]
    assert stage.reconciler.states["Tunnel0.0"].path_mtu == 1500


PLAIN = PlainTunnel(
    interface="Tunnel0.0",
    enabled=True,
    peer_address=PEER,
    outgoing=tunnel().outgoing,
    connect=ConnectType.ALWAYS,
    ipsec=NoIpsec(gre=Gre(key=7), df_bit=DfBit.COPY),
)


@pytest.mark.parametrize("when", ["facts", "apply"])
def test_a_configuration_that_comes_while_the_host_is_looked_at_is_the_one_that_counts(when: str) -> None:
    async def story(stage: Stage) -> None:
        # The old one's device is gone.
        later = partial(stage.reconciler.configure, gateway(), {**DEVICES, "Tunnel1.0": "Tunnel1.0"})
        stage.host.meanwhile[when] = later
        await stage.judge()

    stage = play(story, gateway(PLAIN))
    assert [entry for entry in stage.dataplane.done if entry[0] == "connect"] == []
    assert stage.is_up


def test_a_tunnel_without_ipsec_that_is_connected_anew_knows_the_way_as_before() -> None:
    async def story(stage: Stage) -> None:
        stage.host.now = replace(facts(), route_mtus={(OURS, PEER): 1300})
        await stage.judge()
        await stage.judge()
        said = TooBig(ends=(OURS, PEER), protocol=GRE, ports=(0, 0), spi=7, size=1300, mtu=1200)
        assert stage.driver.path_mtus.hear(said)
        stage.driver.plain.reset()
        await stage.judge()

    done = [
        entry for entry in play(story, gateway(PLAIN)).dataplane.done if entry[0] in ("connect", "path MTU")
    ]
    assert [entry[-1] if entry[0] == "path MTU" else "connect" for entry in done] == [
        *(1300, "connect", 1300),
        *(1200, "connect", 1200),
    ]


def test_a_kernel_that_knows_the_sas_is_believed() -> None:
    async def story(stage: Stage) -> None:
        stage.dataplane.learns_path_mtu = True
        stage.host.now = replace(facts(), path_mtus={(OURS, PEER): 1300})
        await stage.judge()

    assert play(story).reconciler.states["Tunnel0.0"].path_mtu == 1300


def test_the_mtu_follows_what_routers_say_of_packets_of_ours() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        said = TooBig(ends=(OURS, PEER), protocol=ESP, ports=(0, 0), spi=0x101, size=1500, mtu=1300)
        mtus = stage.driver.path_mtus
        mtus.installed(child_sa(path=path()))
        assert not mtus.hear(replace(said, spi=0x102))
        assert mtus.hear(said)
        await stage.judge()

    stage = play(story)
    assert [sizes.mtu for sizes in stage.sizes()] == [1422, 1230]
    assert ("path MTU", str(OURS), str(PEER), 1300) in stage.dataplane.done


def test_the_data_plane_is_told_how_to_treat_what_is_too_large_and_which_packets_are_the_hosts() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        await stage.judge()

    ipsec = replace(IPSEC, pre_fragment=True, mtu_ignore=True, df_bit=DfBit.CLEAR)
    stage = play(story, gateway(tunnel(ipsec=ipsec)))
    assert stage.sizes() == [Sizes(1422, pre_fragment=True, mtu_ignore=True, df_bit=DfBit.CLEAR)]
    (told,) = [entry[1] for entry in stage.dataplane.done if entry[0] == "own addresses"]
    assert OURS in told
    assert "chain mss_input" in stage.host.filters, "its own TCP is kept from needing fragments"


def test_a_tunnel_within_a_tunnel_is_smaller_by_both() -> None:
    async def story(stage: Stage) -> None:
        inside = Lookup("Tunnel0.0", ip_address("192.168.1.1"), None)
        stage.host.now = replace(facts(), lookups={**facts().lookups, ip_address("192.168.2.1"): inside})
        await stage.reconciler.settle()

    outer, inner = tunnel(), tunnel(interface="Tunnel1.0", peer_address=ip_address("192.168.2.1"))
    stage = play(story, gateway(outer, inner), {"Tunnel1.0": ip_address("192.168.2.1")})
    assert stage.reconciler.states["Tunnel0.0"].mtu == 1422
    assert stage.reconciler.states["Tunnel1.0"].mtu == 1342


def test_a_problem_of_the_host_is_told_once() -> None:
    async def story(stage: Stage) -> None:
        stage.host.problems = ["route 192.168.2.0/24 is not set"]
        await stage.judge()
        await stage.judge()

    assert play(story).stream.getvalue().count("is not set") == 1


def test_a_dynamic_tunnel_is_up_while_an_isakmp_sa_of_its_peer_stands() -> None:
    """V1-37 with `ike`: traffic may then begin phase 2 from here (V1-10)."""
    dynamic = gateway(ikev1_tunnel(peer_address=ANY))

    async def story(stage: Stage) -> None:
        await stage.judge()
        assert not stage.is_up
        assert stage.reconciler.states["Tunnel0.0"].waiting == standing.PEER_COMES
        stage.core.isakmp = (isakmp_sa("site2"),)
        await stage.judge(IsakmpSaChanged("site2"))
        assert stage.is_up
        stage.core.isakmp = ()
        await stage.judge(IsakmpSaChanged("site2"), InstallChildSa(child_sa(), use_outbound=True))
        assert stage.is_up
        await stage.judge(RemoveChildSa("Tunnel0.0", 0x100, "Delete received"))
        assert not stage.is_up

    play(story, dynamic)


def test_only_tunnels_that_depend_on_it_are_judged_anew_for_an_isakmp_sa() -> None:
    async def story(stage: Stage) -> None:
        await stage.judge()
        stage.reconciler.isakmp_sa_changed("site2")
        assert not stage.reconciler._dirty.is_set()
        stage.reconciler.configure(gateway(ikev1_tunnel(peer_address=ANY)), DEVICES)
        stage.reconciler.isakmp_sa_changed("site3")
        assert not stage.reconciler._dirty.is_set()
        stage.reconciler.isakmp_sa_changed("site2")
        assert stage.reconciler._dirty.is_set()

    play(story, gateway(ikev1_tunnel()))


def test_ikev1_sas_go_with_the_address_they_were_made_from() -> None:
    """V1-36; an ISAKMP SA alone counts, for the next phase 2 would go under it."""
    gone = path(local=ip_address("10.1.0.9"))

    async def story(stage: Stage) -> None:
        stage.core.ipsec = (ipsec_sa(), ipsec_sa("Tunnel1.0", sa=child_sa("Tunnel1.0", path=gone)))
        await stage.judge()
        assert [entry[1] for entry in stage.asked("discard")] == ["Tunnel1.0"]
        stage.core.asked.clear()
        stage.core.ipsec = ()
        stage.core.isakmp = (isakmp_sa("site2", path=gone),)
        await stage.judge()
        assert [entry[1:] for entry in stage.asked("discard")] == [
            ("Tunnel0.0", "our address 10.1.0.9 is gone")
        ]

    both = gateway(ikev1_tunnel(), ikev1_tunnel("Tunnel1.0", peers=("site3",)))
    play(story, both)


def test_an_address_is_asked_for_and_the_tunnel_is_carried_once_it_is_there() -> None:
    leased = replace(
        gateway(),
        interfaces=(interface("GigaEthernet0.0", dhcp=True), *gateway().interfaces[1:]),
        routes=(),
    )

    async def story(stage: Stage) -> None:
        stage.host.now = replace(facts(link("eth0"), link("eth1", "192.168.1.1/24")), lookups={})
        await stage.judge()
        assert stage.dhcp.followed == {"eth0"}
        assert not stage.is_up
        address = IPv4Interface("10.1.0.1/24")
        stage.dhcp.leases["eth0"] = Lease(address)
        await stage.judge()
        assert Address("eth0", address) in stage.host.wanted
        stage.host.now = facts()
        await stage.judge()
        assert stage.is_up
        assert stage.dhcp.followed == {"eth0"}

    stage = play(story, leased)
    assert "no DHCP server has given GigaEthernet0.0 an address yet" in stage.stream.getvalue()
