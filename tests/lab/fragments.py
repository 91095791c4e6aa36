"""Configurations for the tests of the lab: the fragments that manuals print, and whole files."""

KEYS = """\
ikev2 authentication psk id keyid tokyo key char key-of-tokyo
ikev2 authentication psk id keyid osaka key char key-of-osaka
"""

# Two sites that know each other's address. Neither says which addresses it has itself, and neither next hop is
# in the network of the address that the other side names.
TOKYO = f"""\
{KEYS}!
ikev2 default-profile
  child-pfs 2048-bit
  child-proposal enc aes-cbc-256
  child-proposal integrity sha1
  local-authentication psk id keyid tokyo
  sa-proposal enc aes-cbc-256
  sa-proposal integrity sha1
  sa-proposal prf sha1
!
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 outgoing-interface GigaEthernet0.0 10.0.0.254
  ikev2 peer 10.2.0.1 authentication psk id keyid osaka
  no shutdown
"""
OSAKA = f"""\
{KEYS}!
ikev2 default-profile
  local-authentication psk id keyid osaka
!
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 outgoing-interface GigaEthernet0.0 10.0.1.254
  ikev2 peer 10.1.0.1 authentication psk id keyid tokyo
  no shutdown
"""

# A centre that knows no site's address, and one of its two sites.
CENTRE = """\
ikev2 authentication psk id keyid centre key char key-of-centre
ikev2 authentication psk id keyid kobe key char key-of-kobe
ikev2 authentication psk id keyid nara key char key-of-nara
ikev2 default-profile
  local-authentication psk id keyid centre
!
interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 peer any authentication psk id keyid kobe
  no shutdown
!
interface Tunnel2.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 peer any authentication psk id keyid nara
  no shutdown
"""
KOBE = """\
ikev2 authentication psk id keyid centre key char key-of-centre
ikev2 authentication psk id keyid kobe key char key-of-kobe
ikev2 default-profile
  local-authentication psk id keyid kobe
!
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet0.0
  ikev2 peer 10.0.0.1 authentication psk id keyid centre
  no shutdown
"""
NARA = KOBE.replace("kobe", "nara")

_PARALLEL_KEYS = "".join(
    f"ikev2 authentication psk id keyid {name} key char key-of-{name}\n" for name in ("la", "lb", "ra", "rb")
)


def _parallel(local: str, remote: str, peer: str) -> str:
    return _PARALLEL_KEYS + "".join(
        f"""\
interface Tunnel{number}.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id keyid {local}{letter}
  ikev2 peer {peer} authentication psk id keyid {remote}{letter}
  no shutdown
"""
        for number, letter in enumerate("ab")
    )


# Two tunnels between the same two devices, told apart by their identities.
LEFT, RIGHT = _parallel("l", "r", "10.2.0.1"), _parallel("r", "l", "any")


def whole(name: str, peer: str, wan: str, peer_wan: str, lan: str, peer_lan: str, extra: str = "") -> str:
    """A file that leaves nothing out, with IPv4 and IPv6 in the tunnel. LANs are the third octet, `1`."""
    gateway = ".".join([*wan.split(".")[:3], "254"])
    return f"""\
hostname {name}
ip route default {gateway}
ip route 192.168.{peer_lan}.0/24 Tunnel0.0
ipv6 route fd00:{peer_lan}::/64 Tunnel0.0
ikev2 authentication psk id fqdn {name}.example key char key-of-{name}
ikev2 authentication psk id fqdn {peer}.example key char key-of-{peer}
ikev2 default-profile
  local-authentication psk id fqdn {name}.example
!
interface GigaEthernet0.0
  ip address {wan}/24
  no shutdown
!
interface GigaEthernet1.0
  ip address 192.168.{lan}.1/24
  ipv6 address fd00:{lan}::1/64
  no shutdown
!
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ipv6 unnumbered GigaEthernet1.0
  ikev2 peer {peer_wan} authentication psk id fqdn {peer}.example
  no shutdown
{extra}"""


EAST = whole("east", "west", "203.0.113.1", "198.51.100.1", "1", "2")
WEST = whole("west", "east", "198.51.100.1", "203.0.113.1", "2", "1")
