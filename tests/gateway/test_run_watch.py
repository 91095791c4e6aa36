"""Path monitoring with real gateways: a path that is dead though its link is up, and back again (V1-22)."""

from pathlib import Path

import pytest

from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(180)]

HOST = "192.168.20.10"
SECOND = """\
ikev2 authentication psk id keyid {name}-2 key char second-{name}
ikev2 authentication psk id keyid {other}-2 key char second-{other}
ip route {lan}.0/24 Tunnel1.0 metric 100
ipv6 route 2001:db8:{net}::/64 Tunnel1.0 metric 100
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ipv6 unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id keyid {name}-2
  ikev2 outgoing-interface GigaEthernet0.0 {hop}
  ikev2 peer {peer} authentication psk id keyid {other}-2
  no shutdown
"""
WATCH = """\
watch-group first 10
  event 10 ip unreach-host 192.168.20.1 Tunnel0.0
  action 10 ip shutdown-route 192.168.20.0/24 Tunnel0.0
  probe-timer variance 1
  probe-timer restorer 1
  probe-timer wait 1
  probe-counter variance 2
  probe-counter restorer 2
watch-group second 10
  event 10 ipv6 unreach-host 2001:db8:20::1 Tunnel0.0 source GigaEthernet1.0
  action 10 ipv6 shutdown-route 2001:db8:20::/64 Tunnel0.0
  action 20 ipsec clear-sa Tunnel0.0
  probe-timer variance 1
  probe-timer restorer 1
  probe-timer wait 1
  probe-counter variance 2
network-monitor first enable
network-monitor first directed-response
network-monitor second enable
"""
PLACES = {
    "tokyo": ("osaka", "192.168.20", "20", "192.0.2.1", "198.51.100.2"),
    "osaka": ("tokyo", "192.168.10", "10", "198.51.100.1", "192.0.2.2"),
}


def redundant(name: str, text: str) -> str:
    other, lan, net, hop, peer = PLACES[name]
    second = SECOND.format(name=name, other=other, lan=lan, net=net, hop=hop, peer=peer)
    return text + second + (WATCH if name == "tokyo" else "")


def drop(router: Router, device: str) -> None:
    """What comes out of one tunnel goes no further; the tunnel itself knows nothing of it."""
    router.namespace.inside("nft", "add table inet broken")
    hook = "{ type filter hook prerouting priority -400; }"
    router.namespace.inside("nft", f"add chain inet broken in {hook}")
    router.namespace.inside("nft", f"add rule inet broken in iifname {device} drop")


def repair(router: Router) -> None:
    router.namespace.inside("nft", "delete table inet broken")


def routes(router: Router, version: int = 4) -> list[str]:
    """The devices of the routes to the other LAN, the best first."""
    lan = "192.168.20.0/24" if version == 4 else "2001:db8:20::/64"
    lines = router.namespace.ip(f"-{version} route show {lan}").splitlines()
    return [line.split("dev ")[1].split()[0] for line in lines if "unreachable" not in line]


def stands(router: Router, name: str) -> bool:
    return next(w["stands"] for w in router.status()["watches"] if w["name"] == name)


def answered(router: Router) -> list[int]:
    return [event["answered"] for watch in router.status()["watches"] for event in watch["events"]]


def test_a_dead_path_gives_its_routes_to_the_other_tunnel_and_takes_them_back(tmp_path: Path) -> None:
    with TwoRouters(tmp_path, redundant) as world:
        tokyo, osaka = world.tokyo, world.osaka
        until(lambda: all(answered(tokyo)), "answers of both groups")
        until(lambda: not stands(tokyo, "first"), "all to be well")
        until(lambda: routes(tokyo)[:1] == ["Tunnel0.0"], "the route of the first")
        until(lambda: tokyo.ping(HOST, wait=1, host=True), "an answer by the first")
        drop(osaka, "Tunnel0.0")
        until(lambda: stands(tokyo, "first") and stands(tokyo, "second"), "both groups to stand")
        until(lambda: routes(tokyo) == routes(tokyo, 6) == ["Tunnel1.0"], "the routes to go")
        until(lambda: tokyo.ping(HOST, wait=1, host=True), "an answer by the other tunnel")
        until(lambda: tokyo.ping("2001:db8:20::1", wait=1), "one of IPv6")
        until(lambda: tokyo.status()["tunnels"][0]["up"], "the first tunnel, whose SAs were deleted")
        assert "S  192.168.20.0/24 [1/1] via Tunnel0.0 (path monitoring (first 10) has withdrawn it)" in (
            tokyo.command("show", "ip", "route")
        )
        assert "Status: stand" in tokyo.command("show", "watch-group", "first", "detail")
        repair(osaka)
        until(lambda: not stands(tokyo, "first") and not stands(tokyo, "second"), "both groups to end")
        until(lambda: routes(tokyo)[0] == routes(tokyo, 6)[0] == "Tunnel0.0", "the routes to come back")
        until(lambda: tokyo.ping(HOST, wait=1, host=True), "an answer by the first again")
        for line in (
            "path monitoring (first 10): host 192.168.20.1 does not answer by Tunnel0.0",
            "the route to 192.168.20.0/24 by Tunnel0.0 is withdrawn",
            "path monitoring (first 10): all is well again",
            "the route to 192.168.20.0/24 by Tunnel0.0 is back",
        ):
            until(lambda: line in tokyo.log, line)  # noqa: B023
        assert tokyo.end() == 0
        rules = tokyo.namespace.ip("rule") + tokyo.namespace.ip("-6 rule")
        assert "lookup 1263" not in rules, "nothing of it is left"
        assert "3990:" not in rules


def test_a_withdrawn_route_does_not_send_what_it_protected_to_the_internet(tmp_path: Path) -> None:
    def change(name: str, text: str) -> str:
        on_demand = text.replace("  ikev2 connect-type auto\n", "")
        return on_demand + (WATCH if name == "tokyo" else "")

    with TwoRouters(tmp_path, change) as world:
        tokyo, osaka = world.tokyo, world.osaka
        until(lambda: all(answered(tokyo)), "answers")
        drop(osaka, "Tunnel0.0")
        until(lambda: routes(tokyo) == [], "the route to go")
        assert "unreachable" in tokyo.namespace.ip("route show 192.168.20.0/24")
        repair(osaka)
        until(lambda: routes(tokyo) == ["Tunnel0.0"], "the route to come back")


def test_a_group_that_stays_goes_on_over_a_reload_and_one_that_goes_gives_its_route_back(
    tmp_path: Path,
) -> None:
    with TwoRouters(tmp_path, redundant) as world:
        tokyo, osaka = world.tokyo, world.osaka
        until(lambda: all(answered(tokyo)), "answers of both groups")
        drop(osaka, "Tunnel0.0")
        until(lambda: stands(tokyo, "first") and stands(tokyo, "second"), "both groups to stand")
        text = tokyo.file.read_text()
        tokyo.file.write_text(text.replace("network-monitor second enable\n", ""))
        tokyo.command("reload")
        assert [w["name"] for w in tokyo.status()["watches"]] == ["first"]
        assert stands(tokyo, "first")
        until(lambda: routes(tokyo, 6)[:1] == ["Tunnel0.0"], "the route of IPv6 to come back")
        assert routes(tokyo) == ["Tunnel1.0"]
