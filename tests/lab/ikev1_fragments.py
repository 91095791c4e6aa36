"""Configurations of IKEv1 for the tests of the lab, as incomplete as the manuals print them."""

# A centre that knows its site by its key ID, and the site, whose address comes by DHCP. The phase 2 identities
# are the routers' own addresses, as the device has them: they name the SA and filter nothing.
CENTRE = """\
ip route 10.62.0.0/24 Tunnel0.0
ike proposal weak encryption 3des hash sha
ike policy kobe peer any key kobe-and-the-centre weak mode aggressive
ike remote-id kobe keyid kobe
ike keepalive kobe 10 3
ipsec autokey-proposal weak esp-3des esp-sha
ipsec dynamic-map kobe ipv4 weak
ipsec local-id kobe 10.61.0.1
ipsec remote-id kobe 10.62.0.1
interface GigaEthernet1.0
  ip address 203.0.113.1/24
  no shutdown
interface GigaEthernet0.0
  ip address 10.61.0.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel kobe
  no shutdown
"""
KOBE = """\
ip route 10.61.0.0/24 Tunnel0.0
ike proposal weak encryption 3des hash sha
ike policy centre peer 203.0.113.1 key kobe-and-the-centre weak mode aggressive
ike local-id centre keyid kobe
ike keepalive centre 10 3
ipsec autokey-proposal weak esp-3des esp-sha
ipsec autokey-map centre ipv4 peer 203.0.113.1 weak
ipsec local-id centre 10.62.0.1
ipsec remote-id centre 10.61.0.1
interface GigaEthernet0.0
  ip address 10.62.0.1/24
  no shutdown
interface GigaEthernet1.0
  ip address dhcp receive-default
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet0.0
  ipsec policy tunnel centre
  no shutdown
"""


def _hub_tunnel(name: str, number: int) -> str:
    return f"""\
ip route 192.168.10{number}.0/24 Tunnel{number}.0
ike policy {name} peer any key key-of-{name} mode aggressive common
ike keepalive {name} 10 3
ike remote-id {name} keyid {name}
ipsec dynamic-map {name} ipv4 sec ike {name}
interface Tunnel{number}.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel {name} pre-fragment
  no shutdown
"""


# A hub whose IKE proposal is nowhere defined, and one of its two sites.
HUB = f"""\
ip route default 198.51.100.254
ike nat-traversal
ipsec autokey-proposal sec esp-aes esp-sha
{_hub_tunnel("nara", 1)}{_hub_tunnel("gifu", 2)}\
interface GigaEthernet0.0
  ip address 198.51.100.1/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.1.1/24
  no shutdown
"""
NARA = """\
ip route default 10.71.0.254
ip route 192.168.1.0/24 Tunnel0.0
ike nat-traversal
ike suppress-dangling
ike proposal common encryption aes hash sha2-256 group 2048-bit
ike policy hub peer 198.51.100.1 key key-of-nara mode aggressive common
ike keepalive hub 10 3
ike local-id hub keyid nara
ipsec autokey-proposal sec esp-aes esp-sha
ipsec autokey-map hub ipv4 peer 198.51.100.1 sec
interface GigaEthernet0.0
  ip address 10.71.0.1/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.101.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel hub pre-fragment
  no shutdown
"""
