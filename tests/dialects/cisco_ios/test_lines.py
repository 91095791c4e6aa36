"""Lines not understood, not ours, not there yet: each is told once, with what was meant."""

import pytest

from kakehashi.model.finding import Severity
from tests.dialects.cisco_ios.reading import codes, complaints, crypto_map, found, ikev1, line, lower


def test_the_whole_has_nothing_to_complain_of() -> None:
    assert codes(crypto_map()) == []


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("crypto isakmp polcy 10", "policy"),
        ("crypto ispec transform-set X esp-aes", "ipsec"),
        ("cryto isakmp policy 20", "crypto"),
        ("crypto isakmp key S adress 192.0.2.1", ""),
        ("crypto isakmp keepalive 30 periodik", "periodic"),
        ("crypto mapp OUT 20 ipsec-isakmp", "map"),
        ("ip acess-list extended X", "access-list"),
        ("ip rotue 0.0.0.0 0.0.0.0 192.0.2.1", "route"),
    ],
)
def test_a_misspelt_line_is_told_with_what_was_meant(words: str, meant: str) -> None:
    lowered = lower(f"!\n{words}\n")
    (finding,) = lowered.findings
    assert line(finding) == 2
    assert finding.severity in (Severity.WARNING, Severity.ERROR)
    assert finding.remedy == (f"did you mean `{meant}`?" if meant else "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("crypto isakmp policy", "a number from 1 to 10000"),
        ("crypto isakmp policy 0", "a number from 1 to 10000"),
        ("crypto isakmp key S address 192.0.2", "an IPv4 address"),
        ("crypto ipsec transform-set X", "`esp-aes`"),
        ("ip route 0.0.0.0 255.0.255.0 192.0.2.1", "a mask such as 255.255.255.0"),
        ("interface GigabitEthernt0/0", "did you mean GigabitEthernet0/0?"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_what_was_expected(words: str, expected: str) -> None:
    (finding,) = lower(f"{words}\n").findings
    assert finding.severity is Severity.ERROR
    assert expected in finding.message


def test_a_wrong_line_of_a_map_is_told_with_and_without_indentation() -> None:
    for indent in (" ", ""):
        lowered = lower(f"crypto map M 1 ipsec-isakmp\n{indent}set peeer 192.0.2.1\n")
        finding = found(lowered, "unknown-command")
        assert (line(finding), finding.remedy) == (2, "did you mean `peer`?")


def test_a_line_at_the_margin_ends_a_map_without_a_word() -> None:
    lowered = crypto_map(map="mystery 5", wan=" mystery 5", policy="vtp mode off")
    assert codes(lowered) == ["not-ours"]


@pytest.mark.parametrize("indent", [" ", ""])
@pytest.mark.parametrize(
    "words",
    [
        "no mop enabled",
        "no mop sysid",
        "ntp disable",
        "vlan-id dot1q 10",
        "mpls ip",
        "ip dhcp client lease 1",
    ],
)
def test_an_interface_does_not_end_at_words_that_also_stand_outside_of_it(words: str, indent: str) -> None:
    text = f"interface GigabitEthernet0/0/0\n{indent}{words}\n{indent}ip address 192.0.2.1 255.255.255.0\n"
    lowered = lower(text)
    assert [str(i.addresses[0]) for i in lowered.gateway.interfaces] == ["192.0.2.1/24"]
    assert codes(lowered) == ["not-ours"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("crypto isakmp policy 10\n{}authentication pre-shared", "pre-share"),
        ("interface Tunnel1\n{}ip tcp adjust-mss 9999", "500"),
    ],
)
@pytest.mark.parametrize("indent", [" ", ""])
def test_a_wrong_value_is_not_taken_for_a_command_of_the_same_name_elsewhere(
    text: str, expected: str, indent: str
) -> None:
    finding = next(f for f in lower(text.format(indent) + "\n").findings if line(f) == 2)
    assert expected in finding.message + finding.remedy


def test_a_line_below_the_wrong_opener_is_told_where_it_belongs() -> None:
    finding = found(lower("hostname x\n set transform-set TS\n"), "unknown-command")
    assert finding.remedy == "the command belongs below `crypto map`"


def test_lines_that_are_not_about_the_vpn_are_listed_once() -> None:
    lowered = lower(
        """\
        service password-encryption
        hostname here
        enable secret 5 $1$abc
        username admin privilege 15 secret 5 hidden-word
        snmp-server community hidden-word RO
        router bgp 65000
         neighbor 192.0.2.1 password hidden-word
         address-family ipv4
          network 10.0.0.0
         exit-address-family
        line vty 0 4
         access-class 10 in
         transport input ssh
        class-map match-any VOICE
         match access-group name X
        some-new-feature enable
        """
    )
    finding = found(lowered, "not-ours")
    assert (finding.severity, line(finding)) == (Severity.INFO, 1)
    assert finding.message.endswith("1, 3-16")
    assert codes(lowered) == ["not-ours"]
    assert "hidden-word" not in repr(lowered)


def test_what_an_interface_has_besides_is_not_ours() -> None:
    lowered = crypto_map(
        lan=" duplex auto\n switchport mode access\n standby 1 ip 192.168.10.254\n frobnicate\n"
    )
    assert codes(lowered) == ["not-ours"]


@pytest.mark.parametrize(
    "words",
    [
        "crypto isakmp client configuration group REMOTE\n key hidden-word\n pool P",
        "crypto gdoi group G\n identity number 1",
        "crypto map OUT 20 ipsec-manual\n set peer 192.0.2.9",
        "crypto ikev2 authorization policy P\n pool X",
        "crypto isakmp invalid-spi-recovery",
    ],
)
def test_what_is_not_there_yet_is_told_with_all_of_its_block(words: str) -> None:
    lowered = crypto_map(isakmp=words)
    finding = found(lowered, "not-yet")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 9)
    assert codes(lowered) == ["not-yet"]
    assert "hidden-word" not in str(finding)


