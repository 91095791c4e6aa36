"""A reload does what has changed and nothing else."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

from kakehashi.dialects.registry import by_name
from kakehashi.gateway.plan import Plan, plan
from kakehashi.model.gateway import Route
from kakehashi.model.gre import Gre
from kakehashi.model.source import Source
from tests.gateway.builders import (
    IPSEC,
    PHASE1,
    gateway,
    ikev1_peer,
    ikev1_tunnel,
    interface,
    psk,
    route,
    tunnel,
)


def test_the_same_configuration_needs_nothing() -> None:
    assert plan(gateway(), gateway()) == Plan()


def test_a_comment_above_a_tunnel_changes_nothing() -> None:
    moved = tunnel(
        source=Source("router.cfg", 99), local=replace(psk("site1"), source=Source("router.cfg", 3))
    )
    assert plan(gateway(), gateway(moved)) == Plan()


def test_tunnels_that_come_and_go_are_named() -> None:
    found = plan(gateway(), gateway(tunnel("Tunnel1.0")))
    assert (found.added, found.removed, found.changed) == (("Tunnel1.0",), ("Tunnel0.0",), ())
    assert "Tunnel1.0 is new" in found.sentences
    assert "Tunnel0.0 is gone" in found.sentences


def test_shutdown_takes_a_tunnel_away() -> None:
    assert plan(gateway(), gateway(tunnel(enabled=False))).removed == ("Tunnel0.0",)


def test_what_changed_in_a_tunnel_is_said() -> None:
    found = plan(gateway(), gateway(tunnel(peer_address=ip_address("10.9.0.1"), peer=psk("site9"))))
    assert found.changed == ("Tunnel0.0",)
    assert found.sentences == ("Tunnel0.0 has changed: peer address, peer",)


def test_another_header_of_gre_is_another_device() -> None:
    changed = tunnel(ipsec=replace(IPSEC, gre=Gre(key=7)))
    found = plan(gateway(tunnel(ipsec=replace(IPSEC, gre=Gre()))), gateway(changed))
    assert (found.added, found.removed, found.changed) == (("Tunnel0.0",), ("Tunnel0.0",), ())
    assert found.sentences == ("Tunnel0.0 has changed: ipsec",)


def test_a_changed_secret_is_a_change_that_shows_no_secret() -> None:
    secret = replace(psk("site2"), secret=replace(psk("site2").secret, octets=b"another"))  # type: ignore[type-var]
    found = plan(gateway(), gateway(tunnel(peer=secret)))
    assert found.changed == ("Tunnel0.0",)
    assert "another" not in " ".join(found.sentences)


def test_routes_and_addresses_are_told_but_touch_no_tunnel() -> None:
    old = gateway()
    new = replace(
        old,
        routes=(route("192.168.3.0/24", by="Tunnel0.0"),),
        interfaces=(interface("GigaEthernet0.0", "10.1.0.2/24"), *old.interfaces[1:]),
    )
    found = plan(old, new)
    assert (found.added, found.removed, found.changed) == ((), (), ())
    assert set(found.sentences) == {
        "route 192.168.3.0/24 by Tunnel0.0 is new",
        "route 192.168.2.0/24 by Tunnel0.0 is gone",
        "route 0.0.0.0/0 by 10.1.0.254 is gone",
        "address 10.1.0.2/24 of GigaEthernet0.0 is new",
        "address 10.1.0.1/24 of GigaEthernet0.0 is gone",
    }


def test_a_route_to_nowhere_is_told_as_such() -> None:
    nowhere = Route(destination=ip_network("10.7.0.0/16"), metric=254, discard=True)
    found = plan(gateway(), replace(gateway(), routes=(*gateway().routes, nowhere)))
    assert found.sentences == ("route 10.7.0.0/16 by discard is new",)


def test_ikev1_peers_are_told_apart_from_the_tunnels_that_use_them() -> None:
    old = gateway(ikev1_tunnel())
    longer = replace(PHASE1, lifetime=3600)
    new = gateway(
        ikev1_tunnel(),
        ikev1_peers=(ikev1_peer(proposals=(longer,), nat_traversal=False), ikev1_peer("site3")),
    )
    assert plan(old, new).changed == ()
    assert plan(old, new).sentences == (
        "IKEv1 peer site3 is new",
        "IKEv1 peer site2 has changed: proposals, nat traversal",
    )
    assert "IKEv1 peer site3 is gone" in plan(new, old).sentences


def test_another_ike_version_is_a_change() -> None:
    assert "Tunnel0.0 has changed: IKE version" in plan(gateway(), gateway(ikev1_tunnel())).sentences


def test_a_filter_and_what_it_says_are_told() -> None:
    text = "interface GigabitEthernet0/0\n ip access-group IN in\nip access-list extended IN\n permit esp any any\n"
    old, more, none, other = (
        by_name("cisco-ios").lower(words, "r").gateway
        for words in (
            text,
            text + " permit icmp any any\n",
            text.replace(" ip access-group IN in\n", ""),
            text.replace("group IN in", "group IN out"),
        )
    )
    assert plan(old, old).sentences == ()
    assert plan(old, more).sentences == ("access list IN has changed",)
    assert plan(old, none).sentences == ("filter IN of GigabitEthernet0/0 in is gone",)
    assert plan(old, other).sentences == (
        "filter IN of GigabitEthernet0/0 out is new",
        "filter IN of GigabitEthernet0/0 in is gone",
    )


def test_path_monitoring_that_begins_ends_or_changes_is_told() -> None:
    event = "watch-group w 10\n  event 10 ip unreach-host 192.0.2.9 GigaEthernet0.0\n"
    off, on, other = (
        by_name("nec-ix").lower(words, "r").gateway
        for words in (
            event,
            f"{event}network-monitor w enable\n",
            f"{event}  probe-timer wait 9\nnetwork-monitor w enable\n",
        )
    )
    assert plan(off, on).sentences == ("path monitoring w 10 is new",)
    assert plan(on, other).sentences == ("path monitoring w 10 has changed",)
    assert plan(on, off).sentences == ("path monitoring w 10 is gone",)
    assert plan(on, on).sentences == ()
