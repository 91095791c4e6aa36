"""Addresses that come from outside: PPP, DHCPv6, router advertisements (V1-24, CI-10, CI-11)."""

import pytest

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.registry import by_name
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Interface

WAN = {"nec-ix": "GigaEthernet0.0", "cisco-ios": "Dialer1", "awplus": "ppp0"}


def lowered(name: str, *lines: str) -> tuple[Interface, set[tuple[Severity, str]]]:
    block = "".join(f"  {line}\n" for line in lines)
    dialect: Dialect = by_name(name)
    result = dialect.lower(f"interface {WAN[name]}\n{block}  no shutdown\n", "router.cfg")
    return result.gateway.interfaces[0], {(f.severity, f.code) for f in result.findings}


HOSTS = (Severity.INFO, "the-hosts")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nec-ix", "ip address ipcp"),
        ("cisco-ios", "ip address negotiated"),
        ("awplus", "ip address negotiated"),
    ],
)
def test_an_address_of_ppp_is_not_asked_for_by_dhcp(name: str, line: str) -> None:
    found, said = lowered(name, line)
    assert (found.dhcp, found.negotiated, found.dhcp_default_route) == (True, True, False)
    assert HOSTS in said
    for other in (f"no {line}", "ip address dhcp"):
        assert not lowered(name, line, other)[0].negotiated


@pytest.mark.parametrize(
    ("name", "line", "default"),
    [
        ("nec-ix", "ipv6 address autoconfig", False),
        ("nec-ix", "ipv6 address autoconfig receive-default", True),
        ("cisco-ios", "ipv6 address autoconfig", False),
        ("cisco-ios", "ipv6 address autoconfig default", True),
        ("awplus", "ipv6 address autoconfig", True),
    ],
)
def test_router_advertisements_make_addresses(name: str, line: str, default: bool) -> None:
    found, said = lowered(name, line)
    assert (found.autoconfig, found.autoconfig_default_route, found.dhcp_ipv6) == (True, default, False)
    assert not {s for s in said if s[0] is Severity.WARNING}
    assert not lowered(name, line, "no ipv6 address autoconfig")[0].autoconfig


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nec-ix", "ipv6 dhcp client wan"),
        ("cisco-ios", "ipv6 address dhcp"),
        ("awplus", "ipv6 address dhcp"),
    ],
)
def test_the_hosts_client_asks_for_an_ipv6_address(name: str, line: str) -> None:
    found, said = lowered(name, line)
    assert found.dhcp_ipv6
    assert HOSTS in said
    assert not lowered(name, line, f"no {line}")[0].dhcp_ipv6


@pytest.mark.parametrize("name", WAN)
def test_what_comes_from_outside_is_translated(name: str) -> None:
    dialect = by_name(name)
    lines = {
        "nec-ix": ("ip address ipcp", "ipv6 address autoconfig receive-default"),
        "cisco-ios": ("ip address negotiated", "ipv6 address autoconfig default", "ipv6 address dhcp"),
        "awplus": ("ip address negotiated", "ipv6 address autoconfig", "ipv6 address dhcp"),
    }[name]
    block = "".join(f"  {line}\n" for line in lines)
    of = dialect.lower(f"interface {WAN[name]}\n{block}  no shutdown\n", "f").gateway
    text = dialect.render(of).text
    assert all(line in text for line in lines), text
    assert dialect.lower(text, "f").gateway.interfaces[0] == of.interfaces[0]
