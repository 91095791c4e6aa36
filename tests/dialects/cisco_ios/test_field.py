"""What configurations in service have besides: each line is told of as what it is, and none stops the rest."""

import pytest

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from tests.dialects.cisco_ios.reading import codes, crypto_map, found, ikev1, line, lower


def told(text: str) -> list[str]:
    return codes(lower(text), Severity.ERROR, Severity.WARNING)


@pytest.mark.parametrize(
    "text",
    [
        "crypto ipsec ipv4-deny drop",
        "crypto ipsec security-policy-limit 10",
        "crypto ikev2 mobike",
        "crypto ikev2 disconnect-revoked-peers",
        "crypto tls-tunnel t\n overlay interface Tunnel1",
        "crypto isakmp profile p\n match identity address 192.0.2.1\n keyring default\n match certificate m",
        "crypto ipsec profile p\n reverse-route",
        "crypto ipsec profile p\n set security-association multi-sn",
        "crypto ikev2 keyring k\n peer a\n  address 192.0.2.1\n  pre-shared-key x\n  ppk manual id a key b",
        "crypto ikev2 profile p\n match identity remote any\n authentication local pre-share key x\n "
        "authentication remote pre-share key x\n nat force-encap",
        "crypto ikev2 profile p\n match identity remote any\n authentication local pre-share key x\n "
        "authentication remote pre-share key x\n lifetime certificate",
        "interface Tunnel1\n nhrp group branch",
        "interface GigabitEthernet0/0\n ip vrf forwarding RED",
        "interface GigabitEthernet0/0\n ipv6 address FROM-ISP ::1:0:0:0:1/64",
    ],
)
def test_what_the_vpn_needs_and_is_not_there_is_told_with_its_line(text: str) -> None:
    last = text.count("\n") + 1 if "overlay" not in text else 1
    assert [line(f) for f in lower(text + "\n").findings if f.code == "not-yet"] == [last]
    assert "unknown-command" not in told(text + "\n")


@pytest.mark.parametrize(
    "text",
    [
        "access-list compiled",
        "access-list 701 permit 0000.0c00.0000 0000.00ff.ffff",
        "ip access-list resequence X 10 10",
        "ip route static bfd GigabitEthernet0/0 192.0.2.1",
        "interface range GigabitEthernet0/1 - 3\n switchport mode access",
        "no crypto gdoi group g",
        "no crypto isakmp xauth timeout",
        "crypto provisioning registrar",
    ],
)
def test_what_does_not_concern_the_vpn_is_no_warning(text: str) -> None:
    assert told(text + "\n") == []


def test_a_route_by_an_interface_and_dhcp_leads_by_the_interface() -> None:
    text = (
        "interface GigabitEthernet0/0\n ip address dhcp\nip route 0.0.0.0 0.0.0.0 GigabitEthernet0/0 dhcp\n"
    )
    (route,) = lower(text).gateway.routes
    assert (route.interface, route.next_hop) == ("GigabitEthernet0/0", None)
    assert told(text) == []


def test_options_of_translation_do_no_harm() -> None:
    text = (
        "interface Loopback1\n ip address 192.0.2.1 255.255.255.0\n ip nat outside\n"
        "interface GigabitEthernet0/1\n ip address 192.168.1.1 255.255.255.0\n ip nat inside\n"
        "access-list 1 permit any\n"
        "ip nat inside source list 1 interface Loopback1 vrf RED overload extended\n"
    )
    assert told(text) == []
    assert lower(text).gateway.interfaces[0].napt


def test_a_peer_may_be_dynamic_and_the_default_at_once() -> None:
    tunnel = ikev1(crypto_map(map=" set peer far.example.net dynamic default"))
    assert isinstance(tunnel, Ikev1Tunnel)
    assert "excess-words" not in codes(crypto_map(map=" set peer far.example.net dynamic default"))


@pytest.mark.parametrize(("word", "bits"), [("esp-192-aes", 192), ("esp-256-aes", 256)])
def test_ciphers_as_older_releases_write_them(word: str, bits: int) -> None:
    lowered = lower(
        f"crypto ipsec transform-set T {word} esp-sha-hmac\ncrypto ipsec profile P\n set transform-set T\n"
        "crypto isakmp policy 1\n authentication pre-share\ncrypto isakmp key k address 192.0.2.2\n"
        "interface Tunnel0\n tunnel source 192.0.2.1\n tunnel destination 192.0.2.2\n"
        " tunnel mode ipsec ipv4\n tunnel protection ipsec profile P\n"
    )
    (proposal,) = ikev1(lowered).ipsec.proposals
    assert proposal.cipher is not None
    assert proposal.cipher.key_bits == bits


def test_default_before_a_command_is_the_command_taken_back() -> None:
    text = "crypto isakmp policy 1\n authentication pre-share\n group 14\n default group\n default hash\n"
    assert told(text) == told(text.replace(" default", " no"))
    lowered = crypto_map(map=" default set pfs")
    assert ikev1(lowered) == ikev1(crypto_map())


def test_a_tunnel_with_many_peers_needs_no_ipsec() -> None:
    text = (
        "interface GigabitEthernet0/0\n ip address 192.0.2.2 255.255.255.0\n"
        "interface Tunnel0\n ip address 10.0.0.1 255.255.255.0\n tunnel source GigabitEthernet0/0\n"
        " tunnel mode gre multipoint\n ip nhrp network-id 1\n ip nhrp map multicast dynamic\n tunnel key 5\n"
        "ip route 10.2.0.0 255.255.255.0 10.0.0.2\n"
    )
    lowered = lower(text)
    assert told(text) == []
    (tunnel,) = lowered.gateway.tunnels
    assert tunnel.multipoint


def test_remarks_behind_commands_are_no_part_of_them() -> None:
    remarked = crypto_map(map=" set pfs group14   ! as agreed", isakmp="hostname r1 ! in the cellar")
    assert remarked.gateway == crypto_map(map=" set pfs group14", isakmp="hostname r1").gateway
    assert ikev1(remarked).ipsec.mode is EncapsulationMode.TUNNEL


def test_the_language_of_the_maker_s_firewalls_is_known_as_another() -> None:
    text = "interface GigabitEthernet0/0\n nameif outside\n security-level 0\ncrypto ikev1 policy 10\n"
    finding = found(lower(text), "asa")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 2)
    assert "asa" not in codes(crypto_map())


BANNERS = [
    "motd ^CNo entry^C",
    "motd #\nNo entry\ninterface Tunnel9\n#",
    "login $ a\n b $",
    "exec ~a~",
    "x\nb x",
]


@pytest.mark.parametrize("banner", BANNERS)
def test_what_a_banner_says_is_no_command(banner: str) -> None:
    lowered = lower(
        f"hostname a\nbanner {banner}\ninterface Loopback1\n ip address 192.0.2.1 255.255.255.255\n"
    )
    assert [i.name for i in lowered.gateway.interfaces] == ["Loopback1"]
    assert codes(lowered, Severity.ERROR, Severity.WARNING) == []
