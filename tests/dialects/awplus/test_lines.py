"""What becomes of each line: understood, the host's, not ours, not there yet, not understood."""

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.document import Unknown
from kakehashi.model.finding import Severity
from tests.dialects.awplus.reading import FILE, WHOLE, codes, found, line, lower, the_tunnel, whole

PLAIN = WHOLE.format(lines="", profile="", tunnel="")

# A configuration as the device prints it, with everything that is none of the VPN's.
FIELD = """\
!
service password-encryption
!
hostname branch
!
no banner motd
!
username manager privilege 15 password 8 $1$bJoVec4D$JwOJGPr7YqoExA0GVasdE0
!
ssh server allow-users manager
service ssh
!
log buffered level informational
no service telnet
!
snmp-server
aaa authentication enable default local
ip name-server 192.0.2.53
ip domain-lookup
!
zone private
 network lan
  ip subnet 192.168.10.0/24
!
zone public
 network wan
  ip subnet 0.0.0.0/0 interface ppp0
  host ppp0
   ip address dynamic interface ppp0
!
application esp
 protocol 50
!
firewall
 rule 10 permit any from private to private
 rule 20 permit esp from public.wan.ppp0 to public.wan
 protect
!
nat
 rule 10 masq any from private to public
 enable
!
ip dhcp pool pool10
 network 192.168.10.0 255.255.255.0
 range 192.168.10.100 192.168.10.131
 dns-server 192.168.10.1
 default-router 192.168.10.1
 lease 0 2 0
!
service dhcp-server
!
no ip multicast-routing
spanning-tree mode rstp
!
crypto isakmp key S3cret address 198.51.100.2
!
interface port1.0.1-1.0.8
 switchport
 switchport mode access
!
interface eth1
 encapsulation ppp 0
!
interface vlan1
 ip address 192.168.10.1/24
!
interface tunnel0
 mtu 1300
 tunnel source ppp0
 tunnel destination 198.51.100.2
 tunnel local name branch
 tunnel remote name centre
 tunnel protection ipsec
 tunnel mode ipsec ipv4
 ip address 172.16.0.1/30
 ip tcp adjust-mss pmtu
!
interface ppp0
 ppp ipcp dns request
 keepalive
 ip address negotiated
 ppp username user@isp
 ppp password isppasswd1
 ip tcp adjust-mss pmtu
!
router ospf 1
 ospf router-id 10.0.0.1
 network 172.16.0.0/30 area 0
!
ip route 0.0.0.0/0 ppp0
ip route 192.168.20.0/24 tunnel0
ip route 192.168.20.0/24 null 254
!
ip dns forwarding
!
line con 0
 exec-timeout 0 0
line vty 0 4
!
end
"""


def test_a_configuration_from_the_field_is_told_of_in_three_lines() -> None:
    lowered = lower(FIELD)
    told = [(f.code, f.severity) for f in lowered.findings]
    assert told == [
        ("not-ours", Severity.INFO),
        ("the-hosts", Severity.INFO),
        ("the-hosts", Severity.INFO),  # the address from PPP
    ]
    assert the_tunnel(lowered).enabled
    assert lowered.gateway.hostname == "branch"
    assert [f.message for f in lowered.findings if "filtering" in f.message] == [
        "19 lines are the host's own to do (PPP, tags of VLANs, filtering, translation): "
        "21-23, 25-29, 34-37, 39-40, 62, 79-80, 82-83"
    ]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        "awplus#show running-config\n!\n" + PLAIN + "!\nend\n\nawplus#",
        "Building configuration...\n\nCurrent configuration : 1234 bytes\n" + PLAIN,
        PLAIN.replace("interface eth1", "--More--\x1b[2K\rinterface eth1"),
        PLAIN.replace(
            "interface eth1", "--More-- \b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\binterface eth1"
        ),
        PLAIN.replace("interface eth1", "--More--\ninterface eth1"),
        PLAIN.upper()
        .replace("INTERFACE", "interface")
        .replace("BETWEEN-US", "between-us")
        .replace("HERE", "here"),
        "".join(f"awplus(config-if)# {text.strip()}\n" for text in PLAIN.splitlines()),
        "".join(text.lstrip() + "\n" for text in PLAIN.splitlines()),
    ],
    ids=["CRLF", "BOM", "prompt", "header", "pager", "pager erased", "pager line", "case", "typed", "margin"],
)
def test_what_a_terminal_adds_does_no_harm(text: str) -> None:
    lowered = AwPlus().lower(text, FILE)
    assert lowered.gateway == AwPlus().lower(PLAIN, FILE).gateway
    assert codes(lowered) == []


