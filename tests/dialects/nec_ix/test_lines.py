"""What is said about lines that are wrong, unknown, not there yet or not ours; and how lines may be written."""

import pytest

from kakehashi.model.address import ANY
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import InterfaceKind
from tests.dialects.nec_ix.reading import codes, found, line, lower, the_tunnel, whole


def test_a_misspelt_keyword_is_warned_of_with_what_was_meant() -> None:
    lowered = whole(default="  sa-propsal enc aes-cbc-256")
    finding = found(lowered, "unknown-command")
    assert str(finding) == (
        "router.cfg:7: warning: `sa-propsal` in ikev2 profile is not understood; the line has no effect "
        "(did you mean `sa-proposal`?)"
    )


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("ikev2 sa-propsal enc aes-cbc-256", "did you mean `sa-proposal`?"),
        ("ikve2 dpd interval 10", "did you mean `ikev2`?"),
        ("ikev2 outgoing-intreface GigaEthernet0.0", "did you mean `outgoing-interface`?"),
        ("ikev2 dpd intervall 10", "did you mean `interval`?"),
        ("tunnel mode ipsec-ikve2", "did you mean `ipsec-ikev2`?"),
        ("ip unnumberd GigaEthernet0.0", "did you mean `unnumbered`?"),
        ("sa-proposal enc aes-cbc-256", "on an interface the command begins with `ikev2`"),
    ],
)
def test_a_line_that_looks_like_vpn_is_never_passed_over(words: str, meant: str) -> None:
    finding = found(whole(tunnel=words), "unknown-command")
    assert (finding.severity, line(finding), finding.remedy) == (Severity.WARNING, 17, meant)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("ikev2 dpd 10", "there could stand `interval`"),
        ("ikev2 sa-proposal aes-cbc-256", "there could stand `enc`, `integrity`, `prf` or `dh`"),
        ("ikev2 ipsec mtu 1400", "there could stand `ignore`"),
        ("ikev2 bogus", ""),
    ],
)
def test_where_few_words_fit_they_are_named(words: str, remedy: str) -> None:
    assert found(whole(tunnel=words), "unknown-command").remedy == remedy


def test_of_many_words_the_first_are_named_and_the_others_counted() -> None:
    message = found(whole(tunnel="ikev2"), "incomplete").message
    assert message.startswith("`ikev2` is incomplete: expected `peer`, `peer-fqdn-ipv4`, ")
    assert message.endswith(" or 15 others")


def test_the_prefix_does_not_belong_into_a_profile() -> None:
    finding = found(whole(profile="  ikev2 dpd interval 10"), "unknown-command")
    assert finding.remedy == "in a profile the command stands without `ikev2`"


def test_a_policy_outside_of_any_block_is_told_where_it_belongs() -> None:
    finding = found(lower("ikev2 peer 192.0.2.1 authentication psk id keyid x\n"), "unknown-command")
    assert "belongs below" in finding.remedy


@pytest.mark.parametrize(
    ("words", "expected", "remedy"),
    [
        ("ikev2 sa-proposal enc aes-cbc-265", "one of aes-gcm-256-16, aes-cbc-256", "`aes-cbc-256`"),
        ("ikev2 sa-proposal dh 2049-bit", "one of 3072-bit, 2048-bit", "`2048-bit`"),
        ("ikev2 sa-lifetime soon", "a number from 1 to 4294967295", ""),
        ("ikev2 dpd interval 0", "a number from 1 to 65535", ""),
        ("ikev2 outgoing-interface GigEthernet0.0", "did you mean GigaEthernet0.0?", ""),
        ("ip address 10.0.0.1", "an IPv4 address with its prefix length", ""),
        ("ip address 10.0.0.256/24", "an IPv4 address with its prefix length", ""),
    ],
)
def test_a_wrong_value_is_an_error_with_what_was_expected(words: str, expected: str, remedy: str) -> None:
    finding = found(whole(tunnel=words), "invalid-value")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 17)
    assert expected in finding.message
    assert remedy in finding.remedy


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ikev2 dpd interval", "`ikev2 dpd interval` is incomplete: expected a number"),
        ("ikev2 connect-type", "expected one of auto, trigger"),
        ("ip route 10.0.0.0/8", "expected an IPv4 address or an interface"),
        ("interface", "expected an interface"),
    ],
)
def test_missing_words_are_an_error(words: str, expected: str) -> None:
    finding = found(whole(tunnel=words), "incomplete")
    assert finding.severity is Severity.ERROR
    assert expected in finding.message


