"""Short ways to lower a text and to ask what was found in it."""

from textwrap import dedent

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel

FILE = "router.cfg"

# What a tunnel needs around it; a test puts its lines into the places.
WHOLE = """\
ikev2 authentication psk id keyid here key char ours
ikev2 authentication psk id keyid there key char theirs
ikev2 profile shared
{profile}
ikev2 default-profile
  local-authentication psk id keyid here
{default}
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 binding shared
  ikev2 peer 198.51.100.2 authentication psk id keyid there
  no shutdown
{tunnel}
ip route 10.0.0.0/8 Tunnel0.0
"""

# The same for IKEv1.
SITE = """\
ike proposal iprop encryption aes-256 hash sha2-256 group 2048-bit
ike policy ipol peer 198.51.100.2 key between-us iprop
ipsec autokey-proposal sprop esp-aes-256 esp-sha2-256
ipsec autokey-map smap ipv4 peer 198.51.100.2 sprop
{lines}
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel smap{options}
  no shutdown
{tunnel}
ip route 10.0.0.0/8 Tunnel0.0
"""


def lower(text: str) -> Lowered:
    return NecIx().lower(dedent(text), FILE)


def whole(*, tunnel: str = "", profile: str = "", default: str = "") -> Lowered:
    """A complete configuration with these lines on the tunnel, in its profile, in the default profile."""
    return NecIx().lower(WHOLE.format(tunnel=tunnel, profile=profile, default=default), FILE)


def ikev1(lines: str = "", *, options: str = "", tunnel: str = "") -> Lowered:
    """A complete configuration of IKEv1: with these lines, options of `ipsec policy`, lines on the tunnel."""
    return NecIx().lower(SITE.format(lines=lines, options=f" {options}".rstrip(), tunnel=tunnel), FILE)


def the_ikev1(lowered: Lowered) -> tuple[Ikev1Peer, Ikev1Tunnel]:
    """The only peer and the only tunnel."""
    (peer,) = lowered.gateway.ikev1_peers
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    return peer, tunnel


def the_tunnel(lowered: Lowered) -> Ikev2Tunnel:
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    return tunnel


def found(lowered: Lowered, code: str) -> Finding:
    """The only finding with that code."""
    findings = [f for f in lowered.findings if f.code == code]
    assert len(findings) == 1, lowered.findings
    return findings[0]


def codes(lowered: Lowered, *severities: Severity) -> list[str]:
    return [f.code for f in lowered.findings if not severities or f.severity in severities]


def line(finding: Finding) -> int:
    assert finding.source is not None
    assert finding.source.file == FILE
    return finding.source.line
