"""What configurations in service have besides: each line is told of as what it is, and none stops the rest."""

import pytest

from kakehashi.model.finding import Severity
from tests.dialects.awplus.reading import codes, found, line, lower, the_tunnel, whole


def told(text: str) -> list[str]:
    return codes(lower(text), Severity.ERROR, Severity.WARNING)


@pytest.mark.parametrize(
    "words",
    [
        "tunnel selector paired",
        "tunnel vrf red",
        "ipv6 address FROM-ISP ::1:0:0:0:1/64",
    ],
)
def test_what_the_vpn_needs_and_is_not_there_is_told_with_its_line(words: str) -> None:
    text = f"interface tunnel1\n {words}\n"
    assert line(found(lower(text), "not-yet")) == 2
    assert "not-yet" not in told(f"interface tunnel1\n no {words}\n")


@pytest.mark.parametrize(
    "words", ["ip route static inter-vrf", "interface eth1\n duplex auto", "crypto secure-mode"]
)
def test_what_does_not_concern_the_vpn_is_no_warning(words: str) -> None:
    assert told(words + "\n") == []


@pytest.mark.parametrize("mode", ["openvpn tap", "wireguard"])
def test_of_a_tunnel_of_another_kind_one_line_tells(mode: str) -> None:
    text = (
        f"interface tunnel1\n tunnel key 5\n tunnel checksum\n tunnel openvpn port 5\n tunnel mode {mode}\n"
    )
    finding = found(lower(text), "not-yet")
    assert line(finding) == 5
    assert "the tunnel stays down" in finding.message


def test_no_takes_a_key_back_without_saying_it() -> None:
    here = whole("crypto isakmp key theirs address 192.0.2.99\nno crypto isakmp key address 192.0.2.99")
    assert here.gateway == whole("!").gateway
    assert codes(here, Severity.ERROR, Severity.WARNING) == codes(
        whole("!"), Severity.ERROR, Severity.WARNING
    )
    gone = whole("no crypto isakmp key address 198.51.100.2")
    assert not the_tunnel(gone).enabled


def test_a_key_that_is_not_said_is_an_error() -> None:
    finding = found(lower("crypto isakmp key address 192.0.2.99\n"), "incomplete")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 1)
