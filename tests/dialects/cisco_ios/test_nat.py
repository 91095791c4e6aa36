"""`ip nat`: what is translated, to what, and for whom something arrives."""

from ipaddress import IPv4Address, ip_address, ip_network

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.access_list import Packet
from kakehashi.model.translation import SourceTranslation, StaticTranslation, Translation
from tests.dialects.cisco_ios.reading import codes, found, lower

ENDS = """\
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 ip nat outside
 no shutdown
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
 ip nat inside
 no shutdown
access-list 1 permit 192.168.10.0 0.0.0.255
"""


def translation(lines: str) -> Translation:
    lowered = lower(ENDS + lines)
    assert set(codes(lowered)) <= {"unused-access-list"}
    made = lowered.gateway.interfaces[0].translation
    assert made is not None
    again = CiscoIos().lower(CiscoIos().render(lowered.gateway).text, "f").gateway
    assert again.interfaces[0].translation == made, "as it is written back"
    return made


def test_overload_translates_what_comes_from_the_inside_and_nothing_is_closed() -> None:
    made = translation("ip nat inside source list 1 interface GigabitEthernet0/0 overload\n")
    assert made.sources == (SourceTranslation(access_list="1"),)
    assert (made.inside, made.closed) == (("GigabitEthernet0/1",), False)


def test_a_pool_is_used_by_all_that_is_outside() -> None:
    pool = "ip nat pool P 192.0.2.10 192.0.2.14 prefix-length 24\n"
    (many,) = translation(f"{pool}ip nat inside source list 1 pool P overload\n").sources
    (one,) = translation(f"{pool}ip nat inside source list 1 pool P\n").sources
    assert many.pool == one.pool == (IPv4Address("192.0.2.10"), IPv4Address("192.0.2.14"))
    assert (many.ports, one.ports) == (True, False)


def test_fixed_entries_for_ports_hosts_and_networks() -> None:
    made = translation(
        "ip nat inside source static tcp 192.168.10.5 80 interface GigabitEthernet0/0 8080\n"
        "ip nat inside source static 192.168.10.6 192.0.2.6\n"
        "ip nat inside source static network 192.168.10.0 192.0.2.128 /25\n"
    )
    host = ip_address("192.168.10.5")
    assert isinstance(host, IPv4Address)
    port, one, network = made.static
    assert port == StaticTranslation(protocol=6, port=8080, inside=host, inside_port=80, reversed=True)
    assert (one.protocol, str(one.outside)) == (None, "192.0.2.6")
    assert (network.inside, network.outside) == (ip_network("192.168.10.0/25"), ip_network("192.0.2.128/25"))


def test_a_route_map_keeps_what_goes_into_tunnels_out_of_it() -> None:
    lowered = lower(
        ENDS
        + "access-list 110 deny ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255\n"
        + "access-list 110 permit ip 192.168.10.0 0.0.0.255 any\n"
        + "route-map NONAT permit 10\n match ip address 110\n"
        + "ip nat inside source route-map NONAT interface GigabitEthernet0/0 overload\n"
    )
    assert set(codes(lowered)) <= {"unused-access-list"}
    made = lowered.gateway.interfaces[0].translation
    assert made
    rules = lowered.gateway.access_list(made.sources[0].access_list or "")
    assert rules
    ours, far, world = (ip_address(a) for a in ("192.168.10.7", "192.168.20.7", "203.0.113.1"))
    assert not rules.permits(Packet(source_address=ours, destination_address=far, protocol=6))
    assert rules.permits(Packet(source_address=ours, destination_address=world, protocol=6))


def test_entries_of_a_route_map_that_deny_come_before_those_that_permit() -> None:
    lowered = lower(
        ENDS
        + "ip access-list extended VPN\n permit ip any 192.168.20.0 0.0.0.255\n"
        + "route-map NONAT deny 10\n match ip address VPN\nroute-map NONAT permit 20\n match ip address 1\n"
        + "ip nat inside source route-map NONAT interface GigabitEthernet0/0 overload\n"
    )
    assert codes(lowered) == []
    rules = lowered.gateway.access_list("NONAT")
    assert rules
    assert [e.permit for e in rules.entries] == [False, True]


def test_a_route_map_that_lists_cannot_say_is_told_with_its_line() -> None:
    lowered = lower(
        ENDS
        + "route-map M permit 10\n match length 0 100\n"
        + "ip nat inside source route-map M interface GigabitEthernet0/0 overload\n"
    )
    assert found(lowered, "not-yet").message.startswith("the route map M says more")
    assert lowered.gateway.interfaces[0].translation is None


def test_names_that_lead_nowhere_are_told() -> None:
    lowered = lower(ENDS + "ip nat inside source list 1 pool NOWHERE overload\n")
    assert "NOWHERE" in found(lowered, "undefined-pool").message
    inside = ENDS.replace(" ip nat inside\n", "")
    lowered = lower(inside + "ip nat inside source list 1 interface GigabitEthernet0/0 overload\n")
    assert found(lowered, "nat-inside").remedy.startswith("add `ip nat inside`")
