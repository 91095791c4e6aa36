"""Which language a configuration is in."""

import pytest

from kakehashi.dialects.registry import UnknownDialectError, all_dialects, by_name, recognise


def test_a_dialect_is_found_by_its_name_in_any_case() -> None:
    assert by_name("NEC-IX").name == "nec-ix"
    assert by_name("Cisco-IOS").name == "cisco-ios"
    assert by_name("AWPlus").name == "awplus"
    assert by_name("cisco").name == "cisco-ios"
    assert by_name("nec").name == "nec-ix"
    assert [d.name for d in all_dialects()] == ["nec-ix", "cisco-ios", "awplus"]


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownDialectError, match="nec-ix"):
        by_name("nothing")
    with pytest.raises(UnknownDialectError):
        by_name("")


@pytest.mark.parametrize(
    "text",
    [
        "interface Tunnel0.0\r\n  tunnel mode ipsec-ikev2\r\n",
        "interface GigaEthernet0.0\n  ip napt enable\n",
        "ikev2 default-profile\n",
    ],
)
def test_a_configuration_is_recognised_by_its_lines(text: str) -> None:
    assert recognise(text).name == "nec-ix"


@pytest.mark.parametrize(
    "text",
    [
        "crypto isakmp policy 10\n encr aes\n",
        "R1(config)#crypto map M 10 ipsec-isakmp\r\n",
        "interface Tunnel0\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile P\n",
        "interface FastEthernet0.10\n ip address 10.0.0.1 255.255.255.0\n",
        "access-list 101 permit ip any any\n",
    ],
)
def test_a_configuration_of_cisco_is_told_from_one_of_nec(text: str) -> None:
    assert recognise(text).name == "cisco-ios"


@pytest.mark.parametrize(
    "text",
    [
        "crypto isakmp key S address 10.2.2.2\ninterface tunnel0\n tunnel protection ipsec\n",
        "interface eth1\r\n ip address 10.0.0.1/24\r\n",
        "crypto isakmp profile P\n transform 1 integrity SHA256 encryption AES256 group 14\n",
        "awplus(config)# crypto isakmp peer dynamic profile P\n",
        "interface tunnel1\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile P\n"
        " tunnel local name a.example\n ip address 10.0.0.1/30\n",
    ],
)
def test_a_configuration_of_alliedware_plus_is_told_from_one_of_cisco(text: str) -> None:
    assert recognise(text).name == "awplus"


@pytest.mark.parametrize("text", ["", "hello\n"])
def test_what_is_in_no_known_language_is_refused(text: str) -> None:
    with pytest.raises(UnknownDialectError):
        recognise(text)


def test_every_dialect_says_by_what_it_was_recognised() -> None:
    assert "`ip napt`" in by_name("nec-ix").evidence("interface GigaEthernet0.0\n  ip napt enable\n")
    assert "`crypto map`" in by_name("cisco-ios").evidence("crypto map M 10 ipsec-isakmp\n")
    assert "`dpd-interval`" in by_name("awplus").evidence("dpd-interval 30\n")
    assert all(dialect.evidence("hello\n") == () for dialect in all_dialects())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("interface GigaEthernet0.0\n  ip address 192.0.2.2/24\n", "nec-ix"),
        ("interface GigaEthernet0.0\n  ip address 192.0.2.2/24\nip route 0.0.0.0/0 192.0.2.1\n", "nec-ix"),
        ("interface FastEthernet0/0.0\n  ip address 192.0.2.2/24\n", "nec-ix"),
        ("interface GigabitEthernet0/0\n no ip address\n shutdown\n", "cisco-ios"),
        ("interface FastEthernet0/0.1\n ip address 10.0.0.1 255.0.0.0\n", "cisco-ios"),
        ("interface Ethernet0/0\n ip address dhcp\n", "cisco-ios"),
        ("hostname x\nip route 0.0.0.0 0.0.0.0 192.0.2.1\n", "cisco-ios"),
        ("interface vlan1\n", "awplus"),
        ("ip route 0.0.0.0/0 192.0.2.1\n", "awplus"),
    ],
)
def test_a_configuration_that_has_only_its_interfaces_is_recognised(text: str, name: str) -> None:
    assert recognise(text).name == name
