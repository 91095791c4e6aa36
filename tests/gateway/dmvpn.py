"""Three Cisco devices, a hub and two spokes, as an engineer configures DMVPN."""

from tests.gateway.sites import LANS, WANS

INTERFACES = ("GigabitEthernet0/0", "GigabitEthernet0/1")
ADDRESSES = {"hub": "10.255.0.1", "oslo": "10.255.0.2", "bern": "10.255.0.3"}

_COMMON = """\
hostname {name}
{ipsec}
interface GigabitEthernet0/0
 ip address {wan}.2 255.255.255.0
interface GigabitEthernet0/1
 ip address {lan}.1 255.255.255.0
interface Tunnel0
 ip address {address} 255.255.255.0
 ip mtu 1400
 ip nhrp network-id 7
{nhrp}
 tunnel source GigabitEthernet0/0
 tunnel mode gre multipoint
 tunnel key 7
{protection}
ip route 0.0.0.0 0.0.0.0 {wan}.1
{routes}
"""
_IKEV2 = """\
crypto ikev2 keyring EVERYBODY
 peer ANY
  address 0.0.0.0 0.0.0.0
  pre-shared-key c10ud-wide-key
crypto ikev2 profile CLOUD
 match identity remote address 0.0.0.0
 authentication remote pre-share
 authentication local pre-share
 keyring local EVERYBODY"""
_IKEV1 = """\
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key cloudkey address 0.0.0.0"""


_IPSEC = """
crypto ipsec transform-set STRONG esp-aes 256 esp-sha256-hmac
 mode transport
crypto ipsec profile DMVPN
 set transform-set STRONG
"""
_IPSEC_OF = {0: "", 1: _IKEV1 + _IPSEC, 2: _IKEV2 + _IPSEC + " set ikev2-profile CLOUD"}


def device(name: str, nhrp: tuple[str, ...], routes: tuple[str, ...], version: int = 2) -> str:
    """`version`: of IKE, 0 without IPsec."""
    return _COMMON.format(
        name=name,
        ipsec=_IPSEC_OF[version],
        protection=" tunnel protection ipsec profile DMVPN" if version else "",
        wan=WANS[name],
        lan=LANS[name],
        address=ADDRESSES[name],
        nhrp="\n".join(f" ip nhrp {line}" for line in nhrp),
        routes="\n".join(f"ip route {route}" for route in routes),
    )


def phase3(version: int = 2) -> dict[str, str]:
    """The hub tells of shorter ways, and the spokes take them."""
    spoke = ("authentication between", "nhs 10.255.0.1 nbma 192.0.2.2 multicast", "shortcut", "holdtime 300")
    spoke_routes = ("10.0.0.0 255.0.0.0 10.255.0.1",)
    hub_routes = ("10.2.0.0 255.255.255.0 10.255.0.2", "10.3.0.0 255.255.255.0 10.255.0.3")
    hub = ("authentication between", "map multicast dynamic", "redirect")
    return {
        "hub": device("hub", hub, hub_routes, version),
        "oslo": device("oslo", spoke, spoke_routes, version),
        "bern": device("bern", spoke, spoke_routes, version),
    }


def static(version: int = 2) -> dict[str, str]:
    """Everybody knows everybody by the configuration."""
    found = {}
    for name in ADDRESSES:
        others = [other for other in ADDRESSES if other != name]
        maps = tuple(f"map {ADDRESSES[other]} {WANS[other]}.2" for other in others)
        routes = tuple(f"{LANS[other]}.0 255.255.255.0 {ADDRESSES[other]}" for other in others)
        found[name] = device(name, maps, routes, version)
    return found
