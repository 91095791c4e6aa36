"""Which tunnel of which file belongs to which, among few and among many."""

from ipaddress import ip_address, ip_interface

from kakehashi.check.pair import End, Pairing, _Scores, pair_tunnels
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind
from tests.check.pairs import ARTICLE, NEC_AWPLUS, read
from tests.conversations.gateways import gateway, tunnel

MANY = 300


def names(pairing: Pairing) -> list[tuple[str, str]]:
    return [(str(pair.a), str(pair.b)) for pair in pairing.pairs]


def hub_and_sites(count: int) -> dict[str, Gateway]:
    """A centre with a tunnel to each of `count` sites, told apart by their addresses."""
    hub_address = "10.255.0.1"
    ends = [f"10.{1 + i // 250}.{i % 250}.1" for i in range(count)]
    tunnels = [tunnel(1, name=f"Tunnel{i}.0", peer=ends[i], ids=("hub", f"s{i}")) for i in range(count)]
    found = {"hub": with_address(gateway(*tunnels), hub_address)}
    for i, address in enumerate(ends):
        site = gateway(tunnel(2, peer=hub_address, ids=("hub", f"s{i}")))
        found[f"site{i}"] = with_address(site, address)
    return found


def with_address(made: Gateway, address: str) -> Gateway:
    wan = Interface(
        name="WAN",
        kind=InterfaceKind.PHYSICAL,
        enabled=True,
        addresses=(ip_interface(f"{ip_address(address)}/8"),),
    )
    return Gateway(
        dialect=made.dialect,
        unknown_peer_policy=made.unknown_peer_policy,
        interfaces=(wan,),
        tunnels=made.tunnels,
    )


def test_four_files_make_two_pairs() -> None:
    files = [read(file) for file in (ARTICLE[0], NEC_AWPLUS[0], NEC_AWPLUS[1], ARTICLE[1])]
    pairing = pair_tunnels({c.file: c.gateway for c in files})
    assert names(pairing) == [
        ("r1.cfg M-ipsec 1", "r2.cfg M-ipsec 1"),
        ("kobe.cfg Tunnel0.0", "awaji-awplus.cfg tunnel0"),
    ]
    assert pairing.alone == ()


def test_every_site_of_a_large_network_finds_its_own_tunnel_of_the_centre() -> None:
    pairing = pair_tunnels(hub_and_sites(MANY))
    assert names(pairing) == [(f"hub Tunnel{i}.0", f"site{i} Tunnel0.0") for i in range(MANY)]


def test_the_work_grows_with_the_number_of_tunnels_and_not_with_its_square() -> None:
    gateways = hub_and_sites(MANY)
    ends = [End(name, t) for name, g in gateways.items() for t in g.tunnels]
    compared = sum(1 for _ in _Scores(gateways).candidates(ends))
    assert compared <= 2 * MANY
