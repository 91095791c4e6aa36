"""`kakehashi run` with two lines to the internet: which tunnel leaves by which, and what is up (V2-10, V2-11, V2-36).

    [osaka] wan0 198.51.100.2 --- 198.51.100.1 (internet)
            wan1 203.0.113.2  --- 203.0.113.1  (internet) 192.0.2.1 --- 192.0.2.2 wan0 [tokyo]

Two tunnels lead to one centre, each over a line of its own; the second is the backup of the first.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.two_routers import Router, TwoRouters, until

pytestmark = [
    pytest.mark.root,
    pytest.mark.timeout(180),
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]
TOKYO_LAN = "192.168.10.1"
KEYS = "".join(f"ikev2 authentication psk id fqdn {n} key char secret\n" for n in ("o1", "o2", "t1", "t2"))
LAN = "interface GigaEthernet1.0\n  ip address {}/24\n  no shutdown\n"
TUNNEL = """\
interface Tunnel{n}.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 connect-type auto
  ikev2 dpd interval 5
  ikev2 local-authentication psk id fqdn {own}
  ikev2 peer {peer} authentication psk id fqdn {other}
{more}  no shutdown
"""
TOKYO = (
    KEYS
    + "ip route default 192.0.2.1\nip route 192.168.20.0/24 Tunnel1.0\nip route 192.168.20.0/24 Tunnel2.0 metric 10\n"
    + LAN.format(TOKYO_LAN)
    + "interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n  no shutdown\n"
    + TUNNEL.format(n=1, own="t1", other="o1", peer="any", more="")
    + TUNNEL.format(n=2, own="t2", other="o2", peer="any", more="")
).replace("  ikev2 connect-type auto\n", "")
OSAKA = (
    KEYS
    + "ip route default 198.51.100.1\nip route 192.168.10.0/24 Tunnel1.0\n"
    + "ip route 192.168.10.0/24 Tunnel2.0 metric 10\n"
    + LAN.format("192.168.20.1")
    + "interface GigaEthernet0.0\n  ip address 198.51.100.2/24\n  no shutdown\n"
    + "interface GigaEthernet2.0\n  ip address 203.0.113.2/24\n  no shutdown\n"
    + TUNNEL.format(
        n=1, own="o1", other="t1", peer="192.0.2.2",
        more="  ikev2 outgoing-interface GigaEthernet0.0 198.51.100.1\n",
    )
    + TUNNEL.format(
        n=2, own="o2", other="t2", peer="192.0.2.2",
        more="  ikev2 outgoing-interface GigaEthernet2.0 203.0.113.1\n  ikev2 source-address 203.0.113.2\n",
    )
)  # fmt: skip


@contextmanager
def world(folder: Path, **texts: str) -> Iterator[TwoRouters]:
    routers = TwoRouters(folder, lambda name, _: {"tokyo": TOKYO, "osaka": OSAKA, **texts}[name])
    osaka = routers.osaka
    osaka.more_maps = ("GigaEthernet2.0=wan1",)
    routers.before_start = lambda: second_line(routers)
    with routers:
        yield routers


def second_line(routers: TwoRouters) -> None:
    routers.internet.ip(f"link add to-osaka1 type veth peer name wan1 netns {routers.osaka.namespace.name}")
    routers.internet.ip("addr add 203.0.113.1/24 dev to-osaka1")
    routers.internet.ip("link set to-osaka1 up")


def told(router: Router, tunnel: str) -> dict[str, object]:
    """Is it up, as each has it: device, routes, JSON, the device's own words and the log. None: neither is said."""
    status = router.status()
    of_json = next(t for t in status["tunnels"] if t["name"] == tunnel)
    link = router.namespace.ip(f"-o link show dev {tunnel}")
    words = router.command("show", "tunnel", "status", tunnel)
    logged = [line for line in router.log.splitlines() if f"{tunnel}: interface " in line]
    active = [r["active"] for r in status["routes"] if r["via"] == tunnel]
    return {
        "the device": "UP" in link.split("<")[1].split(">")[0].split(","),
        "the host's routes": f"dev {tunnel}" in router.namespace.ip("route show 192.168.10.0/24"),
        "JSON": of_json["up"],
        "JSON of the routes": active[0] if len(active) == 1 else None,
        "a reason": of_json["down_reason"] == "" or (None if of_json["down_reason"] not in words else False),
        "the device's words": said(words, "Tunnel is"),
        "the overview": said(router.command("show"), f"{tunnel}:"),
        "the log": said(logged[-1] if logged else "", "interface"),
    }


