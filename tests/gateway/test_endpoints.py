"""Three AlliedWare Plus devices on one multipoint tunnel, with real packets."""

from pathlib import Path

import pytest

from tests.gateway import endpoints
from tests.gateway.sites import Site, Sites
from tests.gateway.two_routers import until
from tests.gateway.wire import Wire

pytestmark = pytest.mark.root

_GRE = 47
_ICMP = 1


def peers(site: Site) -> set[str]:
    """The other ends of the SAs that packets may leave by."""
    status = site.status()
    children = [child["sa"] for sa in status["ike_sas"] for child in sa["children"]]
    return {sa["path"]["remote"]["ip"] for sa in (*children, *(pair["sa"] for pair in status["ipsec_sas"]))}


def unknown(site: Site) -> int:
    """Packets of GRE from who is no tunnel's peer."""
    found: int = site.status()["drops"]["unknown_gre"]
    return found


def settled(one: Site, other: Site) -> None:
    """Each end begins by itself: of two IKE SAs between them one goes again."""

    def states(of: Site, peer: Site) -> list[str]:
        sas = of.status()["ike_sas"]
        return [sa["state"] for sa in sas if sa["path"]["remote"]["ip"] == f"{peer.wan}.2"]

    until(lambda: states(one, other) == states(other, one) == ["established"], "one IKE SA between them")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("mode", "inside"), [("gre multipoint", "transport"), ("ipsec multipoint", "tunnel")]
)
def test_everybody_reaches_everybody_under_ipsec(
    mode: str, inside: str, version: int, tmp_path: Path
) -> None:
    with Sites(tmp_path, endpoints.cloud(mode, version), endpoints.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: peers(oslo) == {"192.0.2.2", "203.0.113.2"}, "both SAs without any traffic")
        until(lambda: peers(hub) == {"198.51.100.2", "203.0.113.2"}, "both SAs of the hub")
        with Wire(sites.internet, "to-oslo") as wire:
            until(lambda: oslo.ping("10.3.0.10", wait=1, host=True), "the LAN of bern")
            assert all(oslo.ping("10.3.0.10", host=True) for _ in range(3))
            assert wire.count("203.0.113.2") >= 6, "each and its answer on the wire, straight"
            assert wire.count("192.0.2.2") == 0, "and nothing by the hub"
            until(lambda: oslo.ping("10.1.0.10", wait=1, host=True), "the LAN of the hub")
            assert wire.count("192.0.2.2") >= 2, "the hub on the wire"
            assert bern.ping("10.255.0.2"), "in the tunnel's own network"
            for other in ("192.0.2.2", "203.0.113.2"):
                assert wire.count(other, _GRE) == 0, "nothing of it can be read"
        shown = oslo.command("show", "ipsec", "sa")
        assert "192.0.2.2" in shown
        assert "203.0.113.2" in shown
        assert inside in shown


def test_who_has_another_key_is_told_and_the_others_meet(tmp_path: Path) -> None:
    texts = endpoints.cloud("ipsec multipoint")
    texts["bern"] = texts["bern"].replace("hub-bern-", "quite-another-")
    with Sites(tmp_path, texts, endpoints.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: peers(oslo) == {"192.0.2.2", "203.0.113.2"}, "the SAs of oslo")
        until(lambda: "is not the one that peer 203.0.113.2 uses" in hub.log, "a word about bern's key")
        until(lambda: oslo.ping("10.1.0.10", wait=1, host=True), "the LAN of the hub")
        until(lambda: oslo.ping("10.3.0.10", wait=1, host=True), "the LAN of bern")
        assert not hub.ping("10.3.0.10", wait=2, host=True)
        assert peers(hub) == {"198.51.100.2"}
        assert peers(bern) == {"198.51.100.2"}
        assert "quite-another-" not in hub.log + bern.log
        shown = hub.command("show", "tunnel", "endpoint").splitlines()
        rows = {row.split()[2]: row for row in shown if row.startswith("tunnel0")}
        assert rows["198.51.100.2"].split()[-1] == "up"
        assert "no SA" in rows["203.0.113.2"]
        assert "Last failure: " in hub.command("show", "tunnel", "endpoint")
        diagnosis = hub.command("explain")
        assert "does not believe who the other is" in diagnosis, diagnosis
        settled(hub, oslo)
        assert "1 IKE SA" in hub.command("clear", "isakmp", "sa", "peer", "198.51.100.2"), "of one peer alone"


