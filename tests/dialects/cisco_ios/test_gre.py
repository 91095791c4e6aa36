"""Tunnel interfaces of GRE, alone and under an IPsec profile."""

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gre import Gre, Keepalive
from kakehashi.model.policy import DfBit, NoIpsec
from kakehashi.model.tunnel import ConnectType, PlainTunnel
from tests.dialects.cisco_ios.reading import codes, found, ikev1, ikev2, lower, the_tunnel, vti

IKEV1 = """\
crypto isakmp policy 10
 encr aes
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key between-us address 198.51.100.2
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode {mode}
crypto ipsec profile IP
 set transform-set TS
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface Tunnel0
 ip address 10.0.0.1 255.255.255.252
 tunnel source {source}
 tunnel destination 198.51.100.2
 tunnel protection ipsec profile IP
{tunnel}
ip route 192.168.20.0 255.255.255.0 10.0.0.2
"""
OURS = "GigabitEthernet0/0"


def gre(*lines: str) -> str:
    return "\n".join(f" {line}" for line in ("no tunnel mode ipsec ipv4", *lines))


@pytest.mark.parametrize(
    "mode", [(), ("tunnel mode gre ip",), ("tunnel mode gre ipv6", "tunnel mode gre ip")]
)
def test_a_tunnel_interface_is_gre_unless_it_is_told_otherwise(mode: tuple[str, ...]) -> None:
    lowered = vti(tunnel=gre(*mode))
    policy = ikev2(lowered).ipsec
    assert policy.gre == Gre()
    assert "not-yet" not in codes(lowered)


@pytest.mark.parametrize("mode", EncapsulationMode)
def test_transport_mode_is_worth_its_while_here(mode: EncapsulationMode) -> None:
    lowered = lower(IKEV1.format(mode=mode.value, source=OURS, tunnel=""))
    assert ikev1(lowered).ipsec.mode is mode
    assert "transport-mode" not in codes(lowered)


def test_the_fields_of_its_header() -> None:
    lines = ("tunnel key 4294967295", "tunnel checksum", "tunnel sequence-datagrams")
    header = ikev2(vti(tunnel=gre(*lines))).ipsec.gre
    assert header == Gre(key=4294967295, checksum=True, sequence=True)
    assert header.overhead == 16
    off = ("no tunnel key", "no tunnel checksum", "no tunnel sequence-datagrams")
    assert ikev2(vti(tunnel=gre(*lines, *off))).ipsec.gre == Gre()


def test_gre_over_ipv6() -> None:
    text = IKEV1.replace("198.51.100.2", "2001:db8::2").replace(
        "key between-us address", "key between-us address ipv6"
    )
    text = text.replace("2001:db8::2\ncrypto", "2001:db8::2/128\ncrypto")
    lowered = lower(text.format(mode="tunnel", source="2001:db8::1", tunnel=" tunnel mode gre ipv6"))
    tunnel = ikev1(lowered)
    assert (str(tunnel.peer_address), tunnel.ipsec.gre) == ("2001:db8::2", Gre())


def plain(lowered: Lowered) -> PlainTunnel:
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, PlainTunnel)
    return tunnel


def without_ipsec(*lines: str) -> Lowered:
    return vti(tunnel=gre("no tunnel protection ipsec profile", *lines))


def test_without_ipsec_it_is_a_tunnel_that_nobody_negotiates() -> None:
    lowered = without_ipsec("tunnel key 7", "tunnel checksum")
    tunnel = plain(lowered)
    assert tunnel.enabled
    assert tunnel.ipsec == NoIpsec(gre=Gre(key=7, checksum=True))
    assert (tunnel.connect, tunnel.keepalive) == (ConnectType.ALWAYS, None)
    assert tunnel.ipsec.df_bit is DfBit.CLEAR
    assert not tunnel.ipsec.mtu_ignore


@pytest.mark.parametrize(
    ("line", "keepalive"),
    [
        ("keepalive", Keepalive(10, 3)),
        ("keepalive 5", Keepalive(5, 3)),
        ("keepalive 5 4", Keepalive(5, 4)),
        ("keepalive 0", None),
        ("no keepalive", None),
    ],
)
def test_keepalives(line: str, keepalive: Keepalive | None) -> None:
    lowered = without_ipsec("keepalive 9 9", line)
    assert plain(lowered).keepalive == keepalive
    again = CiscoIos().lower(CiscoIos().render(lowered.gateway).text, "again")
    assert plain(again).keepalive == keepalive


def test_under_ipsec_there_are_no_keepalives() -> None:
    lowered = vti(tunnel=gre("keepalive 5 3"))
    assert found(lowered, "keepalive-protected").severity is Severity.WARNING
    assert ikev2(lowered).enabled


def test_keepalives_of_other_interfaces_are_not_about_the_vpn() -> None:
    text = IKEV1.format(mode="transport", source=OURS, tunnel="")
    lowered = lower(text.replace("255.255.255.0\ninterface", "255.255.255.0\n keepalive 10\ninterface"))
    assert "not-ours" in codes(lowered)
    assert "keepalive-protected" not in codes(lowered)


@pytest.mark.parametrize(
    ("lines", "version"),
    [(("tunnel mode gre ipv6",), 4), (("tunnel destination 2001:db8::2",), 6)],
)
def test_both_ends_are_of_the_version_that_the_mode_says(lines: tuple[str, ...], version: int) -> None:
    lowered = without_ipsec(*lines)
    assert not plain(lowered).enabled
    assert any(f"is an IPv{version} address" in f.message for f in lowered.findings)


def test_without_a_destination_it_is_no_tunnel() -> None:
    lowered = without_ipsec("no tunnel destination")
    assert lowered.gateway.tunnels == ()
    assert found(lowered, "tunnel-incomplete")


def test_what_is_written_is_read_again() -> None:
    lowered = without_ipsec("tunnel key 7", "tunnel checksum", "tunnel sequence-datagrams", "keepalive 5 4")
    again = CiscoIos().lower(CiscoIos().render(lowered.gateway).text, "again")
    assert plain(again) == plain(lowered)
