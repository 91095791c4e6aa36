"""Three AlliedWare Plus devices on one tunnel network: each names both others."""

from itertools import combinations

from tests.gateway.sites import LANS, WANS

INTERFACES = ("eth1", "vlan1")
ADDRESSES = {"hub": "10.255.0.1", "oslo": "10.255.0.2", "bern": "10.255.0.3"}
KEYS = {frozenset(pair): f"{'-'.join(pair)}-of-twenty-letters" for pair in combinations(ADDRESSES, 2)}

_DEVICE = """\
hostname {name}
crypto isakmp profile old
 version 1 mode main
 transform 1 integrity SHA256 encryption AES128 group 14
{phase1}
interface eth1
 ip address {wan}.2/24
interface vlan1
 ip address {lan}.1/24
interface tunnel0
 mtu 1400
 tunnel source eth1
{endpoints}
 tunnel mode {mode}
{protection} ip address {address}/24
ip route 0.0.0.0/0 {wan}.1
{routes}
"""


def cloud(mode: str, version: int = 2, *, protected: bool = True) -> dict[str, str]:
    """The configurations by name. `mode`: as the line says it."""
    return {name: _device(name, mode, version, protected) for name in ADDRESSES}


def _device(name: str, mode: str, version: int, protected: bool) -> str:
    others = [other for other in ADDRESSES if other != name]
    phase1 = [f"crypto isakmp key {KEYS[frozenset({name, o})]} address {WANS[o]}.2" for o in others]
    if version == 1:
        phase1 += [f"crypto isakmp peer address {WANS[o]}.2 profile old" for o in others]
    return _DEVICE.format(
        name=name,
        phase1="\n".join(phase1 if protected else []),
        wan=WANS[name],
        lan=LANS[name],
        endpoints="\n".join(f" tunnel endpoint {ADDRESSES[o]} destination {WANS[o]}.2" for o in others),
        mode=mode,
        protection=" tunnel protection ipsec\n" if protected else "",
        address=ADDRESSES[name],
        routes="\n".join(f"ip route {LANS[o]}.0/24 {ADDRESSES[o]}" for o in others),
    )
