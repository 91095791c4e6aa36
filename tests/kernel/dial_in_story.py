"""One boot, and everything about dialing in: stock Linux clients behind one NAT, our gateway on the host.

    [one] 10.77.1.2 --+
                      (guest: NAT) 203.0.113.1 --- (router) --- 198.51.100.1 [ours] 192.168.10.1 --- 192.168.10.9 [host]
    [two] 10.77.2.2 --+

Each client is strongSwan on the kernel's ESP, xl2tpd and pppd on the kernel's L2TP and PPP, in a namespace of the
guest. The addresses that are lent are of the LAN, so that the gateway has to answer for them there.
"""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.network import Network, run
from tests.interop.ours import Ours
from tests.interop.strongswan import CHARON
from tests.kernel.machine import KernelNetwork, Machine

PLUGINS = (
    "random nonce openssl aes des sha1 sha2 md5 hmac kdf gmp pem pkcs1 pkcs8 x509 pubkey constraints "
    "kernel-netlink socket-default vici updown"
)
LAN_HOST = "192.168.10.9"
FIRST, SECOND = "192.168.10.100", "192.168.10.101"
PATIENCE = 120
CLEAR = "meta l4proto { icmp }"
KEY = "shared-by-all"

NEC = f"""\
hostname office
ip access-list everybody permit ip src any dest any
ike nat-traversal
ike proposal ike1 encryption aes-256 hash sha2-256 group 2048-bit
ike policy phones peer any key {KEY} ike1
ipsec autokey-proposal esp1 esp-aes-256 esp-sha2-256
ipsec dynamic-map phones-map everybody esp1
ppp profile dial-in
  authentication request chap
  authentication password one first-Secret
  authentication password two other-Secret
  ipcp provide-remote-dns 192.168.10.53
  ipcp provide-ip-address range {FIRST} 192.168.10.110
interface GigaEthernet0.0
  ip address {Network.OURS}/24
  no shutdown
interface GigaEthernet1.0
  ip address {Network.OUR_LAN}/24
  ip proxy-arp
  no shutdown
interface Tunnel0.0
  ppp binding dial-in
  tunnel mode l2tp-lns ipsec
  ip unnumbered GigaEthernet1.0
  ip tcp adjust-mss auto
  ipsec policy transport phones-map
  no shutdown
ip route default 198.51.100.254
"""


IDLE = 20
CISCO = f"""\
hostname office
username one password 0 first-Secret
username two password 0 other-Secret
vpdn enable
vpdn-group L2TP
 accept-dialin
  protocol l2tp
  virtual-template 1
 no l2tp tunnel authentication
crypto isakmp policy 10
 encryption aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key {KEY} address 0.0.0.0 0.0.0.0
crypto ipsec transform-set PHONES esp-aes 256 esp-sha256-hmac
 mode transport
crypto dynamic-map PHONES-MAP 10
 set transform-set PHONES
crypto map OUTSIDE 10 ipsec-isakmp dynamic PHONES-MAP
interface GigabitEthernet0/0
 ip address {Network.OURS} 255.255.255.0
 crypto map OUTSIDE
interface GigabitEthernet0/1
 ip address {Network.OUR_LAN} 255.255.255.0
interface Virtual-Template1
 ip unnumbered GigabitEthernet0/1
 ip mtu 1400
 peer default ip address pool Callers
 ppp authentication ms-chap-v2
 ppp ipcp dns 192.168.10.53
 ppp timeout idle {IDLE}
ip local pool Callers {FIRST} 192.168.10.110
ip route 0.0.0.0 0.0.0.0 198.51.100.254
"""