def test_keywords_in_any_case_and_shortened() -> None:
    lowered = lower(
        """\
        HOST r1
        cry isa pol 5
         ENCR AES 192
         ha sha512
         auth pre
         gr 16
         lifet 28800
        CRY ISA KEY 0 Secret ADD 198.51.100.2
        cry ips trans Ts ESP-AES 192 esp-sha512-h
        cry map m 7 ipsec-i
         set pe 198.51.100.2
         set tr Ts
         ma ad 101
         se pfs group16
        acc 101 per ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
        int gi0/1
         ip addr 192.0.2.2 255.255.255.252
         cry map m
        int lo 0
         ip addr 10.1.0.1 255.255.0.0
        ip route 0.0.0.0 0.0.0.0 192.0.2.1
        """
    )
    assert codes(lowered) == []
    assert [i.name for i in lowered.gateway.interfaces] == ["GigabitEthernet0/1", "Loopback0", "m 7"]
    tunnel = ikev1(lowered)
    assert tunnel.enabled
    assert (tunnel.ipsec.pfs.name, lowered.gateway.ikev1_peers[0].proposals[0].lifetime) == (
        "MODP_4096",
        28800,
    )
    (peer,) = lowered.gateway.ikev1_peers
    assert peer.secret is not None
    assert peer.secret.octets == b"Secret", "values keep their case"


@pytest.mark.parametrize(
    "words",
    [
        "crypto isakmp key hidden-word adress 192.0.2.1",
        "crypto isakmp key hidden-word address 192.0.2.1 and more",
        "crypto isakmp key 6 hidden-word address 192.0.2.1",
        "crypto isakmp key 7 hidden-word address 192.0.2.1",
        "crypto keyring K\n pre-shared-key address 192.0.2.1 key hidden-word hidden-word",
        "crypto ikev2 keyring K\n peer P\n  pre-shared-key local hidden-word hidden-word",
        "crypto ikev2 keyring K\n peer P\n  pre-shared-key hex hidden-word",
        "crypto ikev2 keyring K\n peer P\n  pre loc hidden-word hidden-word",
        "crypto isakmp peer address 192.0.2.1\n set aggressive-mode pass hidden-word hidden-word",
        "interface Dialer1\n ppp chap password 0 hidden-word",
        "username u password 7 hidden-word",
    ],
)
def test_no_message_ever_shows_a_secret(words: str) -> None:
    lowered = lower(f"{words}\n")
    assert lowered.findings
    assert not any("hidden-word" in str(f) for f in lowered.findings)
    assert "hidden-word" not in repr(lowered)


def test_an_access_list_of_nobody_may_say_what_it_likes() -> None:
    lowered = lower(
        "ip access-list extended SNMP\n permit frob any any\nline vty 0 4\n access-class SNMP in\n"
    )
    assert complaints(lowered) == []
    used = crypto_map(rules=" permit frob any any")
    assert found(used, "invalid-value").severity is Severity.ERROR
