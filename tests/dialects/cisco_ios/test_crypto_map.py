"""Crypto maps: entries, peers, selectors, and the interfaces that bear them."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.address import ANY
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface
from tests.dialects.cisco_ios.reading import (
    codes,
    complaints,
    crypto_map,
    found,
    ikev1,
    interface,
    line,
    lower,
    the_tunnel,
)

SECOND = """\
crypto map OUT 5 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set TS
 match address 101
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
"""


def test_the_tunnel_of_a_map() -> None:
    lowered = crypto_map()
    tunnel = ikev1(lowered)
    assert (tunnel.interface, tunnel.name, tunnel.enabled) == ("OUT 10", "OUT", True)
    assert (tunnel.policy_based, tunnel.connect) == (True, ConnectType.ON_DEMAND)
    assert tunnel.outgoing == OutgoingInterface("GigabitEthernet0/0")
    assert tunnel.source_address == ip_address("192.0.2.2")
    made = interface(lowered, "OUT 10")
    assert (made.kind, made.enabled, made.unnumbered) == (InterfaceKind.TUNNEL, True, "GigabitEthernet0/0")


def test_entries_stand_in_the_order_of_their_numbers() -> None:
    lowered = crypto_map(map=SECOND)
    assert [t.interface for t in lowered.gateway.tunnels] == ["OUT 5", "OUT 10"]
    assert len(lowered.gateway.ikev1_peers) == 1, "both share phase 1"


def test_each_line_that_permits_is_a_pair_of_selectors() -> None:
    lowered = crypto_map(
        rules=" permit tcp host 192.168.10.7 eq www 192.168.21.0 0.0.0.255\n"
        " permit udp 192.168.10.0 0.0.0.255 host 192.168.22.1 eq domain ntp\n"
        " permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255\n"
        " remark the last one is there already\n"
    )
    ipsec = ikev1(lowered).ipsec
    lan = "192.168.10.0/24"
    assert list(zip(ipsec.local_selectors, ipsec.remote_selectors, strict=True)) == [
        (TrafficSelector.of(lan), TrafficSelector.of("192.168.20.0/24")),
        (TrafficSelector.of("192.168.10.7/32", 6, 80), TrafficSelector.of("192.168.21.0/24", 6)),
        (TrafficSelector.of(lan, 17), TrafficSelector.of("192.168.22.1/32", 17, 53)),
        (TrafficSelector.of(lan, 17), TrafficSelector.of("192.168.22.1/32", 17, 123)),
    ]
    assert ipsec.filters is True


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (" permit ip 192.168.10.0 0.0.0.255 10.0.0.1 0.255.0.0", "selector-wildcard"),
        (" permit tcp any any range 80 90", "selector-ports"),
        (" permit tcp any any established", "selector-condition"),
        (" permit icmp any any echo", "selector-condition"),
    ],
)
def test_what_no_identity_can_say_is_told(rule: str, code: str) -> None:
    finding = found(crypto_map(rules=rule), code)
    assert line(finding) == 27


EXCEPTIONS = """\
ip access-list extended X
 deny udp host 192.168.10.9 any eq domain
 permit ip 192.168.10.0 0.0.0.255 10.0.0.0 0.255.255.255
 deny ip any 10.2.0.0 0.0.255.255
 deny ip host 192.168.10.8 any
 permit ip any 10.0.0.0 0.255.255.255
 deny ip any any
