"""A branch with two tunnels to one LAN, of which watch groups choose one; and the two routers of that LAN."""


def _watch(name: str, address: str, tunnel: str) -> str:
    return f"""\
watch-group {name} 10
  event 10 ip unreach-host {address} {tunnel}
  action 10 ip shutdown-route 10.1.1.0/24 {tunnel}
network-monitor {name} enable
"""


def _policy(name: str, number: int, address: str, mine: str, theirs: str) -> str:
    return f"""\
ike policy {name} peer {address} key key-{number} mode aggressive strong
ike local-id {name} keyid {mine}
ike remote-id {name} keyid {theirs}
ike keepalive {name} 10 3
ipsec autokey-map {name} ipv4 peer {address} strong
"""


def _tunnel(number: int, policy: str) -> str:
    return f"""\
interface Tunnel{number}.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet1.0
  ipsec policy tunnel {policy}
  no shutdown
"""


_PROPOSALS = """\
ike proposal strong encryption aes-256 hash sha2-256 group 2048-bit
ipsec autokey-proposal strong esp-aes-256 esp-sha2-256
"""


def _interfaces(wan: str, lan: str) -> str:
    return f"""\
interface GigaEthernet0.0
  ip address {wan}/24
  no shutdown
interface GigaEthernet1.0
  ip address {lan}/24
  no shutdown
"""


BRANCH = (
    "ip route default 203.0.113.254\n"
    "ip route 10.1.1.0/24 Tunnel0.0\nip route 10.1.1.0/24 Tunnel1.0 metric 100\n"
    + _PROPOSALS
    + _policy("north", 1, "198.51.100.1", "branch", "north")
    + _policy("south", 2, "192.0.2.1", "branch", "south")
    + _watch("toNorth", "198.51.100.1", "Tunnel0.0")
    + _watch("toSouth", "192.0.2.1", "Tunnel1.0")
    + _interfaces("203.0.113.1", "10.9.9.1")
    + _tunnel(0, "north")
    + _tunnel(1, "south")
)


def _centre(name: str, number: int, wan: str, lan: str) -> str:
    return (
        f"ip route default {wan.rpartition('.')[0]}.254\nip route 10.9.9.0/24 Tunnel0.0\n"
        + _PROPOSALS
        + _policy("branch", number, "203.0.113.1", name, "branch")
        + _interfaces(wan, lan)
        + _tunnel(0, "branch")
    )


NORTH = _centre("north", 1, "198.51.100.1", "10.1.1.1")
SOUTH = _centre("south", 2, "192.0.2.1", "10.1.1.2")