def test_lines_keep_their_numbers_behind_prompts() -> None:
    lowered = lower(
        "awplus> enable\nawplus# configure terminal\n"
        "Enter configuration commands, one per line.  End with CNTL/Z.\n"
        "awplus(config)# crypto isakmp key k address 192.0.2.1\n"
        "awplus(config)# do show isakmp sa\nawplus(config)# end\nawplus# write\nBuilding configuration...\n[OK]\n"
    )
    assert [(line(f), f.code) for f in lowered.findings] == [(4, "unused-key")]


def test_a_pasted_certificate_is_passed_over() -> None:
    text = (
        'awplus(config)# crypto pki trustpoint T\nCreated trustpoint "T".\n'
        "awplus(ca-trustpoint)# enrollment terminal\nawplus(ca-trustpoint)# end\n"
        "awplus# crypto pki authenticate T\nPaste the certificate PEM file into the terminal.\n"
        'Type "abort" to cancel.\n-----BEGIN CERTIFICATE-----\ninterface tunnel0\n-----END CERTIFICATE-----\n'
        "awplus(config)# hostname x\n"
    )
    lowered = lower(text)
    assert lowered.gateway.interfaces == ()
    assert lowered.gateway.hostname == "x"
    assert codes(lowered) == ["broken-certificate"]
    whole_one = lower(text.replace("interface tunnel0\n-----END", "AAEC\n-----END"))
    assert whole_one.gateway.trustpoints[0].certificates == (b"\x00\x01\x02",)
    assert codes(whole_one) == []


def test_abbreviations_are_understood() -> None:
    text = (
        "hostn here\ncry isa key between-us add 198.51.100.2\nint eth1\n ip add 192.0.2.2/24\nint tunnel0\n"
        " tun mod ips ipv4\n tun sou 192.0.2.2\n tun dest 198.51.100.2\n tun prot ipsec\n ip addr 172.16.0.1/30\n"
        "ip rou 10.0.0.0/8 tunnel0\n"
    )
    assert lower(text).gateway == AwPlus().lower(PLAIN, FILE).gateway


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (" tunnel mode openvpn tun", "of another kind"),
        (" tunnel mode wireguard", "of another kind"),
    ],
)
def test_other_tunnels_are_not_there_yet(text: str, where: str) -> None:
    lowered = whole(tunnel=text)
    told = found(lowered, "not-yet")
    assert where in told.message
    assert "the tunnel stays down" in told.message
    assert line(told) == 7
    assert lowered.gateway.tunnels == ()
    assert codes(lowered) == ["not-yet"]  # its key is not unused for that


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("crypto isakmp polcy 1", "did you mean `policy`?"),
        ("crypto ipsec transform-set x esp-aes", ""),
        ("cripto isakmp key x address 192.0.2.1", "did you mean `crypto`?"),
        ("interface tunnel0\n tunnel protecton ipsec", "did you mean `protection`?"),
        ("crypto isakmp profile p\n liftime 3600", "did you mean `lifetime`?"),
        ("crypto ipsec profile p\n set pfs group14", ""),
        ("tunnel mode ipsec ipv4", "the command belongs below `interface`"),
    ],
)
def test_a_line_of_the_vpn_that_is_not_understood_is_told(text: str, remedy: str) -> None:
    unknown = [i for i in AwPlus().parse(text).walk() if isinstance(i, Unknown)]
    assert len(unknown) == 1
    told = [f for f in lower(text + "\n").findings if line(f) == unknown[0].line]
    assert told[0].severity is not Severity.INFO
    if remedy and "polcy" not in text:
        assert told[0].remedy == remedy


def test_what_is_indented_below_a_foreign_line_is_foreign() -> None:
    lowered = lower("frobnicate all\n tunnel things\n crypto none\nhostname x\n")
    assert lowered.gateway.hostname == "x"


def test_lines_below_foreign_ones_are_never_misspelt_lines_of_ours() -> None:
    lowered = lower(
        "some-method m\n host-name x.example\n interval 5\nlinkmon probe name p\n interval 1000\n"
        "crypto pki enroll t\nhostname x\n"
    )
    assert [(line(f), f.code) for f in lowered.findings] == [(1, "not-ours"), (6, "typed")]
    assert "kakehashi pki" in found(lowered, "typed").remedy


def test_the_tree_keeps_every_line() -> None:
    assert [item.line for item in AwPlus().parse(FIELD).walk()] == list(range(1, FIELD.count("\n") + 1))


def test_nobody_dials_in_to_the_device_and_that_is_told() -> None:
    """It carries callers on, as a LAC; a server for laptops it is not."""
    told = found(whole("l2tp-profile carrier\n hello-interval 30"), "not-yet")
    assert "as a LAC, which carries callers to a server elsewhere" in told.message
