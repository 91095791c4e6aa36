"""How each device finds the address of a name (V1-35): its lines, their translation, and what it shows."""

from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address

import pytest

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.registry import by_name
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.names import NameService
from kakehashi.model.status import NameStatus, Status, TunnelStatus

FIRST, SECOND, SIXTH = ip_address("192.0.2.53"), ip_address("198.51.100.53"), ip_address("2001:db8::53")
FOUND = NameStatus(
    name="a.example",
    addresses=(ip_address("10.2.0.1"), ip_address("10.2.0.2")),
    server="192.0.2.53",
    age=7,
    remaining=23,
    next_look=23,
)
LOST = NameStatus(name="b.example", next_look=2, failure="192.0.2.53: there is no address of b.example")


def dialect(name: str) -> Dialect:
    return by_name(name)


def gateway(name: str, text: str) -> Gateway:
    return dialect(name).lower(text, "router.cfg").gateway


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("nec-ix", "proxy-dns server 192.0.2.53", NameService(servers=(FIRST,))),
        ("nec-ix", "dns server 192.0.2.53", NameService(servers=(FIRST,))),
        (
            "nec-ix",  # the larger wins, 100 is the default
            "proxy-dns server 192.0.2.53 priority 90\nproxy-dns server 198.51.100.53\n"
            "proxy-dns server 2001:db8::53 priority 254",
            NameService(servers=(SIXTH, SECOND, FIRST)),
        ),
        ("nec-ix", "proxy-dns server 192.0.2.53 url-list LAN", NameService()),
        ("nec-ix", "proxy-dns server 192.0.2.53\nno proxy-dns server 192.0.2.53", NameService()),
        ("nec-ix", "proxy-dns ip enable", NameService()),
        ("cisco-ios", "ip name-server 192.0.2.53 2001:db8::53", NameService(servers=(FIRST, SIXTH))),
        (
            "cisco-ios",
            "ip name-server 192.0.2.53\nip name-server 198.51.100.53\nno ip name-server 192.0.2.53",
            NameService(servers=(SECOND,)),
        ),
        ("cisco-ios", "ip name-server 192.0.2.53\nno ip name-server", NameService()),
        ("cisco-ios", "no ip domain lookup", NameService(enabled=False)),
        ("cisco-ios", "no ip domain-lookup", NameService(enabled=False)),
        ("cisco-ios", "no ip domain lookup\nip domain lookup", NameService()),
        ("cisco-ios", "ip domain lookup source-interface Loopback0", NameService()),
        ("cisco-ios", "ip domain name one.example", NameService(domains=("one.example",))),
        (
            "cisco-ios",
            "ip domain-name one.example\nip domain list two.example\nip domain-list three.example",
            NameService(domains=("two.example", "three.example")),
        ),
        (
            "cisco-ios",
            "ip host Tokyo 192.0.2.53 198.51.100.53\nip host gone 192.0.2.1\nno ip host gone",
            NameService(hosts=(("tokyo", (FIRST, SECOND)),)),
        ),
        ("cisco-ios", "ipv6 host tokyo 2001:db8::53", NameService(hosts=(("tokyo", (SIXTH,)),))),
        (
            "awplus",
            "ip name-server 192.0.2.53\nip name-server 2001:db8::53",
            NameService(servers=(FIRST, SIXTH)),
        ),
        ("awplus", "ip name-server 192.0.2.53 suffix-list lan", NameService()),
        ("awplus", "ip name-server 192.0.2.53\nno ip name-server 192.0.2.53", NameService()),
        ("awplus", "no ip domain-lookup", NameService(enabled=False)),
        ("awplus", "ip domain-name one.example", NameService(domains=("one.example",))),
        (
            "awplus",
            "ip domain-name one.example\nip domain-list two.example\nip domain-list three.example",
            NameService(domains=("two.example", "three.example")),
        ),
    ],
)
def test_the_lines_about_names_are_read(name: str, text: str, expected: NameService) -> None:
    found = gateway(name, f"{text}\n")
    assert found.names == expected
    codes = {f.code for f in dialect(name).lower(f"{text}\n", "f").findings}
    assert not codes & {"not-yet", "unknown-command"}


@pytest.mark.parametrize("name", ["nec-ix", "cisco-ios", "awplus"])
@pytest.mark.parametrize("servers", [(), (FIRST,), (SECOND, SIXTH, FIRST)])
def test_name_servers_are_translated_in_their_order(name: str, servers: tuple[IPAddress, ...]) -> None:
    of = replace(gateway(name, "hostname r\n"), names=NameService(servers=servers))
    assert gateway(name, dialect(name).render(of).text).names.servers == servers


def test_what_cisco_says_of_names_comes_back() -> None:
    said = NameService(
        servers=(SECOND, FIRST),
        domains=("one.example", "two.example"),
        hosts=(("tokyo", (FIRST,)), ("osaka", (SIXTH,))),
        enabled=False,
    )
    of = replace(gateway("cisco-ios", "hostname r\n"), names=said)
    assert gateway("cisco-ios", dialect("cisco-ios").render(of).text).names == said


@pytest.mark.parametrize("name", ["nec-ix", "awplus"])
def test_what_has_no_words_is_told(name: str) -> None:
    said = NameService(hosts=(("tokyo", (FIRST,)),))
    of = replace(gateway(name, "hostname r\n"), names=said)
    assert any("tokyo" in str(loss) for loss in dialect(name).render(of).losses)


@pytest.mark.parametrize(
    ("name", "words", "text"),
    [
        (
            "nec-ix",
            ("tunnel", "status"),
            "ike proposal p encryption aes hash sha\nike policy i peer-fqdn-ipv4 {} key k p\n"
            "ipsec autokey-map m ipv4 peer-fqdn-ipv4 {}\ninterface Tunnel0.0\n  tunnel mode ipsec\n"
            "  ip unnumbered GigaEthernet0.0\n  ipsec policy tunnel m\n  no shutdown\n",
        ),
        ("cisco-ios", ("hosts",), "hostname r\n"),
        ("awplus", ("hosts",), "hostname r\n"),
    ],
)
def test_name_address_age_and_next_look_are_shown(name: str, words: tuple[str, ...], text: str) -> None:
    for status, expected in (
        (FOUND, ("a.example", "10.2.0.1", "10.2.0.2", "7 s", "23 s")),
        (LOST, ("b.example", "2 s", "there is no address of b.example")),
    ):
        of = gateway(name, text.format(status.name, status.name))
        tunnels = tuple(TunnelStatus(name=t.interface, up=False) for t in of.tunnels)
        now = Status(hostname="r", time=datetime(2026, 1, 2), names=(status,), tunnels=tunnels)
        shown = dialect(name).show(words, now, of)
        assert all(part in shown for part in expected), shown
