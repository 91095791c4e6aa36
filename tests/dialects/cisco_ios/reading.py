"""Short ways to lower a text and to ask what was found in it."""

from textwrap import dedent

from kakehashi.dialects.base import Lowered
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Interface
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel

FILE = "router.cfg"

# A crypto map with all that it needs around it; a test puts its lines into the places.
MAP = """\
hostname R1
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
{policy}
crypto isakmp key between-us address 198.51.100.2
{isakmp}
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
{transform}
crypto map OUT 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set TS
 match address TO-OSAKA
{map}
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
{wan}
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
{lan}
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip access-list extended TO-OSAKA
 permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
{rules}
"""

# A tunnel interface with an IPsec profile, IKEv2.
VTI = """\
crypto ikev2 keyring KR
 peer OSAKA
  address 198.51.100.2
  pre-shared-key between-us
{peer}
crypto ikev2 profile PROF
 match identity remote address 198.51.100.2 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local KR
{profile}
crypto ipsec transform-set TS esp-gcm 256
crypto ipsec profile IP
 set transform-set TS
 set ikev2-profile PROF
{ipsec}
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface Tunnel0
 ip unnumbered GigabitEthernet0/0
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile IP
{tunnel}
ip route 192.168.20.0 255.255.255.0 Tunnel0
{root}
"""


def lower(text: str) -> Lowered:
    return CiscoIos().lower(dedent(text), FILE)


def crypto_map(
    *,
    policy: str = "",
    isakmp: str = "",
    transform: str = "",
    map: str = "",  # noqa: A002
    wan: str = "",
    lan: str = "",
    rules: str = "",
) -> Lowered:
    """A complete configuration with a crypto map, and these lines in their places."""
    text = MAP.format(
        policy=policy, isakmp=isakmp, transform=transform, map=map, wan=wan, lan=lan, rules=rules
    )
    return CiscoIos().lower(text, FILE)


def vti(*, peer: str = "", profile: str = "", ipsec: str = "", tunnel: str = "", root: str = "") -> Lowered:
    """A complete configuration with a tunnel interface, and these lines in their places."""
    return CiscoIos().lower(
        VTI.format(peer=peer, profile=profile, ipsec=ipsec, tunnel=tunnel, root=root), FILE
    )


def the_tunnel(lowered: Lowered) -> Tunnel:
    (tunnel,) = lowered.gateway.tunnels
    return tunnel


def ikev1(lowered: Lowered) -> Ikev1Tunnel:
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, Ikev1Tunnel)
    return tunnel


def ikev2(lowered: Lowered) -> Ikev2Tunnel:
    tunnel = the_tunnel(lowered)
    assert isinstance(tunnel, Ikev2Tunnel)
    return tunnel


def the_peer(lowered: Lowered) -> Ikev1Peer:
    (peer,) = lowered.gateway.ikev1_peers
    return peer


def interface(lowered: Lowered, name: str) -> Interface:
    found = lowered.gateway.interface(name)
    assert found is not None, [i.name for i in lowered.gateway.interfaces]
    return found


def found(lowered: Lowered, code: str) -> Finding:
    """The only finding with that code."""
    findings = [f for f in lowered.findings if f.code == code]
    assert len(findings) == 1, lowered.findings
    return findings[0]


def codes(lowered: Lowered, *severities: Severity) -> list[str]:
    return [f.code for f in lowered.findings if not severities or f.severity in severities]


def complaints(lowered: Lowered) -> list[str]:
    """All that is worse than a note."""
    return [str(f) for f in lowered.findings if f.severity is not Severity.INFO]


def line(finding: Finding) -> int:
    assert finding.source is not None
    assert finding.source.file == FILE
    return finding.source.line