@dataclass
class Client:
    """A laptop: `ip netns exec NAME` in the guest."""

    machine: Machine
    folder: Path
    name: str
    number: int
    password: str
    key: str = KEY

    @property
    def address(self) -> str:
        return f"10.77.{self.number}.2"

    def write(self) -> None:
        """What the guest reads has to be there before it looks."""
        self.folder.mkdir(parents=True)
        socket = f"/run/vici-{self.name}"
        (self.folder / "strongswan.conf").write_text(
            f"charon {{\n load = {PLUGINS}\n retransmit_timeout = 2\n retransmit_tries = 3\n"
            f" plugins {{ vici {{ socket = unix://{socket} }} }}\n"
            f" filelog {{ f {{\n path = /run/charon-{self.name}\n default = 1\n flush_line = yes\n }} }}\n}}\n"
            "swanctl { load = random openssl pem pkcs1 pkcs8 x509 }\n"
        )
        for kind, key in (("right", KEY), ("wrong", "not-the-key")):
            (self.folder / f"{kind}.conf").write_text(self._swanctl(key))
        for kind, password in (("right", self.password), ("wrong", "not-the-password")):
            (self.folder / f"{kind}.ppp").write_text(
                f"name {self.name}\npassword {password}\nnoauth\nrefuse-eap\nnoccp\nmtu 1300\nmru 1300\n"
                "nodefaultroute\nusepeerdns\nipcp-accept-local\nipcp-accept-remote\nlcp-echo-interval 0\n"
                f"ifname ppp-{self.name}\ndebug\nlogfile /run/pppd-{self.name}\n"
            )
            (self.folder / f"{kind}.l2tp").write_text(
                "[global]\nport = 1701\ndebug network = yes\ndebug state = yes\n"
                f"[lac office]\nlns = {Network.OURS}\npppoptfile = {self.folder}/{kind}.ppp\n"
                "length bit = yes\nredial = no\nautodial = no\nppp debug = yes\n"
            )

    def inside(self, command: str, check: bool = True, patience: float = 90) -> str:
        return self.machine.shell(f"ip netns exec {self.name} {command}", check, patience)

    def boot(self) -> None:
        here, there = f"10.77.{self.number}.2", f"10.77.{self.number}.1"
        for command in (
            f"ip netns add {self.name}; ip link add c{self.number} type veth peer name wan0 netns {self.name}",
            f"ip addr add {there}/24 dev c{self.number}; ip link set c{self.number} up",
        ):
            self.machine.shell(command)
        for command in (
            "ip link set lo up",
            "ip link set wan0 up",
            f"ip addr add {here}/24 dev wan0",
            f"ip route add default via {there}",
        ):
            self.inside(command)
        environment = f"STRONGSWAN_CONF={self.folder}/strongswan.conf SWANCTL_DIR={self.folder}"
        # charon insists on one pid file: a place of its own for it, the sockets in the common one.
        self.machine.shell(f"mkdir -p /run/c-{self.name}")
        self.inside(
            f"sh -c 'mount --bind /run/c-{self.name} /var/run; {environment} exec {CHARON}' >/dev/null 2>&1 &"
        )
        socket = f"/run/c-{self.name}/vici-{self.name}"
        self.machine.shell(f"for i in $(seq 300); do [ -S {socket} ] && exit; sleep 0.2; done; exit 1")
        self.load("right")

    def load(self, kind: str) -> None:
        self.swanctl(f"--load-all --clear --file {self.folder}/{kind}.conf")

    def swanctl(self, words: str, check: bool = True) -> str:
        uri = f"unix:///run/c-{self.name}/vici-{self.name}"
        return self.machine.shell(
            f"STRONGSWAN_CONF={self.folder}/strongswan.conf SWANCTL_DIR={self.folder} swanctl {words} --uri {uri}",
            check,
        )

    def secure(self) -> str:
        return self.swanctl("--initiate --child l2tp --timeout 40", check=False)

    def dial(self, kind: str = "right") -> None:
        """IPsec has to stand."""
        self.hang_up()
        self.inside(
            f"sh -c 'exec xl2tpd -D -c {self.folder}/{kind}.l2tp -p /run/xl-{self.name}.pid -C /run/xl-{self.name}'"
            f" >/run/xl2tpd-{self.name} 2>&1 & echo $! >/run/xl-{self.name}.job"
        )
        self.machine.shell(
            f"for i in $(seq 100); do [ -p /run/xl-{self.name} ] && exit; sleep 0.1; done; exit 1"
        )
        self.machine.shell(f"echo 'c office' >/run/xl-{self.name}")

    def hang_up(self) -> None:
        self.machine.shell(
            f"[ -f /run/xl-{self.name}.pid ] && kill $(cat /run/xl-{self.name}.pid); rm -f /run/xl-{self.name}*;"
            f" for i in $(seq 50); do ip netns exec {self.name} ip link show ppp-{self.name} || break; sleep 0.2; done;"
            f" sleep 1; rm -f /run/pppd-{self.name}",
            check=False,
        )

    def lent(self) -> str:
        """The address of its PPP device that is up, or ""."""
        words = self.inside(f"ip -4 -o addr show dev ppp-{self.name} up", check=False).split()
        return words[words.index("inet") + 1] if "inet" in words else ""

    def reach(self, target: str) -> bool:
        self.inside(f"ip route replace 192.168.10.0/24 dev ppp-{self.name}")
        said = self.inside(f"ping -c 3 -i 0.4 -W 5 {target}", check=False)
        return " 0% packet loss" in said

    def log(self) -> str:
        files = f"/run/c-{self.name}/charon-{self.name} /run/xl2tpd-{self.name} /run/pppd-{self.name}"
        return self.machine.shell(
            f"tail -n 40 {files} 2>&1; ip netns exec {self.name} ip -s xfrm state", check=False
        )

    def _swanctl(self, key: str) -> str:
        return f"""connections {{ office {{
  version = 1
  local_addrs = {self.address}
  remote_addrs = {Network.OURS}
  proposals = aes256-sha256-modp2048
  local {{
    auth = psk
  }}
  remote {{
    auth = psk
  }}
  children {{ l2tp {{
    mode = transport
    local_ts = dynamic[udp/1701]
    remote_ts = dynamic[udp/1701]
    esp_proposals = aes256-sha256
  }} }}
}} }}
secrets {{ ike-office {{
  secret = "{key}"
}} }}
"""