"""


def test_a_line_that_denies_is_an_exception_of_those_after_it() -> None:
    lowered = crypto_map(rules=EXCEPTIONS, map=" match address X")
    assert complaints(lowered) == []
    (tunnel,) = lowered.gateway.tunnels
    assert [(str(b.local), str(b.remote), b.before) for b in tunnel.bypass] == [
        ("192.168.10.9/32 protocol 17", "0.0.0.0/0 protocol 17 port 53", 0),
        ("0.0.0.0/0", "10.2.0.0/16", 1),
        ("192.168.10.8/32", "0.0.0.0/0", 1),
    ], "the last line has nothing after it"


def test_exceptions_are_written_back_in_their_place() -> None:
    lowered = crypto_map(rules=EXCEPTIONS, map=" match address X")
    text = CiscoIos().render(replace(lowered.gateway, access_lists=())).text
    again = CiscoIos().lower(text, "again").gateway
    assert [t.bypass for t in again.tunnels] == [t.bypass for t in lowered.gateway.tunnels]


@pytest.mark.parametrize(
    "denied", ["icmp any any echo", "tcp any any established", "ip 192.168.10.0 0.0.255.1 any"]
)
def test_an_exception_that_no_rule_can_say_is_told_where_it_matters(denied: str) -> None:
    rules = f"ip access-list extended X\n deny {denied}\n permit ip 192.168.10.0 0.0.0.255 any\n"
    lowered = crypto_map(rules=rules, map=" match address X")
    assert line(found(lowered, "selector-exception")) == 28
    assert lowered.gateway.tunnels[0].bypass == ()
    other = rules.replace("permit ip 192.168.10.0", "permit esp 192.168.99.0")
    if "192.168" not in denied:
        assert complaints(crypto_map(rules=other, map=" match address X", lan=" shutdown")) == []


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        (" no set peer 198.51.100.2", "peer"),
        (" no match address TO-OSAKA", "access list"),
    ],
)
def test_an_entry_that_is_not_whole_stays_disabled(changed: str, missing: str) -> None:
    lowered = crypto_map(map=changed)
    finding = found(lowered, "map-incomplete")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 12)
    assert f"no {missing}" in finding.message
    assert ikev1(lowered).enabled is False


def test_a_map_that_no_interface_bears_does_nothing() -> None:
    lowered = crypto_map(wan=" no crypto map OUT")
    assert found(lowered, "map-not-applied").remedy.startswith("add `crypto map OUT`")
    assert ikev1(lowered).enabled is False
    assert interface(lowered, "OUT 10").enabled is False


def test_no_before_a_maps_name_takes_all_its_entries_and_no_other_map() -> None:
    taken = crypto_map(rules="no crypto map OUT")
    assert taken.gateway.tunnels == ()
    assert ikev1(crypto_map(rules="no crypto map OTHER")).enabled


def test_a_map_on_an_interface_that_is_not_there() -> None:
    lowered = crypto_map(lan=" crypto map OTU")
    finding = found(lowered, "undefined-crypto-map")
    assert "GigabitEthernet0/1 names the crypto map `OTU`" in finding.message


def test_a_map_on_two_interfaces_is_two_tunnels() -> None:
    lowered = crypto_map(wan="interface Dialer1\n ip address negotiated\n crypto map OUT")
    assert [(t.interface, t.outgoing and t.outgoing.interface) for t in lowered.gateway.tunnels] == [
        ("OUT 10", "GigabitEthernet0/0"),
        ("OUT 10 Dialer1", "Dialer1"),
    ]
    assert lowered.gateway.tunnels[1].source_address == "Dialer1", "only the host knows its address"


def test_the_address_of_another_interface() -> None:
    lowered = crypto_map(
        map="crypto map OUT local-address Loopback 0",
        lan="interface Loopback0\n ip address 203.0.113.1 255.255.255.255",
    )
    assert ikev1(lowered).source_address == ip_address("203.0.113.1")
    assert ikev1(lowered).outgoing == OutgoingInterface("GigabitEthernet0/0")
    assert interface(lowered, "OUT 10").unnumbered == "Loopback0"


def test_further_peers_answer_but_are_not_called() -> None:
    lowered = crypto_map(
        isakmp="crypto isakmp key second address 203.0.113.2",
        map=" set peer 203.0.113.2\n set peer 198.51.100.2",
    )
    tunnel = ikev1(lowered)
    assert tunnel.peers == ("198.51.100.2", "203.0.113.2")
    assert tunnel.peer_address == ip_address("198.51.100.2")
    assert "203.0.113.2" in found(lowered, "fallback-peer").message
    first = crypto_map(
        isakmp="crypto isakmp key second address 203.0.113.2", map=" set peer 203.0.113.2 default"
    )
    assert ikev1(first).peers == ("203.0.113.2", "198.51.100.2")


@pytest.mark.parametrize(
    ("name", "code", "remedy"),
    [
        ("TO-OSKA", "undefined-access-list", "did you mean `TO-OSAKA`?"),
        ("NOWHERE", "undefined-access-list", "add `ip access-list extended NOWHERE`"),
        ("10", "standard-access-list", "use an extended access list"),
        ("EMPTY", "empty-access-list", "add `permit ip SOURCE WILDCARD DESTINATION WILDCARD`"),
    ],
)
def test_access_lists_that_do_not_do(name: str, code: str, remedy: str) -> None:
    rules = "access-list 10 permit any\nip access-list extended EMPTY\n deny ip any any\n"
    lowered = crypto_map(map=f" match address {name}", rules=rules)
    finding = found(lowered, code)
    assert (finding.severity, finding.remedy) == (Severity.ERROR, remedy)
    assert ikev1(lowered).enabled is False


def test_a_template_takes_what_the_peer_proposes_or_what_its_list_permits() -> None:
    text = """\
        crypto isakmp policy 1
         authentication pre-share
        crypto isakmp key x address 0.0.0.0
        crypto ipsec transform-set TS esp-aes esp-sha-hmac
        crypto dynamic-map DYN 10
         set transform-set TS
         {line}
        crypto map OUT 65535 ipsec-isakmp dynamic DYN
        interface GigabitEthernet0/0
         ip address 192.0.2.2 255.255.255.0
         crypto map OUT
        access-list 101 permit ip 10.0.0.0 0.255.255.255 any
        """
    anything = ikev1(lower(text.format(line="reverse-route"))).ipsec
    assert (anything.local_selectors, anything.remote_selectors) == ((ANY_IPV4,), (ANY_IPV4,))
    some = ikev1(lower(text.format(line="match address 101")))
    assert some.ipsec.local_selectors == (TrafficSelector.of("10.0.0.0/8"),)
    assert (some.peer_address, some.enabled) == (ANY, True)


def test_several_templates_are_several_tunnels_with_names_of_their_own() -> None:
    lowered = lower(
        """\
        crypto isakmp policy 1
         authentication pre-share
        crypto isakmp key x address 0.0.0.0
        crypto dynamic-map DYN 10
        crypto dynamic-map DYN 20
        crypto map OUT 65535 ipsec-isakmp dynamic DYN
        crypto map OUT 65534 ipsec-isakmp dynamic GONE
        """
    )
    assert [t.interface for t in lowered.gateway.tunnels] == ["OUT 65535 DYN 10", "OUT 65535 DYN 20"]
    assert found(lowered, "undefined-dynamic-map").severity is Severity.ERROR


def test_a_map_may_use_ikev2() -> None:
    lowered = crypto_map(
        isakmp="""\
