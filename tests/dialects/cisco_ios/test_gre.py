"""Tunnel interfaces of GRE that an IPsec profile protects."""

import pytest

from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gre import Gre
from tests.dialects.cisco_ios.reading import codes, found, ikev1, ikev2, lower, vti

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


def test_with_many_peers_it_is_not_there_yet() -> None:
    lowered = vti(tunnel=gre("tunnel mode gre multipoint"))
    assert found(lowered, "not-yet").severity is Severity.WARNING
    assert lowered.gateway.tunnels == ()


def test_without_ipsec_it_is_not_there_yet() -> None:
    lowered = vti(tunnel=gre("no tunnel protection ipsec profile"))
    finding = found(lowered, "not-yet")
    assert "GRE without IPsec" in finding.message
    assert lowered.gateway.tunnels == ()
