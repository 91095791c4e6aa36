"""A gateway that people dial in to in the clear, a LAN behind it, and laptops at the place of the peer.

[lan] 192.168.10.9 --- 192.168.10.1 [ours] 198.51.100.1 --- (router) --- 203.0.113.1 [laptops]
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gateway.access.laptop import Laptop
from tests.interop.network import Network, run
from tests.interop.ours import Ours

LAN_HOST, LAN_HOST_6 = "192.168.10.9", "2001:db8:10::9"
FIRST = "192.168.30.100"

OPEN = f"""\
hostname office
username ada password 0 Enigma-7
username bob password 0 Purple-9
vpdn enable
vpdn-group L2TP
 accept-dialin
  protocol l2tp
  virtual-template 1
 no l2tp tunnel authentication
interface GigabitEthernet0/0
 ip address {Network.OURS} 255.255.255.0
interface GigabitEthernet0/1
 ip address {Network.OUR_LAN} 255.255.255.0
 ipv6 address {Network.OUR_LAN_6}/64
interface Virtual-Template1
 ip unnumbered GigabitEthernet0/1
 ipv6 enable
 peer default ip address pool Callers
 peer default ipv6 pool Prefixes
 ppp authentication ms-chap-v2 chap pap
 keepalive 10 5
ip local pool Callers {FIRST} 192.168.30.110
ipv6 local pool Prefixes 2001:db8:30::/48 64
ipv6 unicast-routing
ip route 0.0.0.0 0.0.0.0 198.51.100.254
"""
INTERFACES = ("GigabitEthernet0/0", "GigabitEthernet0/1")
PROTECTED = (
    OPEN.replace(
        "interface GigabitEthernet0/1",
        " crypto map OUTSIDE\ninterface GigabitEthernet0/1",
    )
    + """\
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key shared-by-all address 0.0.0.0 0.0.0.0
crypto ipsec transform-set PHONES esp-aes 256 esp-sha256-hmac
 mode transport
crypto dynamic-map PHONES-MAP 10
 set transform-set PHONES
crypto map OUTSIDE 10 ipsec-isakmp dynamic PHONES-MAP
"""
)


class World:
    """`lan`: the namespace of a host in the LAN."""

    def __init__(self, network: Network, folder: Path, lan: str) -> None:
        self.network, self.folder, self.lan = network, folder, lan
        self.laptops: list[Laptop] = []

    def gateway(self, text: str = OPEN) -> Ours:
        return Ours(self.network, self.folder, text, log_json=False, interfaces=INTERFACES)

    def laptop(self, user: str = "ada", password: str = "Enigma-7", **changes: object) -> Laptop:
        number = len(self.laptops)
        made = Laptop(self.network.peer, Network.OURS, user, password, number=number, **changes)  # type: ignore[arg-type]
        self.laptops.append(made)
        return made

    def ping_from_lan(self, laptop: Laptop, target: str) -> bool:
        """The laptop has to be awake to answer."""
        import subprocess

        words = ["ip", "netns", "exec", self.lan, "ping", "-c", "5", "-i", "1", "-W", "2", target]
        asking = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while asking.poll() is None:
            laptop.pump(0.1)
        return asking.returncode == 0


@contextmanager
def world(folder: Path) -> Iterator[World]:
    with Network() as network:
        lan = f"{network.ours}-lan"
        run("ip", "netns", "add", lan)
        made = World(network, folder, lan)
        try:
            network.inside(network.ours, "ip", "link", "set", "lan1", "netns", lan)
            for words in (
                f"addr add {LAN_HOST}/24 dev lan1",
                f"-6 addr add {LAN_HOST_6}/64 dev lan1 nodad",
                "link set lan1 up",
                f"route add default via {Network.OUR_LAN}",
                f"-6 route add default via {Network.OUR_LAN_6}",
            ):
                network.inside(lan, "ip", *words.split())
            yield made
        finally:
            for laptop in made.laptops:
                laptop.close()
            run("ip", "netns", "delete", lan, check=False)
