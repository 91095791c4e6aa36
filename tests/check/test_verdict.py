"""From which address each end speaks, who can begin, and what becomes of it."""

from dataclasses import replace
from ipaddress import ip_address, ip_interface

from kakehashi.check.device import Device
from kakehashi.check.pair import End, Pair
from kakehashi.check.verdict import Judge, Verdict
from kakehashi.model.address import ANY, AnyAddress, Hostname
from kakehashi.model.gateway import Gateway, Interface, InterfaceKind, Route
from kakehashi.model.status import IkeSaStatus, NatSide
from kakehashi.model.tunnel import ConnectType
from tests.conversations.gateways import TUNNEL, gateway, tunnel


def site(number: int, address: str | None, peer: str | AnyAddress, **changes: object) -> Gateway:
    """A router with one interface towards the internet, and a default route by it."""
    made = gateway(tunnel(number, peer=peer))
    made = replace(made, tunnels=(replace(made.tunnels[0], **changes),))  # type: ignore[arg-type]
    addresses = () if address is None else (ip_interface(f"{address}/24"),)
    wan = Interface(name="WAN", kind=InterfaceKind.PHYSICAL, enabled=True, addresses=addresses)
    default = Route(destination=ip_interface("0.0.0.0/0").network, interface="WAN")
    return replace(made, interfaces=(wan,), routes=(default,))


def judged(one: Gateway, other: Gateway) -> Verdict:
    devices = {"one": Device("one", one), "other": Device("other", other)}
    ends = [End(name, device.tunnels[TUNNEL]) for name, device in devices.items()]
    return Judge(devices).judge(Pair(*ends))


def test_the_address_of_the_way_to_the_peer_is_spoken_from() -> None:
    verdict = judged(site(1, "203.0.113.1", "198.51.100.1"), site(2, "198.51.100.1", "203.0.113.1"))
    assert [str(a.inside) for a in verdict.addresses] == ["203.0.113.1", "198.51.100.1"]
    assert verdict.comes_up
    assert len(verdict.attempts) == 2


def test_an_address_that_no_line_gives_is_the_one_that_the_peer_expects() -> None:
    verdict = judged(site(1, None, "198.51.100.1"), site(2, "198.51.100.1", "203.0.113.1"))
    assert str(verdict.addresses[0].inside) == "203.0.113.1"
    assert verdict.comes_up


def test_a_private_address_whose_peer_takes_any_is_behind_a_nat() -> None:
    verdict = judged(site(1, "192.168.100.2", "198.51.100.1"), site(2, "198.51.100.1", ANY))
    assert verdict.addresses[0].outside is not None
    (attempt,) = verdict.attempts
    assert (attempt.begins, attempt.comes_up) == ("one", True)
    assert isinstance(attempt.ike, IkeSaStatus)
    assert attempt.ike.nat is NatSide.LOCAL


def test_a_private_address_that_the_peer_calls_by_a_public_one_is_behind_a_nat() -> None:
    verdict = judged(site(1, "192.168.100.2", "198.51.100.1"), site(2, "198.51.100.1", "203.0.113.9"))
    assert str(verdict.addresses[0].outside) == "203.0.113.9"
    assert [a.begins for a in verdict.attempts] == ["one"], "nobody gets through a NAT from outside"
    assert verdict.comes_up


def test_a_wrong_address_is_no_nat() -> None:
    verdict = judged(site(1, "203.0.113.1", "198.51.100.1"), site(2, "198.51.100.1", "203.0.113.9"))
    assert [a.outside for a in verdict.addresses] == [None, None]
    assert not verdict.comes_up


def test_two_that_wait_for_each_other_never_come_up() -> None:
    verdict = judged(site(1, "203.0.113.1", ANY), site(2, "198.51.100.1", ANY))
    assert verdict.attempts == ()
    assert verdict.reason is not None
    assert "neither end can begin" in verdict.reason


def test_who_may_not_be_begun_with_is_not() -> None:
    alone = {"answers": False}
    one, other = ("203.0.113.1", "198.51.100.1"), ("198.51.100.1", "203.0.113.1")
    verdict = judged(site(1, *one, **alone), site(2, *other))
    assert ([a.begins for a in verdict.attempts], verdict.comes_up) == (["one"], True)
    never = judged(site(1, *one, **alone), site(2, *other, **alone))
    assert "neither end can begin" in (never.reason or "")


def test_two_that_only_answer_never_come_up() -> None:
    quiet = {"connect": ConnectType.NEVER}
    verdict = judged(
        site(1, "203.0.113.1", "198.51.100.1", **quiet), site(2, "198.51.100.1", "203.0.113.1", **quiet)
    )
    assert verdict.attempts == ()


def test_a_tunnel_that_is_shut_down_is_said_to_be() -> None:
    verdict = judged(
        site(1, "203.0.113.1", "198.51.100.1", enabled=False), site(2, "198.51.100.1", "203.0.113.1")
    )
    assert verdict.reason == f"{TUNNEL} (site1.cfg:10) is shut down"


def test_a_peer_known_by_name_is_found_from_either_end() -> None:
    named = site(1, "203.0.113.1", "198.51.100.1", peer_address=Hostname("other.example"))
    verdict = judged(named, site(2, "198.51.100.1", "203.0.113.1"))
    assert [a.comes_up for a in verdict.attempts] == [True, True]


def test_the_reason_names_both_ends_values() -> None:
    fast = site(1, "203.0.113.1", "198.51.100.1")
    weak = tunnel(2, peer="203.0.113.1", secrets=("secret-1", "another"))
    verdict = judged(fast, replace(site(2, "198.51.100.1", "203.0.113.1"), tunnels=(weak,)))
    assert verdict.reason is not None
    assert "site" in verdict.reason
    assert ip_address("203.0.113.1") == verdict.addresses[0].seen
