"""Tunnel interfaces of GRE, alone and under an IPsec profile (AW-13)."""

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Lowered
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gre import Gre
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.policy import NoIpsec
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel
from tests.dialects.awplus.reading import VERSION_1, found, line, whole

GRE = " tunnel mode gre"
PLAIN = f"{GRE}\n no tunnel protection ipsec"
HEADER = " tunnel key 7\n tunnel checksum"


def the_tunnel(lowered: Lowered) -> Tunnel:
    (tunnel,) = lowered.gateway.tunnels
    return tunnel


def again(lowered: Lowered) -> Tunnel:
    return the_tunnel(AwPlus().lower(AwPlus().render(lowered.gateway).text, "again"))


def test_without_ipsec_nobody_negotiates() -> None:
    lowered = whole(tunnel=f"{PLAIN}\n{HEADER}")
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, PlainTunnel)
    assert tunnel.enabled
    assert tunnel.ipsec == NoIpsec(gre=Gre(key=7, checksum=True))
    assert [f.code for f in lowered.findings if f.severity is not Severity.INFO] == []
    assert again(lowered) == tunnel


def test_it_needs_neither_key_nor_profile() -> None:
    lowered = whole(tunnel=PLAIN)
    assert found(lowered, "unused-key")


@pytest.mark.parametrize("version", [1, 2])
def test_ipsec_protects_it_in_transport_mode(version: int) -> None:
    lines = VERSION_1.format(profile="") if version == 1 else ""
    lowered = whole(lines, tunnel=f"{GRE}\n{HEADER}")
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, Ikev1Tunnel if version == 1 else Ikev2Tunnel)
    assert (tunnel.ipsec.mode, tunnel.ipsec.gre) == (EncapsulationMode.TRANSPORT, Gre(key=7, checksum=True))
    assert again(lowered) == tunnel


@pytest.mark.parametrize("protection", ["", "\n no tunnel protection ipsec"])
def test_over_ipv6(protection: str) -> None:
    lowered = whole(
        "crypto isakmp key six address 2001:db8::2",
        tunnel=f" tunnel mode gre ipv6\n tunnel source 2001:db8::1\n tunnel destination 2001:db8::2{protection}",
    )
    tunnel = the_tunnel(lowered)
    assert tunnel.enabled
    assert (str(tunnel.peer_address), tunnel.ipsec.gre) == ("2001:db8::2", Gre())
    assert again(lowered) == tunnel


def test_both_ends_are_of_the_version_that_the_mode_says() -> None:
    lowered = whole(tunnel=" tunnel mode gre ipv6\n no tunnel protection ipsec")
    assert not the_tunnel(lowered).enabled
    told = found(lowered, "tunnel-version")
    assert "the tunnel is GRE over IPv6" in told.message
    assert told.remedy == "write `tunnel mode gre`, or an IPv6 address"


def test_without_ipsec_the_peer_s_address_must_be_known() -> None:
    lowered = whole(tunnel=f"{PLAIN}\n tunnel destination dynamic")
    assert lowered.gateway.tunnels == ()
    assert "known by its address alone" in found(lowered, "no-address").message


def test_what_it_lacks_is_told() -> None:
    lowered = whole(tunnel=f"{PLAIN}\n no tunnel source 192.0.2.2")
    assert lowered.gateway.tunnels == ()
    assert "`tunnel source`" in found(lowered, "tunnel-incomplete").message


@pytest.mark.parametrize("words", ["tunnel key 7", "tunnel checksum"])
def test_what_is_of_gre_is_told_of_elsewhere(words: str) -> None:
    told = found(whole(tunnel=f" {words}"), "misplaced")
    assert "is of GRE, and the tunnel is not" in told.message
    assert line(told) == 12
