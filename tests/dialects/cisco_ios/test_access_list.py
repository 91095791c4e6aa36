"""Access lists: standard, extended, of IPv6; by number and by name; groups of addresses."""

from ipaddress import ip_address, ip_network

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.access_list import AccessEntry, AccessList, AddressMatch, Packet
from kakehashi.model.finding import Severity
from tests.dialects.cisco_ios.reading import FILE, codes, complaints, found, line, lower

ANYWHERE = AddressMatch.of(ip_network("0.0.0.0/0"))


def rules(text: str, name: str = "X") -> AccessList:
    lowered = lower(text)
    assert complaints(lowered) == []
    found = lowered.gateway.access_list(name)
    assert found is not None
    return found


def entry(words: str) -> AccessEntry:
    (only,) = rules(f"ip access-list extended X\n {words}\n").entries
    return only


def test_addresses() -> None:
    by_wildcard = entry("permit ip 10.1.2.3 0.0.255.255 host 192.0.2.1")
    assert by_wildcard.source_address.network == ip_network("10.1.0.0/16")
    assert by_wildcard.destination_address == AddressMatch(ip_address("192.0.2.1"))
    assert (by_wildcard.permit, by_wildcard.protocol) == (True, None)
    odd = entry("deny ip any 10.0.0.0 0.255.0.255")
    assert (odd.permit, odd.source_address, odd.destination_address.network) == (False, ANYWHERE, None)


@pytest.mark.parametrize(
    ("word", "number"),
    [("tcp", 6), ("udp", 17), ("icmp", 1), ("esp", 50), ("ahp", 51), ("gre", 47), ("89", 89)],
)
def test_protocols(word: str, number: int) -> None:
    assert entry(f"permit {word} any any").protocol == number


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        ("eq isakmp", ((500, 500),)),
        ("eq 500 non500-isakmp", ((500, 500), (4500, 4500))),
        ("range 1000 2000", ((1000, 2000),)),
        ("gt 1023", ((1024, 65535),)),
        ("lt 1024", ((0, 1023),)),
        ("neq domain", ((0, 52), (54, 65535))),
    ],
)
def test_ports_of_either_side(words: str, ports: object) -> None:
    assert entry(f"permit udp any {words} any").source_ports == ports
    assert entry(f"permit udp any any {words}").destination_ports == ports
    both = entry(f"permit udp any {words} any {words} log")
    assert (both.source_ports, both.destination_ports, both.log) == (ports, ports, True)


def test_what_else_an_entry_may_ask() -> None:
    assert entry("permit tcp any any established").established is True
    assert entry("permit ip any any fragments log-input").fragments is True
    echo = entry("permit icmp any any echo-reply")
    assert (echo.icmp_type, echo.icmp_code) == (0, None)
    assert (entry("permit icmp any any 3 4").icmp_type, entry("permit icmp any any 3 4").icmp_code) == (3, 4)
    unreachable = entry("permit icmp any any packet-too-big")
    assert (unreachable.icmp_type, unreachable.icmp_code) == (3, 4)


def test_numbered_lists_grow_line_by_line() -> None:
    text = """\
        access-list 101 remark to Osaka
        access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
        access-list 101 deny ip any any log
        access-list 10 permit 192.0.2.1
        access-list 10 permit 198.51.100.0 0.0.0.255
        access-list 10 deny any
        """
    extended = rules(text, "101")
    assert [e.permit for e in extended.entries] == [True, False]
    standard = rules(text, "10")
    assert [e.source_address.network for e in standard.entries] == [
        ip_network("192.0.2.1/32"),
        ip_network("198.51.100.0/24"),
        ip_network("0.0.0.0/0"),
    ]
    assert all(e.destination_address == ANYWHERE for e in standard.entries)
    assert lower(text + "no access-list 10\n").gateway.access_list("10") is None


def test_entries_stand_where_their_numbers_say() -> None:
    text = """\
        ip access-list extended X
         20 permit tcp any any
         permit udp any any
         10 deny icmp any any
         30 remark nothing
         15 permit esp any any
         no 20
        ip access-list extended X
         permit gre any any
         no permit udp any any
        """
    assert [e.protocol for e in rules(text).entries] == [1, 50, 47]


def test_lists_of_ipv6() -> None:
    text = """\
        ipv6 access-list X
         permit esp host 2001:db8::1 any
         sequence 5 permit udp any host 2001:db8::2 eq 500
         permit icmp any any nd-ns
         deny ipv6 2001:db8:1::/48 any log
        """
    found = rules(text)
    assert [e.protocol for e in found.entries] == [17, 50, 58, None]
    assert found.entries[3].source_address.network == ip_network("2001:db8:1::/48")
    assert found.entries[2].icmp_type == 135