def test_too_many_words_are_an_error_in_the_vpn_and_a_warning_elsewhere() -> None:
    vpn = found(whole(tunnel="ikev2 dpd interval 10 retries 3"), "excess-words")
    assert (vpn.severity, "`retries`" in vpn.message) == (Severity.ERROR, True)
    other = found(whole(tunnel="ip route 10.9.0.0/16 Tunnel0.0 tag 5"), "excess-words")
    assert (other.severity, "`tag`" in other.message) == (Severity.WARNING, True)


def test_an_abbreviation_that_could_be_two_words_is_an_error() -> None:
    finding = found(whole(tunnel="ikev2 s send-delete"), "ambiguous")
    assert finding.severity is Severity.ERROR
    assert "sa-proposal, sa-lifetime, source-address or suppress" in finding.message
    assert finding.remedy == "write more of it"


def test_keywords_in_any_case_and_shortened() -> None:
    lowered = lower(
        """\
        IKEV2 Auth PSK ID KeyID Here KEY CHAR Ours
        ikev2 default
          local-a psk id key Here
          sa-p e AES-CBC-256
        INTERFACE gigaethernet0.0
          ip addr 192.0.2.2/24
          no shut
        int tunnel0.0
          tun mode ipsec-i
          ikev2 peer ANY auth psk id keyid Here
          no shutd
        ip ro def tu0.0
        """
    )
    assert codes(lowered) == []
    tunnel = the_tunnel(lowered)
    assert tunnel.peer_address is ANY
    assert tunnel.local.identity.text == "Here", "values keep their case"
    assert len(tunnel.ike.algorithms.ciphers) == 1
    assert [i.name for i in lowered.gateway.interfaces] == ["GigaEthernet0.0", "Tunnel0.0"]


def test_the_mode_of_ikev1_is_not_an_abbreviation_of_ours() -> None:
    lowered = lower("interface Tunnel0.0\n  tunnel mode ipsec\n  no shutdown\n")
    assert line(found(lowered, "no-ipsec-policy")) == 2


def test_indentation_comments_headers_and_line_ends_are_decoration() -> None:
    plain = whole()
    text = (
        "! NEC Portable Internetwork Core Operating System Software\n"
        "\n"
        "ikev2 authentication psk id keyid here key char ours\n"
        "!\n"
        "\tikev2 default-profile\n"
        "local-authentication psk id keyid here\n"
        "        dpd interval 10\n"
        "exit\n"
        "interface GigaEthernet0.0\n"
        "ip address 192.0.2.2/24\n"
        "! a remark inside\n"
        "no shutdown\n"
        "end\n"
    )
    for ending in ("\n", "\r\n", "\r"):
        lowered = lower(text.replace("\n", ending))
        assert codes(lowered) == []
        assert lowered.gateway.unknown_peer_policy.dpd_interval == 10
        assert [i.enabled for i in lowered.gateway.interfaces] == [True]
    assert codes(plain) == []


def test_line_numbers_count_as_an_editor_does() -> None:
    lowered = lower("! form\x0cfeed and \u2028 separator\r\n\r\nikev2 dpd\r\n")
    assert line(found(lowered, "unknown-command")) == 3


def test_lines_that_are_not_about_the_vpn_are_listed_once() -> None:
    lowered = lower(
        """\
        ip ufs-cache enable
        ip ufs-cache max-entries 20000
        hostname here
        telnet-server ip enable
        ppp profile isp
          authentication myname me@example
          authentication password me@example hidden-word
        interface GigaEthernet0.1
          ppp binding isp
          no shutdown
        logging subsystem all warn
        """
    )
    finding = found(lowered, "not-ours")
    assert (finding.severity, line(finding)) == (Severity.INFO, 1)
    assert finding.message.endswith("1-2, 4, 6")
    assert codes(lowered) == ["not-ours", "the-hosts"]


