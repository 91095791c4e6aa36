"""`tunnel mode gre ip`."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.gre import Gre, Keepalive
from kakehashi.model.policy import NoIpsec
from kakehashi.model.tunnel import PlainTunnel
from tests.dialects.nec_ix.reading import codes, found, ikev1, lower

TEXT = """\
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface Tunnel0.0
  tunnel mode gre ip
  tunnel destination {destination}
  tunnel source GigaEthernet0.0
{more}
  ip address 10.0.0.1/30
  no shutdown
ip route 10.0.0.0/8 Tunnel0.0
"""


def gre(*lines: str, destination: str = "198.51.100.2") -> Lowered:
    return lower(TEXT.format(destination=destination, more="\n".join(f"  {line}" for line in lines)))


def plain(lowered: Lowered) -> PlainTunnel:
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, PlainTunnel)
    return tunnel


@pytest.mark.parametrize("source", ["GigaEthernet0.0", "192.0.2.2"])
def test_it_is_a_tunnel_that_nobody_negotiates(source: str) -> None:
    lowered = gre(f"tunnel source {source}", "tunnel key 7", "tunnel checksum")
    tunnel = plain(lowered)
    assert tunnel.enabled
    assert tunnel.peer_address == ip_address("198.51.100.2")
    assert str(tunnel.source_address) == source
    assert tunnel.ipsec == NoIpsec(gre=Gre(key=7, checksum=True))
    assert codes(lowered) == []
    assert plain(lower(NecIx().render(lowered.gateway).text)) == tunnel


def test_it_is_gre_over_ipv4() -> None:
    lowered = gre(destination="2001:db8::2")
    assert not plain(lowered).enabled
    assert "is an IPv6 address" in found(lowered, "tunnel-version").message


def test_without_a_destination_it_is_no_tunnel() -> None:
    lowered = gre("no tunnel destination 198.51.100.2")
    assert lowered.gateway.tunnels == ()
    assert found(lowered, "no-peer")


def test_a_source_that_is_nowhere() -> None:
    assert "GigaEthernet7.0" in found(gre("tunnel source GigaEthernet7.0"), "undefined-interface").message


def test_what_the_device_cannot_say_is_told() -> None:
    gateway = gre().gateway
    tunnel = replace(plain(gre()), ipsec=NoIpsec(gre=Gre(sequence=True)), keepalive=Keepalive(10, 3))
    losses = NecIx().render(replace(gateway, tunnels=(tunnel,))).losses
    assert {loss.what for loss in losses} == {
        "sequence numbers in GRE of Tunnel0.0",
        "keepalives of Tunnel0.0",
    }


@pytest.mark.parametrize("words", ["tunnel key 7", "tunnel source GigaEthernet0.0"])
def test_what_is_of_gre_is_told_of_elsewhere(words: str) -> None:
    assert "is of GRE, and the tunnel is not" in found(ikev1(tunnel=words), "misplaced").message