crypto ikev2 keyring KR
 peer OSAKA
  address 198.51.100.2
  pre-shared-key two
crypto ikev2 profile P2
 match identity remote address 198.51.100.2 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local KR
""",
        map=" set ikev2-profile P2\n",
    )
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, Ikev2Tunnel)
    assert (tunnel.policy_based, tunnel.enabled) == (True, True)
    assert tunnel.ipsec.local_selectors == (TrafficSelector.of("192.168.10.0/24"),)
    assert codes(lowered) == ["unused-key"]


def test_an_interface_bears_one_map() -> None:
    other = "crypto map NEW 1 ipsec-isakmp\n set peer 198.51.100.2\n match address TO-OSAKA"
    lowered = crypto_map(map=other, wan=" crypto map NEW")
    assert [(t.interface, t.enabled) for t in lowered.gateway.tunnels] == [("OUT 10", False), ("NEW 1", True)]
    assert line(found(lowered, "replaced")) == 21


def test_a_map_for_ipv6() -> None:
    lowered = lower(
        """\
        crypto isakmp policy 1
         authentication pre-share
        crypto isakmp key x address ipv6 2001:db8:2::/48
        crypto ipsec transform-set TS esp-aes esp-sha-hmac
        crypto map ipv6 SIX 10 ipsec-isakmp
         set peer 2001:db8:2::1
         set transform-set TS
         match address LANS
        interface GigabitEthernet0/0
         ipv6 address 2001:db8:1::1/64
         ipv6 crypto map SIX
        ipv6 route ::/0 2001:db8:1::99
        ipv6 access-list LANS
         permit ipv6 2001:db8:10::/48 2001:db8:20::/48
        """
    )
    tunnel = ikev1(lowered)
    assert (tunnel.enabled, tunnel.peers) == (True, ("2001:db8:2::1",))
    assert tunnel.source_address == ip_address("2001:db8:1::1")
    assert tunnel.ipsec.remote_selectors == (TrafficSelector.of("2001:db8:20::/48"),)
    assert interface(lowered, "SIX 10").unnumbered_ipv6 == "GigabitEthernet0/0"
    assert complaints(lowered) == []


def test_an_access_list_whose_name_stands_nowhere_else_is_told() -> None:
    lowered = crypto_map(rules="access-list 7 permit any\nip access-list extended OLD\n permit ip any any\n")
    assert codes(lowered) == ["unused-access-list", "unused-access-list"]
    assert codes(crypto_map(rules="access-list 7 permit any\nsnmp-server community x RO 7\n")) == ["not-ours"]


def test_what_nobody_uses_is_told() -> None:
    lowered = crypto_map(
        transform="crypto ipsec transform-set OLD esp-des esp-md5-hmac",
        isakmp="crypto keyring KR\ncrypto dynamic-map D 1\ncrypto ipsec profile P\n"
        "crypto isakmp key x address 203.0.113.9",
    )
    assert sorted(codes(lowered, Severity.INFO)) == [
        "unused-dynamic-map",
        "unused-ipsec-profile",
        "unused-key",
        "unused-keyring",
        "unused-transform-set",
    ]
    assert complaints(lowered) == []


def test_traffic_that_is_routed_elsewhere_is_told() -> None:
    lowered = crypto_map(lan="ip route 192.168.20.0 255.255.255.0 192.168.10.254")
    assert "leaves by GigabitEthernet0/1" in found(lowered, "no-route").message
    nowhere = crypto_map(
        lan="no ip route 0.0.0.0 0.0.0.0 192.0.2.1\n", rules="no ip route 0.0.0.0 0.0.0.0 192.0.2.1"
    )
    assert "no route leads to 192.168.20.0/24" in found(nowhere, "no-route").message
    learned = crypto_map(
        rules="no ip route 0.0.0.0 0.0.0.0 192.0.2.1\nrouter ospf 1\n network 0.0.0.0 0.0.0.0 area 0"
    )
    assert codes(learned) == ["not-ours"]


def test_two_entries_for_the_same_traffic() -> None:
    lowered = crypto_map(map=SECOND.replace("match address 101", "match address TO-OSAKA"))
    assert "OUT 5 comes first" in found(lowered, "same-traffic").message


NAT = """\
interface GigabitEthernet0/0
 ip nat outside
interface GigabitEthernet0/1
 ip nat inside
ip nat inside source list NAT interface GigabitEthernet0/0 overload
ip access-list extended NAT
{deny}
 permit ip 192.168.10.0 0.0.0.255 any
"""


def test_what_is_translated_first_fits_no_tunnel() -> None:
    wrong = crypto_map(rules=NAT.format(deny=""))
    assert line(found(wrong, "nat-before-crypto")) == 31
    assert interface(wrong, "GigabitEthernet0/0").napt is True
    right = crypto_map(rules=NAT.format(deny=" deny ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255"))
    assert complaints(right) == []


def test_translation_without_an_outside_is_told() -> None:
    lowered = crypto_map(rules=NAT.format(deny=" deny ip any any").replace(" ip nat outside", ""))
    assert found(lowered, "nat-outside").remedy == "add `ip nat outside` to GigabitEthernet0/0"
    assert interface(lowered, "GigabitEthernet0/0").napt is False


def test_tunnels_are_of_ikev1_unless_told() -> None:
    assert all(isinstance(t, Ikev1Tunnel) for t in crypto_map(map=SECOND).gateway.tunnels)
