"""Routers of each maker and both versions of IKE, on which mirrors and translations are tried."""

_NEC_LAN = """\
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  no shutdown
"""
_NEC_WAN = """\
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
"""
_NEC_WAN_LEASED = _NEC_WAN.replace("ip address 192.0.2.2/24", "ip address dhcp receive-default")

NEC_V2_KEY_IDS = f"""\
hostname hirado
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ikev2 authentication psk id keyid hirado key char first-of-two
ikev2 authentication psk id keyid dejima key char second-of-two
ikev2 default-profile
  local-authentication psk id keyid hirado
  sa-proposal enc aes-gcm-256-16 aes-cbc-256
  child-proposal enc aes-gcm-256-16
  dpd interval 10
{_NEC_WAN}{_NEC_LAN}interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 connect-type auto
  ikev2 peer 198.51.100.2 authentication psk id keyid dejima
  no shutdown
"""
NEC_V2_CENTRE = f"""\
hostname centre
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel1.0
ip route 192.168.30.0/24 Tunnel2.0
ikev2 authentication psk id fqdn centre.example key char for-all
ikev2 authentication psk id fqdn first.example key char of-the-first
ikev2 authentication psk id rfc822 second@example key char of-the-second
ikev2 default-profile
  local-authentication psk id fqdn centre.example
  dpd interval 20
{_NEC_WAN}{_NEC_LAN}interface Tunnel1.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 peer any authentication psk id fqdn first.example
  no shutdown
interface Tunnel2.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 peer any authentication psk id rfc822 second@example
  no shutdown
"""
NEC_V2_BY_NAME = f"""\
hostname here
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ikev2 authentication psk id fqdn here.example key char by-name
ikev2 authentication psk id fqdn there.example key char by-name
{_NEC_WAN}{_NEC_LAN}interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id fqdn here.example
  ikev2 peer there.example authentication psk
  no shutdown
"""
NEC_V2_OVER_IPV6 = """\
hostname over-six
ipv6 route default 2001:db8:a::1
ip route 192.168.20.0/24 Tunnel0.0
ipv6 route 2001:db8:20::/64 Tunnel0.0
ikev2 authentication psk id fqdn here.example key char over-six
ikev2 authentication psk id fqdn there.example key char over-six
interface GigaEthernet0.0
  ipv6 enable
  ipv6 address 2001:db8:a::2/64
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.10.1/24
  ipv6 enable
  ipv6 address 2001:db8:10::1/64
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ipv6 unnumbered GigaEthernet1.0
  ikev2 local-authentication psk id fqdn here.example
  ikev2 peer 2001:db8:b::2 authentication psk id fqdn there.example
  no shutdown
"""
NEC_V2_LEASED = NEC_V2_KEY_IDS.replace(_NEC_WAN, _NEC_WAN_LEASED).replace("ip route default 192.0.2.1\n", "")
NEC_V1_OLD = f"""\
hostname old
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel0.0
ike proposal weak encryption des hash md5 group 768-bit
ike policy far peer 198.51.100.2 key of-long-ago weak
ipsec autokey-proposal weak esp-des esp-md5
ipsec autokey-map far ipv4 peer 198.51.100.2 weak pfs 768-bit
{_NEC_WAN}{_NEC_LAN}interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel far
  no shutdown
"""
NEC_V1_BRANCH = f"""\
hostname branch
ip route 192.168.20.0/24 Tunnel0.0
ike nat-traversal
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy centre peer 198.51.100.2 key of-the-branch mode aggressive strong
ike local-id centre keyid branch-7
ike keepalive centre 10 3
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ipsec autokey-map centre ipv4 peer 198.51.100.2 strong
{_NEC_WAN_LEASED}{_NEC_LAN}interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel centre
  no shutdown
"""
NEC_V1_CENTRE = f"""\
hostname centre
ip route default 192.0.2.1
ip route 192.168.20.0/24 Tunnel1.0
ip route 192.168.30.0/24 Tunnel2.0
ike nat-traversal
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ike policy first peer any key of-the-first mode aggressive strong
ike remote-id first keyid branch-1
ike policy second peer any key of-the-second mode aggressive strong
ike remote-id second keyid branch-2
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
ipsec dynamic-map first ipv4 strong ike first
ipsec dynamic-map second ipv4 strong ike second
{_NEC_WAN}{_NEC_LAN}interface Tunnel1.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel first
  no shutdown
interface Tunnel2.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel second
  no shutdown
"""
CISCO_V2_VTI = """\
hostname matsuyama
crypto ikev2 proposal OURS
 encryption aes-gcm-256
 prf sha384
 group 20
crypto ikev2 policy OURS
 proposal OURS
crypto ikev2 keyring SITES
 peer UWAJIMA
  address 198.51.100.2
  pre-shared-key local one-way
  pre-shared-key remote another-way
crypto ikev2 profile UWAJIMA
 match identity remote fqdn uwajima.example
 identity local fqdn matsuyama.example
 authentication local pre-share
 authentication remote pre-share
 keyring local SITES
crypto ipsec transform-set GCM esp-gcm 256
 mode tunnel
crypto ipsec profile UWAJIMA
 set transform-set GCM
 set pfs group20
 set ikev2-profile UWAJIMA
interface Tunnel0
 ip address 10.255.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 198.51.100.2
 tunnel protection ipsec profile UWAJIMA
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip route 192.168.20.0 255.255.255.0 Tunnel0
end
"""
CISCO_V1_VTI = """\
hostname komatsu
crypto isakmp policy 10
 encr aes 256
 hash sha384
 authentication pre-share
 group 19
crypto isakmp key plain-enough address 198.51.100.2
crypto ipsec transform-set STRONG esp-aes 256 esp-sha384-hmac
 mode tunnel
crypto ipsec profile STRONG
 set transform-set STRONG
 set pfs group19
interface Tunnel0
 ip address 10.255.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 198.51.100.2
 tunnel protection ipsec profile STRONG
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip route 192.168.20.0 255.255.255.0 Tunnel0
end
"""
CISCO_V1_MAPS = """\
hostname toyama
crypto isakmp policy 5
 encr 3des
 authentication pre-share
 group 2
crypto isakmp key of-the-first address 198.51.100.2
crypto isakmp key of-the-second address 203.0.113.2
crypto isakmp keepalive 20 periodic
crypto ipsec transform-set OLD esp-3des esp-sha-hmac
crypto map OUT 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set OLD
 match address FIRST
crypto map OUT 20 ipsec-isakmp
 set peer 203.0.113.2
 set transform-set OLD
 match address SECOND
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
ip access-list extended FIRST
 permit ip 192.168.10.0 0.0.0.255 192.168.20.0 0.0.0.255
 permit ip 192.168.10.0 0.0.0.255 192.168.21.0 0.0.0.255
ip access-list extended SECOND
 permit ip 192.168.10.0 0.0.0.255 192.168.30.0 0.0.0.255
end
"""
CISCO_V1_DYNAMIC = """\
hostname takaoka
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key for-whoever-comes address 0.0.0.0 0.0.0.0
crypto ipsec transform-set T1 esp-aes 256 esp-sha256-hmac
crypto dynamic-map SITES 10
 set transform-set T1
 set pfs group14
crypto map OUT 65000 ipsec-isakmp dynamic SITES
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUT
interface GigabitEthernet0/1
 ip address 192.168.10.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
end
"""
AWPLUS_V2 = """\
hostname obihiro
crypto isakmp key snow-and-milk address 198.51.100.2
interface eth1
 ip address 192.0.2.2/24
interface vlan1
 ip address 192.168.10.1/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source eth1
 tunnel destination 198.51.100.2
 tunnel protection ipsec
 ip address 172.31.0.1/30
ip route 0.0.0.0/0 192.0.2.1
ip route 192.168.20.0/24 tunnel0
end
"""
AWPLUS_V2_OVER_IPV6 = """\
hostname kushiro
crypto isakmp key snow-and-fog address 2001:db8:b::2
interface eth1
 ipv6 address 2001:db8:a::2/64
interface vlan1
 ip address 192.168.10.1/24
 ipv6 address 2001:db8:10::1/64
interface tunnel0
 tunnel mode ipsec ipv6
 tunnel source eth1
 tunnel destination 2001:db8:b::2
 tunnel protection ipsec
 ip address 172.31.0.1/30
 ipv6 address 2001:db8:31::1/64
ipv6 route ::/0 2001:db8:a::1
ip route 192.168.20.0/24 tunnel0
ipv6 route 2001:db8:20::/64 tunnel0
end
"""
AWPLUS_V2_BRANCH = """\
hostname nemuro
crypto isakmp key of-nemuro address 198.51.100.2
interface eth1
 ip address dhcp
interface vlan1
 ip address 192.168.10.1/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source eth1
 tunnel destination 198.51.100.2
 tunnel local name nemuro
 tunnel remote name centre
 tunnel protection ipsec
 ip address 172.31.0.1/30
ip route 192.168.20.0/24 tunnel0
end
"""
AWPLUS_V1 = """\
hostname abashiri
crypto ipsec profile one
 lifetime seconds 3600
 pfs 14
 transform 1 protocol esp integrity sha256 encryption aes256
crypto isakmp profile one
 version 1 mode main
 lifetime 28800
 transform 1 integrity sha256 encryption aes256 group 14
crypto isakmp peer address 198.51.100.2 profile one
crypto isakmp key drift-ice address 198.51.100.2
interface eth1
 ip address 192.0.2.2/24
interface vlan1
 ip address 192.168.10.1/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source eth1
 tunnel destination 198.51.100.2
 tunnel local selector 192.168.10.0/24
 tunnel remote selector 192.168.20.0/24
 tunnel protection ipsec profile one
 ip address 172.31.0.1/30
ip route 0.0.0.0/0 192.0.2.1
ip route 192.168.20.0/24 tunnel0
end
"""
AWPLUS_V1_CENTRE = """\
hostname kitami
crypto isakmp profile old
 version 1 mode aggressive
 lifetime 28800
 transform 1 integrity sha1 encryption aes128 group 14
crypto isakmp peer policy tunnel1 profile old
crypto isakmp peer policy tunnel2 profile old
crypto isakmp key of-the-first hostname first
crypto isakmp key of-the-second hostname second
interface eth1
 ip address 192.0.2.2/24
interface vlan1
 ip address 192.168.10.1/24
interface tunnel1
 tunnel mode ipsec ipv4
 tunnel source eth1
 tunnel destination dynamic
 tunnel local name kitami
 tunnel remote name first
 tunnel protection ipsec
 ip address 172.31.0.1/30
interface tunnel2
 tunnel mode ipsec ipv4
 tunnel source eth1
 tunnel destination dynamic
 tunnel local name kitami
 tunnel remote name second
 tunnel protection ipsec
 ip address 172.31.0.5/30
ip route 0.0.0.0/0 192.0.2.1
ip route 192.168.20.0/24 tunnel1
ip route 192.168.30.0/24 tunnel2
end
"""