def tell(folder: Path) -> dict[str, str]:
    """Why each part of the story failed, with what helps to understand it; "" where it did not."""
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, str] = {}
    with KernelNetwork() as network, lan_host(network):
        network.boot()
        assert network.machine
        machine = network.machine
        one = Client(machine, folder / "one", "one", 1, "first-Secret")
        two = Client(machine, folder / "two", "two", 2, "other-Secret")
        prepare(network, one, two)
        cisco = ("GigabitEthernet0/0", "GigabitEthernet0/1")
        nec = ("GigaEthernet0.0", "GigaEthernet1.0")
        for number, (text, names, parts) in enumerate(((NEC, nec, PARTS), (CISCO, cisco, CISCO_PARTS))):
            place = folder / f"ours{number}"
            with Ours(network, place, text, log_json=False, interfaces=names) as ours:
                for name, part in parts.items():
                    results[name] = _played(part, network, ours, one, two)
                for client in (one, two):
                    client.hang_up()
    return results


def _played(part: "Part", network: Network, ours: Ours, one: "Client", two: "Client") -> str:
    try:
        part(network, ours, one, two)
    except Exception:
        return "\n".join([traceback.format_exc(), "ours:", ours.log[-5000:], one.log(), two.log()])
    return ""


def prepare(network: KernelNetwork, *clients: Client) -> None:
    machine = clients[0].machine
    for client in clients:
        client.write()
    machine.shell(
        "modprobe -a l2tp_ppp ppp_generic pppol2tp nft_chain_nat nft_masq esp4 xfrm_user authenc; true"
    )
    machine.shell("[ -c /dev/ppp ] || mknod /dev/ppp c 108 0; sysctl -qw net.ipv4.ip_forward=1")
    machine.shell(
        "nft 'table ip nat { chain post { type nat hook postrouting priority 100;"
        " oifname eth0 masquerade random; }; }'"
    )
    for client in clients:
        client.boot()


