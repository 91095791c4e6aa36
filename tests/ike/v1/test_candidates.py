"""Who may be at an address."""

from ipaddress import IPv4Network, IPv6Network, ip_address

from kakehashi.ike.v1.candidates import Candidates
from kakehashi.model.address import ANY, Hostname, IPAddress, Path, SocketAddress
from kakehashi.model.ikev1 import Ikev1Tunnel
from tests.conversations.v1.gateways import gateway, ikev1_tunnel, peer


def names(candidates: Candidates, remote: str, local: str = "10.0.0.1") -> list[list[str]]:
    path = Path(SocketAddress(ip_address(local), 500), SocketAddress(ip_address(remote), 500))
    return [[p.name for p in tier] for tier in candidates.tiers(path)]


def nothing(tunnel: Ikev1Tunnel) -> frozenset[IPAddress]:
    return frozenset()


def anywhere(tunnel: Ikev1Tunnel, address: IPAddress) -> bool:
    return True


PEERS = (
    peer(1, name="any 1", address=ANY),
    peer(1, name="wide", address=IPv4Network("10.0.0.0/8")),
    peer(1, name="six", address=IPv6Network("2001:db8::/32")),
    peer(1, name="fixed 1", address="10.2.0.1"),
    peer(1, name="narrow", address=IPv4Network("10.2.0.0/24")),
    peer(1, name="by name", address=Hostname("peer.example")),
    peer(1, name="fixed 2", address="10.2.0.1"),
    peer(1, name="any 2", address=ANY),
)


def test_the_nearest_comes_first_and_equals_in_the_configured_order() -> None:
    found = Candidates(gateway(*PEERS), nothing, anywhere)
    any_address = ["any 1", "any 2"]
    assert names(found, "10.2.0.1") == [["fixed 1", "fixed 2"], ["narrow"], ["wide"], any_address]
    assert names(found, "10.2.0.2") == [["narrow"], ["wide"], any_address]
    assert names(found, "10.3.0.2") == [["wide"], any_address]
    assert names(found, "2001:db8::7") == [["six"], any_address]
    assert names(found, "192.0.2.1") == [any_address]


def test_a_name_is_resolved_through_the_tunnels_that_name_its_peer() -> None:
    addresses = {"Tunnel1.0": frozenset({ip_address("10.2.0.1"), ip_address("192.0.2.1")})}
    tunnels = [
        ikev1_tunnel(1, interface="Tunnel0.0", peers=("fixed 1",)),
        ikev1_tunnel(1, interface="Tunnel1.0", peers=("by name",)),
    ]
    resolved = lambda tunnel: addresses.get(tunnel.interface, frozenset())  # noqa: E731
    found = Candidates(gateway(*PEERS, *tunnels), resolved, anywhere)
    assert names(found, "192.0.2.1") == [["by name"], ["any 1", "any 2"]]
    assert names(found, "10.2.0.1")[0] == ["fixed 1", "fixed 2", "by name"]
    addresses.clear()
    assert names(found, "192.0.2.1") == [["any 1", "any 2"]]


def test_a_peer_whose_tunnels_are_all_at_other_addresses_of_ours_is_not_meant() -> None:
    tunnels = [ikev1_tunnel(1, interface=f"Tunnel{n}.0", peers=(f"fixed {n}",)) for n in (1, 2)]
    only = {"Tunnel1.0": "10.0.0.1", "Tunnel2.0": "10.0.0.2"}
    reachable = lambda tunnel, address: str(address) == only[tunnel.interface]  # noqa: E731
    found = Candidates(gateway(*PEERS, *tunnels), nothing, reachable)
    assert names(found, "10.2.0.1", "10.0.0.1")[0] == ["fixed 1"]
    assert names(found, "10.2.0.1", "10.0.0.2")[0] == ["fixed 2"]


def test_disabled_tunnels_name_nobody() -> None:
    tunnels = [
        ikev1_tunnel(1, peers=("fixed 1",), enabled=False),
        ikev1_tunnel(1, interface="T2", peers=("fixed 1",)),
    ]
    found = Candidates(gateway(*PEERS, *tunnels), nothing, anywhere)
    assert [t.interface for t in found.tunnels_of(PEERS[3])] == ["T2"]
    assert found.tunnels_of(PEERS[0]) == ()
