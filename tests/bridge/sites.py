"""Routers that are translated and mirrored in stories."""

from textwrap import dedent

from kakehashi.bridge.mirror import Mirror, mirror
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import Translation, translate
from kakehashi.dialects.registry import recognise

NEC_IKEV2 = """\
hostname tokyo
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
snmp-agent ip enable
ikev2 authentication psk id fqdn tokyo.example key char between-us
ikev2 authentication psk id fqdn osaka.example key char between-us
ikev2 default-profile
  local-authentication psk id fqdn tokyo.example
  sa-proposal enc aes-cbc-256
  sa-proposal integrity sha2-256
  sa-proposal prf sha2-256
  sa-proposal dh 2048-bit
  child-proposal enc aes-cbc-256
  child-proposal integrity sha2-256
  child-pfs 2048-bit
  dpd interval 10
interface GigaEthernet0.0
  description WAN
  ip address 192.0.2.2/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ip tcp adjust-mss auto
  ikev2 connect-type auto
  ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1
  ikev2 peer 198.51.100.2 authentication psk id fqdn osaka.example
  no shutdown
"""
NEC_IKEV1 = """\
hostname nara
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ike nat-traversal
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit lifetime 28800
ike policy kyoto peer 198.51.100.2 key between-us strong
ike keepalive kyoto 10 3
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256 lifetime time 3600
ipsec autokey-map kyoto ipv4 peer 198.51.100.2 strong pfs 2048-bit
ipsec local-id kyoto 192.168.10.0/24
ipsec remote-id kyoto 192.168.20.0/24
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel kyoto
  no shutdown
"""
CISCO_MAP = """\
hostname sapporo
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key between-us address 198.51.100.2
crypto ipsec transform-set T1 esp-aes 256 esp-sha256-hmac
crypto map OUT 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set T1
 set pfs group14
 match address BOTH
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
interface GigabitEthernet0/1
 ip address 192.168.70.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip access-list extended BOTH
 permit ip 192.168.70.0 0.0.0.255 192.168.80.0 0.0.0.255
 permit ip 192.168.70.0 0.0.0.255 192.168.81.0 0.0.0.255
snmp-server community mine RO
end
"""


def read_text(text: str, file: str = "router.cfg") -> Read:
    return read(file, dedent(text), recognise(text))


def translated(text: str, target: str) -> Translation:
    return translate(read_text(text), target)


def mirrored(text: str, target: str, tunnel: str | None = None) -> Mirror:
    return mirror(read_text(text), target, tunnel)