def test_a_peer_that_died_is_cleared_at_once_and_sought_anew(tmp_path: Path) -> None:
    """The Delete is answered by nobody, and nobody waits for that."""
    with Sites(tmp_path, endpoints.cloud("ipsec multipoint"), endpoints.INTERFACES) as sites:
        hub, oslo = sites["hub"], sites["oslo"]
        until(lambda: peers(oslo) == {"192.0.2.2", "203.0.113.2"}, "both SAs")
        settled(oslo, hub)
        hub.kill()
        assert "1 IKE SA deleted" in oslo.command("clear", "isakmp", "sa", "peer", "192.0.2.2")
        assert peers(oslo) == {"203.0.113.2"}
        begun = oslo.log.count("negotiation with peer 192.0.2.2 begins")
        oslo.ping("10.255.0.1", wait=1)
        until(
            lambda: oslo.log.count("negotiation with peer 192.0.2.2 begins") == begun + 1, "another attempt"
        )
        hub.start()
        until(lambda: oslo.ping("10.1.0.10", host=True, wait=1), "the LAN of the hub")
        assert peers(oslo) == {"192.0.2.2", "203.0.113.2"}


def test_without_ipsec_everybody_is_reached_in_the_clear(tmp_path: Path) -> None:
    with Sites(tmp_path, endpoints.cloud("gre multipoint", protected=False), endpoints.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        with Wire(sites.internet, "to-oslo") as wire:
            until(lambda: oslo.ping("10.3.0.10", wait=1, host=True), "the LAN of bern")
            assert all(oslo.ping("10.3.0.10", host=True) for _ in range(3))
            assert wire.count("203.0.113.2", _GRE) >= 6, "each and its answer on the wire, straight"
            assert wire.count("192.0.2.2", _GRE) == 0, "and nothing by the hub"
            assert wire.count("203.0.113.2") == 0, "no ESP"
        assert hub.ping("10.2.0.10", host=True)
        assert bern.ping("10.255.0.1")
        assert "no IPsec" in oslo.command("show", "tunnel", "endpoint")
        assert oslo.status()["ike_sas"] == []


def test_without_ipsec_nobody_comes_in_who_is_no_endpoint(tmp_path: Path) -> None:
    texts = endpoints.cloud("gre multipoint\n tunnel key 7", protected=False)
    line = " tunnel endpoint 10.255.0.3 destination 203.0.113.2\n"
    assert line in texts["oslo"]
    texts["oslo"] = texts["oslo"].replace(line, "")
    with Sites(tmp_path, texts, endpoints.INTERFACES) as sites:
        hub, oslo, bern = sites["hub"], sites["oslo"], sites["bern"]
        until(lambda: oslo.ping("10.255.0.1", wait=1), "the hub, whom oslo names")
        until(lambda: bern.ping("10.255.0.1", wait=1), "the hub, which takes bern")
        assert unknown(oslo) == 0
        with Wire(oslo.host, "eth0") as wire:
            until(lambda: bern.ping("10.2.0.10", wait=1) or unknown(oslo) > 0, "a packet of bern's")
            assert unknown(oslo) > 0, "dropped by its name"
            assert hub.ping("10.2.0.10"), "who is one reaches the LAN"
            assert wire.count("10.255.0.1", _ICMP) > 0, "its packet"
            assert wire.count("10.255.0.3", _ICMP) == 0, "nothing of bern, though it has the key"