def both_come_in(network: Network, ours: Ours, one: Client, two: Client) -> None:
    for client in (one, two):
        said = client.secure()
        assert "completed successfully" in said, said
    for client in (one, two):
        client.dial()
    for client in (one, two):
        until(client.lent, f"an address for {client.name}")
    assert {one.lent().split("/")[0], two.lent().split("/")[0]} == {FIRST, SECOND}
    for client in (one, two):
        assert client.reach(LAN_HOST), f"{client.name} does not reach the LAN"
        assert client.reach(Network.OUR_LAN)
    said = network.inside(f"{network.ours}-lan", "ping", "-c", "2", "-W", "5", FIRST, check=False)
    assert " 0% packet loss" in said, f"the LAN does not reach who has dialed in: {said}"


def wrong_password(network: Network, ours: Ours, one: Client, two: Client) -> None:
    one.dial("wrong")
    until(lambda: "the login of `one`" in ours.log, "a refusal")
    log = one.machine.shell("cat /run/pppd-one")
    assert "CHAP authentication failed" in log, log
    assert not one.lent()
    assert two.reach(LAN_HOST), "the other one is left alone"
    one.dial()
    until(one.lent, "an address with the right password")


def wrong_key(network: Network, ours: Ours, one: Client, two: Client) -> None:
    one.hang_up()
    one.swanctl("--terminate --ike office", check=False)
    one.load("wrong")
    said = one.secure()
    assert "completed successfully" not in said, said
    assert two.reach(LAN_HOST)
    one.load("right")
    assert "completed successfully" in one.secure()
    one.dial()
    until(one.lent, "an address with the right key")
    assert one.reach(LAN_HOST)


def idle(network: Network, ours: Ours, one: Client, two: Client) -> None:
    """One talks and stays, the other is silent, has to go, and comes back."""
    for client in (one, two):
        client.swanctl("--terminate --ike office", check=False)
        said = client.secure()
        assert "completed successfully" in said, said
        client.dial()
        until(client.lent, f"an address for {client.name}")
        assert client.reach(LAN_HOST)
        if client is one:
            one.inside(f"ping -i 3 -c 100 -q {LAN_HOST} >/dev/null 2>&1 &")
    assert "`one` has logged in by MS-CHAPv2" in ours.log
    assert "Vi2.2" in ours.command("show", "users")
    until(lambda: f"`two` with {SECOND} has left: idle for too long" in ours.log, "the end of the silent one")
    until(lambda: not two.lent(), "the end of the silent link")
    assert one.lent(), "who talks stays"
    assert one.reach(LAN_HOST)
    two.dial()
    until(two.lent, "an address after coming back")
    assert two.reach(LAN_HOST)
    assert "`one` with" not in ours.log


Part = Callable[[Network, Ours, Client, Client], None]
CISCO_PARTS: dict[str, Part] = {"idle": idle}
PARTS: dict[str, Part] = {
    "two-behind-one-nat": both_come_in,
    "wrong-password": wrong_password,
    "wrong-key": wrong_key,
}


@contextmanager
def lan_host(network: Network) -> Iterator[None]:
    """A host in our LAN, with a namespace of its own."""
    name = f"{network.ours}-lan"
    run("ip", "netns", "add", name)
    try:
        network.inside(network.ours, "ip", "link", "set", "lan1", "netns", name)
        network.inside(name, "ip", "addr", "add", f"{LAN_HOST}/24", "dev", "lan1")
        network.inside(name, "ip", "link", "set", "lan1", "up")
        yield
    finally:
        run("ip", "netns", "delete", name, check=False)


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.5)