def test_groups_of_addresses_stand_for_all_their_pairs() -> None:
    text = """\
        object-group network SITES
         host 192.0.2.1
         10.1.0.0 255.255.0.0
         range 10.2.0.0 10.2.0.3
        object-group network MORE
         description nested
         group-object SITES
         198.51.100.0 255.255.255.0
        ip access-list extended X
         permit ip object-group MORE host 203.0.113.1
        """
    assert [str(e.source_address) for e in rules(text).entries] == [
        "192.0.2.1/32",
        "10.1.0.0/16",
        "10.2.0.0/30",
        "198.51.100.0/24",
    ]
    gone = lower("ip access-list extended X\n permit ip object-group GONE any\n")
    assert found(gone, "undefined-group").severity is Severity.ERROR


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("permit ip any any eq 80", "invalid-value"),
        ("permit tcp any any range 80", "invalid-value"),
        ("permit tcp any any eq 65536", "invalid-value"),
        ("permit tcp any any dscp ef", "not-yet"),
        ("permit tcp any any time-range NIGHT", "not-yet"),
        ("permit tcp any any syn", "not-yet"),
    ],
)
def test_entries_that_do_not_do_are_told_and_left_out(words: str, code: str) -> None:
    lowered = lower(f"interface Vlan1\n ip access-group X in\nip access-list extended X\n {words}\n")
    assert line(found(lowered, code)) == 4
    rules = lowered.gateway.access_list("X")
    assert rules is not None
    assert rules.entries == ()


def test_filters_are_on_their_interfaces() -> None:
    lowered = lower(
        """\
        interface GigabitEthernet0/0
         ip access-group 101 in
         ip access-group OUT out
         ipv6 traffic-filter SIX in
        access-list 101 permit esp any any
        access-list 101 permit udp any any eq isakmp
        ip access-list standard OUT
         permit any
        """
    )
    (wan,) = lowered.gateway.interfaces
    assert {(f.lists, f.inbound, f.version) for f in wan.filters} == {
        (("101",), True, 4),
        (("OUT",), False, 4),
        (("SIX",), True, 6),
    }
    assert codes(lowered) == ["undefined-access-list"]
    inbound = lowered.gateway.access_list("101")
    assert inbound is not None
    peer, here = ip_address("198.51.100.1"), ip_address("192.0.2.2")
    assert inbound.permits(Packet(source_address=peer, destination_address=here, protocol=50))
    natted = Packet(
        source_address=peer, destination_address=here, protocol=17, source_port=4500, destination_port=4500
    )
    assert not inbound.permits(natted)


SERVICES = """\
object-group service VPN
 description what a tunnel needs
 udp eq isakmp
 udp eq 4500
 esp
object-group service ALL
 tcp-udp source gt 1023 eq domain
 tcp range 80 81
 icmp echo
 group-object VPN
 group-object ALL
ip access-list extended IN
 permit object-group VPN any host 192.0.2.1
 deny object-group ALL any any log
"""


def test_a_group_of_services_is_an_entry_for_each() -> None:
    (rules,) = lower(SERVICES).gateway.access_lists
    assert codes(lower(SERVICES), Severity.ERROR, Severity.WARNING) == []
    permitted = [(e.protocol, e.destination_ports) for e in rules.entries if e.permit]
    assert permitted == [(17, ((500, 500),)), (17, ((4500, 4500),)), (50, ())]
    assert {str(e.destination_address) for e in rules.entries if e.permit} == {"192.0.2.1/32"}
    denied = [e for e in rules.entries if not e.permit]
    assert [(e.protocol, e.source_ports, e.destination_ports, e.icmp_type) for e in denied] == [
        (6, ((1024, 65535),), ((53, 53),), None),
        (17, ((1024, 65535),), ((53, 53),), None),
        (6, (), ((80, 81),), None),
        (1, (), (), 8),
        (17, (), ((500, 500),), None),
        (17, (), ((4500, 4500),), None),
        (50, (), (), None),
    ]
    assert all(e.log for e in denied)


def test_what_groups_of_services_say_is_written_and_read_again() -> None:
    gateway = lower(SERVICES + "interface GigabitEthernet0/0\n ip access-group IN in\n").gateway
    again = CiscoIos().lower(CiscoIos().render(gateway).text, FILE).gateway
    assert again.access_lists == gateway.access_lists


def test_a_group_of_services_that_is_not_there_is_an_error() -> None:
    text = "ip access-list extended X\n permit object-group NONE any any\n"
    assert line(found(lower(text), "undefined-group")) == 2