_CISCO_LEASED = (
    ("ip address 192.0.2.2 255.255.255.0", "ip address dhcp"),
    ("ip route 0.0.0.0 0.0.0.0 192.0.2.1\n", ""),
)


def _changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


# Behind a NAT; with an address by DHCP and no name; with a peer known by name; and what Cisco alone has.
NEC_V2_BEHIND_NAT = _changed(NEC_V2_KEY_IDS, ("192.0.2.", "192.168.1."))
NEC_V1_BY_NAME = _changed(NEC_V1_OLD, ("peer 198.51.100.2", "peer-fqdn-ipv4 there.example"))
NEC_V1_OVER_IPV6 = _changed(
    NEC_V1_OLD,
    ("ip route default 192.0.2.1", "ipv6 route default 2001:db8:a::1"),
    ("peer 198.51.100.2", "peer 2001:db8:b::2"),
    ("ip address 192.0.2.2/24", "ipv6 enable\n  ipv6 address 2001:db8:a::2/64"),
)
CISCO_V1_BEHIND_NAT = _changed(CISCO_V1_VTI, ("192.0.2.", "192.168.1."))
CISCO_V1_BY_NAME = _changed(
    CISCO_V1_VTI,
    ("address 198.51.100.2", "hostname there.example"),
    ("destination 198.51.100.2", "destination there.example"),
)
CISCO_V1_GRE = _changed(CISCO_V1_VTI, (" tunnel mode ipsec ipv4\n", ""))
CISCO_V1_LEASED = _changed(CISCO_V1_MAPS, *_CISCO_LEASED)
CISCO_V1_ONE_DESTINATION = _changed(
    CISCO_V1_MAPS,
    ("permit ip 192.168.10.0 0.0.0.255 192.168.21.0", "permit ip 192.168.11.0 0.0.0.255 192.168.20.0"),
)
CISCO_V1_PORTS = _changed(
    CISCO_V1_MAPS,
    (
        "permit ip 192.168.10.0 0.0.0.255 192.168.30.0 0.0.0.255",
        "permit tcp 192.168.10.0 0.0.0.255 192.168.30.0 0.0.0.255 eq 443",
    ),
)
CISCO_V2_NAMELESS = _changed(CISCO_V2_VTI, (" identity local fqdn matsuyama.example\n", ""), *_CISCO_LEASED)
AWPLUS_V2_BY_NAME = _changed(
    AWPLUS_V2,
    ("address 198.51.100.2", "hostname there.example"),
    ("destination 198.51.100.2", "destination there.example"),
)
AWPLUS_V2_NAMELESS = _changed(
    AWPLUS_V2, ("ip address 192.0.2.2/24", "ip address dhcp"), ("ip route 0.0.0.0/0 192.0.2.1\n", "")
)
AWPLUS_V1_LEASED = _changed(
    AWPLUS_V1, ("ip address 192.0.2.2/24", "ip address dhcp"), ("ip route 0.0.0.0/0 192.0.2.1\n", "")
)

ROUTERS = {
    name: text for name, text in globals().items() if name.startswith(("NEC_V", "CISCO_V", "AWPLUS_V"))
}
