"""Three Cisco devices on one multipoint tunnel, with real packets."""

import subprocess
from pathlib import Path

import pytest

from tests.gateway import dmvpn
from tests.gateway.name_server import name_server
from tests.gateway.namespace import Namespace
from tests.gateway.sites import Site, Sites
from tests.gateway.two_routers import until
from tests.gateway.wire import Wire

pytestmark = [pytest.mark.root, pytest.mark.timeout(240)]
ICMP, GRE, ESP = 1, 47, 50
RIP = "224.0.0.9"


def peers(site: Site) -> set[str]:
    """The other ends of its Child SAs."""
    status = site.status()
    return {sa["path"]["remote"]["ip"] for sa in status["ike_sas"] if sa["state"] == "established"}


def next_hops(site: Site) -> set[str]:
    """Whom NHRP knows."""
    return {one["next_hop"] for one in site.status()["next_hops"]}


def test_everybody_reaches_everybody_by_a_map(tmp_path: Path) -> None:
    with Sites(tmp_path, dmvpn.static(), dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        assert peers(oslo) == set(), "nothing has been sent"
        assert oslo.ping("10.1.0.10", host=True)
        assert peers(oslo) == {"192.0.2.2"}
        assert oslo.ping("10.3.0.10", host=True)
        assert peers(oslo) == {"192.0.2.2", "203.0.113.2"}
        assert hub.ping("10.3.0.10", host=True)
        assert bern.ping("10.255.0.2")
        assert peers(bern) == {"192.0.2.2", "198.51.100.2"}


@pytest.mark.parametrize("version", [1, 2])
def test_spokes_register_and_find_the_shorter_way(version: int, tmp_path: Path) -> None:
    with Sites(tmp_path, dmvpn.phase3(version), dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: {"10.255.0.2", "10.255.0.3"} <= next_hops(hub), "both to register")
        registered = hub.command("show", "ip", "nhrp")
        assert "10.255.0.2/32 via 10.255.0.2" in registered
        assert "Type: dynamic, Flags: unique registered" in registered
        assert "NBMA address: 198.51.100.2" in registered
        knows_its_server(oslo)
        assert oslo.ping("10.1.0.10", host=True), "the hub's LAN"
        assert "10.255.0.3" not in next_hops(oslo)

        with Wire(sites.internet, "to-oslo") as wire:
            find_the_shorter_way(oslo, bern, wire, ESP)
            before = wire.count("192.0.2.2")
            assert all(oslo.ping("10.3.0.10", host=True) for _ in range(5))
            # The hub hears of registrations alone.
            assert wire.count("203.0.113.2") >= 10, "each and its answer on the wire, straight"
            assert wire.count("192.0.2.2") <= before + 2
        assert "203.0.113.2" in oslo.command("show", "dmvpn")
        assert "198.51.100.2" in bern.command("show", "dmvpn")


def test_without_ipsec_spokes_find_the_shorter_way_in_the_clear(tmp_path: Path) -> None:
    with Sites(tmp_path, dmvpn.phase3(0), dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: {"10.255.0.2", "10.255.0.3"} <= next_hops(hub), "both to register")
        knows_its_server(oslo)
        assert oslo.ping("10.1.0.10", host=True), "the hub's LAN"
        with Wire(sites.internet, "to-oslo") as wire:
            find_the_shorter_way(oslo, bern, wire, GRE)
            before = wire.count("192.0.2.2", GRE)
            assert all(oslo.ping("10.3.0.10", host=True) for _ in range(5))
            assert wire.count("203.0.113.2", GRE) >= 10, "each and its answer on the wire, straight"
            assert wire.count("192.0.2.2", GRE) <= before + 2
            assert wire.count("203.0.113.2") == wire.count("192.0.2.2") == 0, "no ESP"
        row = next(line for line in oslo.command("show", "dmvpn").splitlines() if "203.0.113.2" in line)
        assert row.split()[3] == "UP"
        assert oslo.status()["ike_sas"] == []


def test_without_ipsec_everybody_reaches_everybody_by_a_map_and_nobody_by_another_key(tmp_path: Path) -> None:
    texts = dmvpn.static(0)
    texts["bern"] = texts["bern"].replace("tunnel key 7", "tunnel key 8")
    with Sites(tmp_path, texts, dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        assert hub.ping("10.2.0.10", host=True)
        assert oslo.ping("10.1.0.10", host=True)
        with Wire(sites.internet, "to-bern") as wire:
            assert not bern.ping("10.1.0.10", wait=2, host=True)
            assert wire.count("192.0.2.2", GRE) > 0, "they are sent, and the hub does not take them"
        bern.file.write_text(bern.file.read_text().replace("tunnel key 8", "tunnel key 7"))
        bern.command("reload")
        assert bern.ping("10.1.0.10", host=True)
        assert bern.ping("10.2.0.10", host=True)


def test_a_server_known_by_name_is_where_the_name_leads_and_answers(tmp_path: Path) -> None:
    zone = tmp_path / "zone"
    zone.write_text("hub.example 192.0.2.1 5\nhub.example 192.0.2.2 5\n")
    texts = dmvpn.phase3()
    by_name = texts["oslo"].replace("nbma 192.0.2.2", "nbma hub.example")
    texts["oslo"] = "ip name-server 192.0.2.53\n" + by_name
    sites = Sites(tmp_path, {name: texts[name] for name in ("hub", "oslo")}, dmvpn.INTERFACES)
    with sites, name_server(sites.internet, zone):
        hub, oslo = sites["hub"], sites["oslo"]
        # Nobody answers at the first of the two addresses.
        until(lambda: "10.255.0.2" in next_hops(hub), "oslo to register", 90)
        assert oslo.ping("10.1.0.10", host=True)
        moved = "192.0.2.77"
        assert peers(oslo) == {"192.0.2.2"}
        zone.write_text(f"hub.example {moved} 5\n")
        hub.file.write_text(hub.file.read_text().replace("192.0.2.2 ", f"{moved} "))
        hub.command("reload")
        until(lambda: peers(oslo) == {moved}, "an SA with the hub at its new address", 90)
        until(lambda: oslo.ping("10.1.0.10", host=True, wait=1), "the hub's LAN")


@pytest.mark.parametrize("version", [0, 2])
def test_multicast_of_the_hub_is_for_all_who_register_and_of_a_spoke_for_the_hub(
    version: int, tmp_path: Path
) -> None:
    with Sites(tmp_path, dmvpn.phase3(version), dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: {"10.255.0.2", "10.255.0.3"} <= next_hops(hub), "both to register")
        with (
            Wire(hub.namespace, "Tunnel0") as at_hub,
            Wire(oslo.namespace, "Tunnel0") as at_oslo,
            Wire(bern.namespace, "Tunnel0") as at_bern,
        ):
            to_everybody(hub)
            until(lambda: at_oslo.count(RIP, ICMP) == 3, "oslo to hear the hub")
            until(lambda: at_bern.count(RIP, ICMP) == 3, "bern to hear the hub")
            to_everybody(oslo)
            until(lambda: at_hub.count("10.255.0.2", ICMP) == 3, "the hub to hear oslo")
            # What the hub says afterwards comes after what it might have passed on.
            to_everybody(hub)
            until(lambda: at_bern.count("10.255.0.1", ICMP) == 6, "bern to hear the hub again")
            assert at_bern.count("10.255.0.2", ICMP) == 0


def test_a_spoke_behind_a_nat_is_registered_where_it_is_seen(tmp_path: Path) -> None:
    texts = dmvpn.phase3()
    # It may have been registered at its own address before.
    texts["oslo"] = texts["oslo"].replace(" tunnel key", " ip nhrp registration no-unique\n tunnel key")
    with Sites(tmp_path, texts, dmvpn.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        oslo.end(15)
        behind_nat(sites.internet, "198.51.100.2", "100.64.0.7")
        oslo.start()
        until(lambda: "Claimed NBMA" in hub.command("show", "ip", "nhrp"), "oslo to register", 60)
        entry = hub.command("show", "ip", "nhrp").partition("10.255.0.2/32 via 10.255.0.2")[2]
        assert "NBMA address: 100.64.0.7 \n    (Claimed NBMA address: 198.51.100.2)" in entry
        row = next(line for line in hub.command("show", "dmvpn").splitlines() if "100.64.0.7" in line)
        assert row.split()[-1] == "DN"
        until(lambda: "10.255.0.1 sees us at 100.64.0.7" in oslo.log, "oslo to know")
        assert hub.ping("10.2.0.10", host=True), "though it is the hub that begins"
        until(lambda: bern.ping("10.2.0.10", wait=1, host=True), "the other spoke")
        assert oslo.ping("10.3.0.10", host=True)


def knows_its_server(spoke: Site) -> None:
    """It has heard that it is registered, which the hub knows before."""
    until(
        lambda: "10.255.0.1  RE priority = 0" in spoke.command("show", "ip", "nhrp", "nhs"), "the hub's word"
    )


def find_the_shorter_way(oslo: Site, bern: Site, wire: Wire, protocol: int) -> None:
    """Both spokes, each to the other's LAN; `protocol`: of what is seen outside."""
    assert oslo.ping("10.3.0.10", host=True), "the other spoke's LAN, by the hub"
    until(lambda: "10.3.0.0/24" in oslo.command("show", "ip", "nhrp"), "the shorter way")
    until(lambda: all(pinged(oslo, bern)), "pings")
    until(lambda: "10.2.0.0/24" in bern.command("show", "ip", "nhrp"), "the shorter way back")
    until(lambda: goes_straight(oslo, wire, protocol), "both ways to be taken")


def pinged(oslo: Site, bern: Site) -> tuple[bool, bool]:
    return oslo.ping("10.3.0.10", wait=1, host=True), bern.ping("10.2.0.10", wait=1, host=True)


def goes_straight(oslo: Site, wire: Wire, protocol: int) -> bool:
    """Does bern answer oslo without the hub?"""
    before = wire.count("192.0.2.2", protocol)
    return oslo.ping("10.3.0.10", wait=1, host=True) and wire.count("192.0.2.2", protocol) == before


def to_everybody(site: Site) -> None:
    """Three echo requests to a group on the link, out of the tunnel's device; nobody answers them."""
    words = ["ping", "-c3", "-i0.1", "-W1", "-I", "Tunnel0", RIP]
    subprocess.run(["ip", "netns", "exec", site.namespace.name, *words], capture_output=True, check=False)


def behind_nat(internet: Namespace, inside: str, outside: str) -> None:
    """From now on `inside` is seen at `outside`, as far as it speaks first."""
    internet.ip(f"addr add {outside}/32 dev lo")
    internet.inside("nft", "add table ip nat")
    internet.inside("nft", "add chain ip nat after { type nat hook postrouting priority srcnat; }")
    internet.inside("nft", f"add rule ip nat after ip saddr {inside} snat to {outside}")


def test_who_is_cleared_is_found_again(tmp_path: Path) -> None:
    with Sites(tmp_path, dmvpn.phase3(), dmvpn.INTERFACES) as sites:
        hub, oslo = sites["hub"], sites["oslo"]
        until(lambda: "10.255.0.2" in next_hops(hub), "oslo to register")
        assert oslo.ping("10.1.0.10", host=True)
        assert "forgotten" in hub.command("clear", "ip", "nhrp")
        until(lambda: "10.255.0.2" in next_hops(hub), "oslo to register again", 60)
        assert oslo.ping("10.1.0.10", host=True)


def test_another_authentication_string_is_told_and_not_taken(tmp_path: Path) -> None:
    texts = dmvpn.phase3()
    texts["oslo"] = texts["oslo"].replace("authentication between", "authentication other")
    with Sites(tmp_path, texts, dmvpn.INTERFACES) as sites:
        hub = sites["hub"]
        until(lambda: "10.255.0.3" in next_hops(hub), "bern to register")
        until(lambda: "has not the authentication string" in hub.log, "a word about oslo")
        assert "10.255.0.2" not in next_hops(hub)
        assert "between" not in hub.log
