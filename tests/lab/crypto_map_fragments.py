"""Configurations with crypto maps for the tests of the lab."""

_COMMON = """\
crypto isakmp policy 5
 encr 3des
 hash md5
 authentication pre-share
 group 2
crypto ipsec transform-set OLD esp-3des esp-md5-hmac
crypto map SITES 7 ipsec-isakmp
 set peer {peer}
 set transform-set OLD
 match address {list}
"""

# Two sites whose line is PPPoE: its address is the one of a loopback, and the internet is all beyond it.
_PPPOE = """\
crypto isakmp key one-for-two address {peer}
crypto isakmp keepalive 30 periodic
{common}interface Loopback3
 ip address {ours} 255.255.255.255
interface GigabitEthernet0/0
 pppoe enable group global
 pppoe-client dial-pool-number 4
interface GigabitEthernet0/1
 ip address {lan}.254 255.255.255.0
 ip tcp adjust-mss 1356
interface Dialer4
 ip unnumbered Loopback3
 ip mtu 1454
 encapsulation ppp
 dialer pool 4
 crypto map SITES
ip route 0.0.0.0 0.0.0.0 Dialer4
ip access-list extended {list}
 permit ip {lan}.0 0.0.0.255 {far}.0 0.0.0.255
"""


def _site(ours: str, peer: str, lan: str, far: str) -> str:
    common = _COMMON.format(peer=peer, list="WHAT")
    return _PPPOE.format(ours=ours, peer=peer, lan=lan, far=far, common=common, list="WHAT")


BEPPU = _site("203.0.113.11", "198.51.100.11", "10.81.1", "10.82.1")
OITA = _site("198.51.100.11", "203.0.113.11", "10.82.1", "10.81.1")

# One whose list takes a part of the LAN, a part of which the other side takes: who talks must lie in both.
AOMORI = """\
crypto isakmp key apples address 198.51.100.20
{common}interface GigabitEthernet0/0
 ip address 192.0.2.20 255.255.255.0
 crypto map SITES
interface GigabitEthernet0/1
 ip address 10.83.0.1 255.255.0.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip access-list extended WHAT
 permit ip 10.83.64.0 0.0.63.255 10.84.0.0 0.0.255.255
""".format(common=_COMMON.format(peer="198.51.100.20", list="WHAT"))
HIROSAKI = """\
ip route default 198.51.100.1
ip route 10.83.0.0/16 Tunnel0.0
ike proposal old encryption 3des hash md5 group 1024-bit
ike policy aomori peer 192.0.2.20 key apples old
ipsec autokey-proposal old esp-3des esp-md5
ipsec autokey-map aomori ipv4 peer 192.0.2.20 old
ipsec local-id aomori 10.84.0.0/16
ipsec remote-id aomori 10.83.64.0/18
interface GigaEthernet0.0
  ip address 198.51.100.20/24
  no shutdown
interface GigaEthernet1.0
  ip address 10.84.0.1/16
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel aomori
  no shutdown
"""