def test_after_a_profile_the_margin_tells_a_foreign_line_from_a_wrong_one() -> None:
    lowered = lower("ikev2 default-profile\n  mystery 5\nmystery 5\n")
    assert line(found(lowered, "unknown-command")) == 2
    assert line(found(lowered, "not-ours")) == 3


def test_lines_of_a_foreign_block_are_not_the_interface_above() -> None:
    lowered = lower("interface GigaEthernet0.0\n  no shutdown\ndevice GigaEthernet0\n  shutdown\n")
    assert lowered.gateway.interfaces[0].enabled is True


@pytest.mark.parametrize(
    "words",
    [
        "ike commit-bit p",
        "pki cert erase name ca",
    ],
)
def test_what_is_only_typed_and_what_other_models_write_are_not_there_yet(words: str) -> None:
    lowered = lower(f"!\n{words}\n")
    finding = found(lowered, "not-yet")
    assert (finding.severity, line(finding)) == (Severity.WARNING, 2)
    assert codes(lowered) == ["not-yet"]


@pytest.mark.parametrize(
    "words",
    [
        "tunnel mode l2tp-lns",
        "ip address map-e",
        "ip napt static network 192.168.10.0 10.0.0.0",
        "ip napt eim-mode on",
    ],
)
def test_what_an_interface_cannot_do_yet_is_told_with_its_line(words: str) -> None:
    assert line(found(whole(tunnel=words), "not-yet")) == 17


def test_what_stands_below_a_misspelt_block_is_not_the_block_before() -> None:
    lowered = lower(
        """\
        interface GigaEthernet0.0
          ip address 192.0.2.2/24
          no shutdown
        interfase GigaEthernet1.0
          ip address 10.0.0.1/24
          shutdown
        interface Tunel0.0
          shutdown
        """
    )
    (only,) = lowered.gateway.interfaces
    assert (only.name, str(only.addresses[0]), only.enabled) == ("GigaEthernet0.0", "192.0.2.2/24", True)
    assert line(found(lowered, "unknown-command")) == 4
    assert "2 lines that belong to it are left out" in found(lowered, "unknown-command").message
    assert "did you mean Tunnel0.0?" in found(lowered, "invalid-value").message


@pytest.mark.parametrize(
    "words",
    [
        "ikev2 authentication psk id keyid x key hidden-word",
        "ikev2 authentication psk id keyid x key char hidden-word and hidden-word",
        "ikev2 authentication psk id keyid x key hex hidden-word",
        "ikev2 authentication psk id keyid x y key char hidden-word",
        "ikev2 authentication psk keyid x key char hidden-word",
        "ikev2 authentcation psk id keyid x key char hidden-word",
        "ike policy p peer any key hidden-word",
        "username admin password hidden-word",
        "snmp-agent ip community hidden-word",
    ],
)
def test_no_message_ever_shows_a_secret(words: str) -> None:
    lowered = lower(f"{words}\n")
    assert lowered.findings
    assert not any("hidden-word" in str(f) for f in lowered.findings)
    assert "hidden-word" not in repr(lowered)


def test_an_interface_family_shortened_too_far_is_an_error() -> None:
    assert found(lower("interface t0.0\n"), "invalid-value").severity is Severity.ERROR
    assert [i.name for i in lower("interface tu0.0\n").gateway.interfaces] == ["Tunnel0.0"]


def test_every_interface_family_is_known_by_its_kind() -> None:
    lowered = lower("interface Loopback1.0\ninterface TenGigaEthernet0.0\ninterface tunnel12.0\n")
    assert [(i.name, i.kind) for i in lowered.gateway.interfaces] == [
        ("Loopback1.0", InterfaceKind.LOOPBACK),
        ("TenGigaEthernet0.0", InterfaceKind.PHYSICAL),
        ("Tunnel12.0", InterfaceKind.TUNNEL),
    ]
