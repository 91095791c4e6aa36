"""Short ways to lower a text and to ask what was found in it."""

from textwrap import dedent

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.tunnel import Tunnel

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


def lower(text: str) -> Lowered:
    return NecIx().lower(dedent(text), FILE)


def whole(*, tunnel: str = "", profile: str = "", default: str = "") -> Lowered:
    """A complete configuration with these lines on the tunnel, in its profile, in the default profile."""
    return NecIx().lower(WHOLE.format(tunnel=tunnel, profile=profile, default=default), FILE)


def the_tunnel(lowered: Lowered) -> Tunnel:
    (tunnel,) = lowered.gateway.tunnels
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
