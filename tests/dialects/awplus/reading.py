"""Short ways to lower a text and to ask what was found in it."""

from textwrap import dedent

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Lowered
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel

FILE = "router.cfg"

# What a tunnel needs around it; a test puts its lines into the places.
WHOLE = """\
hostname here
crypto isakmp key between-us address 198.51.100.2
{lines}
interface eth1
 ip address 192.0.2.2/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source 192.0.2.2
 tunnel destination 198.51.100.2
 tunnel protection ipsec{profile}
 ip address 172.16.0.1/30
{tunnel}
ip route 10.0.0.0/8 tunnel0
"""
_IN_PLACE = (" tunnel source ", " tunnel destination ", " tunnel mode ")
# A profile of version 1, and the line that gives it to the tunnel's peer.
VERSION_1 = """\
crypto isakmp profile old
 version 1 mode main
 transform 1 integrity sha1 encryption aes128 group 2
{profile}
crypto isakmp peer address 198.51.100.2 profile old
"""


def lower(text: str) -> Lowered:
    return AwPlus().lower(dedent(text), FILE)


def whole(lines: str = "", *, tunnel: str = "", profile: str = "") -> Lowered:
    """A complete configuration with these lines at the margin and on the tunnel, and this IPsec profile.

    A line for an end of the tunnel, or for its mode, stands in the place of the one that is there.
    """
    text = WHOLE.format(lines=lines, tunnel="{tunnel}", profile=f" profile {profile}" if profile else "")
    more = []
    for written in tunnel.split("\n"):
        place = f" tunnel {written.split()[1]} " if written.startswith(_IN_PLACE) else ""
        old = next((known for known in text.split("\n") if place and known.startswith(place)), "")
        if old:
            text = text.replace(old, written, 1)
        else:
            more.append(written)
    return AwPlus().lower(text.replace("{tunnel}", "\n".join(more)), FILE)


def version_1(profile: str = "", *, lines: str = "", tunnel: str = "") -> Lowered:
    """A complete configuration of IKEv1 with these lines in its ISAKMP profile."""
    return whole(VERSION_1.format(profile=profile) + lines, tunnel=tunnel)


def the_tunnel(lowered: Lowered) -> Ikev2Tunnel:
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    return tunnel


def the_ikev1(lowered: Lowered) -> tuple[Ikev1Peer, Ikev1Tunnel]:
    """The only peer and the only tunnel."""
    (peer,) = lowered.gateway.ikev1_peers
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    return peer, tunnel


def found(lowered: Lowered, code: str) -> Finding:
    """The only finding with that code."""
    findings = [f for f in lowered.findings if f.code == code]
    assert len(findings) == 1, [str(f) for f in lowered.findings]
    return findings[0]


def codes(lowered: Lowered, *severities: Severity) -> list[str]:
    return [f.code for f in lowered.findings if not severities or f.severity in severities]


def line(finding: Finding) -> int:
    assert finding.source is not None
    assert finding.source.file == FILE
    return finding.source.line