def said(words: str, before: str) -> bool | None:
    found = re.search(rf"{re.escape(before)} (up|down)\b", words)
    return found[1] == "up" if found else None


def becomes(router: Router, tunnel: str, up: bool, seconds: float = 90) -> None:
    """All come to say the same: they are asked one after the other, and some hear of it before others."""
    last: list[dict[str, object]] = []

    def agree() -> bool:
        last[:] = [told(router, tunnel)]
        return set(last[0].values()) == {up}

    try:
        until(agree, tunnel, seconds)
    except AssertionError:
        raise AssertionError(f"{tunnel} does not come to be {'up' if up else 'down'}: {last}") from None


def paths(router: Router) -> set[tuple[str, str]]:
    sas = router.status()["ike_sas"]
    return {(sa["tunnel"], sa["path"]["local"]["ip"]) for sa in sas if sa["state"] == "established"}


def test_two_tunnels_to_one_peer_over_two_lines_and_what_is_told_is_true_everywhere(tmp_path: Path) -> None:
    with world(tmp_path) as r:
        osaka = r.osaka
        for tunnel in ("Tunnel1.0", "Tunnel2.0"):
            becomes(osaka, tunnel, True)
        assert paths(osaka) == {("Tunnel1.0", "198.51.100.2"), ("Tunnel2.0", "203.0.113.2")}
        until(lambda: osaka.ping(TOKYO_LAN, wait=1, host=True), "an answer, once tokyo's interfaces are up")

        # The cable is pulled at the other end: no carrier.
        r.internet.ip("link set to-osaka down")
        becomes(osaka, "Tunnel1.0", False)
        assert "outgoing interface GigaEthernet0.0 is down" in osaka.command("show")
        r.internet.ip("link set to-osaka up")
        becomes(osaka, "Tunnel1.0", True)

        # V2-11: the address that is set goes away: no communication, and it comes back with it.
        second = osaka.file.read_text().replace(
            "  ip address 203.0.113.2/24\n", "  ip address 203.0.113.7/24\n"
        )
        osaka.file.write_text(second)
        osaka.command("reload")
        becomes(osaka, "Tunnel2.0", False)
        assert "source-address 203.0.113.2 is not an address of this host now" in osaka.command("show")
        becomes(osaka, "Tunnel1.0", True)
        osaka.file.write_text(second.replace("203.0.113.7/24", "203.0.113.2/24"))
        osaka.command("reload")
        becomes(osaka, "Tunnel2.0", True)

        # The path is dead though every line is up: the peer is found dead, and found again.
        r.internet.ip("route add blackhole 198.51.100.2/32")
        becomes(osaka, "Tunnel1.0", False)
        becomes(osaka, "Tunnel2.0", True)
        r.internet.ip("route del blackhole 198.51.100.2/32")
        becomes(osaka, "Tunnel1.0", True)


def test_auto_follows_the_table_and_is_up_only_where_it_agrees(tmp_path: Path) -> None:
    auto = OSAKA.replace("GigaEthernet0.0 198.51.100.1", "GigaEthernet0.0 auto")
    with world(tmp_path, osaka=auto) as r:
        osaka = r.osaka
        becomes(osaka, "Tunnel1.0", True)
        text = osaka.file.read_text()
        osaka.file.write_text(text.replace("ip route default 198.51.100.1", "ip route default 203.0.113.1"))
        osaka.command("reload")
        becomes(osaka, "Tunnel1.0", False)
        assert "leaves by wan1, not by GigaEthernet0.0" in osaka.command("show")
        becomes(osaka, "Tunnel2.0", True)
        osaka.file.write_text(text)
        osaka.command("reload")
        becomes(osaka, "Tunnel1.0", True)
