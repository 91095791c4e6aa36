"""Everything about dialing in: stock Linux clients behind one NAT, and our gateway, on a kernel of theirs.

    [one] 10.77.1.2 --+
                      (NAT) 198.51.100.254 --- 198.51.100.1 [office] 192.168.10.1 --- 192.168.10.9 [lan]
    [two] 10.77.2.2 --+

All of it is in the guest, each name in a namespace of its own. A client is strongSwan on the kernel's ESP, xl2tpd and
pppd on the kernel's L2TP and PPP; the gateway does all of these itself. The addresses that are lent are of the LAN, so
that the gateway has to answer for them there.
"""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.interop.network import Network
from tests.interop.strongswan import CHARON
from tests.kernel.guest import Guest
from tests.kernel.machine import KernelNetwork, Machine

PLUGINS = (
    "random nonce openssl aes des sha1 sha2 md5 hmac kdf gmp pem pkcs1 pkcs8 x509 pubkey constraints "
    "kernel-netlink socket-default vici updown"
)
LAN_HOST = "192.168.10.9"
FIRST, SECOND = "192.168.10.100", "192.168.10.101"
PATIENCE = 120
OFFICE, LAN = "office", "lan"
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


IKEV1_LINES = CISCO[CISCO.index("crypto isakmp policy") : CISCO.index("crypto ipsec")]
IKEV2 = (
    CISCO.replace(
        IKEV1_LINES,
        f"""\
crypto ikev2 proposal STRONG
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 policy ALL
 proposal STRONG
crypto ikev2 keyring PHONES
 peer EVERYBODY
  address 0.0.0.0 0.0.0.0
  pre-shared-key {KEY}
crypto ikev2 profile PHONES
 match identity remote address 0.0.0.0
 authentication remote pre-share
 authentication local pre-share
 keyring local PHONES
""",
    )
    .replace(" set transform-set PHONES\n", " set transform-set PHONES\n set ikev2-profile PHONES\n")
    .replace(f" ppp timeout idle {IDLE}\n", " ipv6 enable\n peer default ipv6 pool Prefixes\n")
    + "ipv6 local pool Prefixes 2001:db8:30::/48 64\n"
)


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
        for kind, key, version in (("right", KEY, 1), ("wrong", "not-the-key", 1), ("ikev2", KEY, 2)):
            (self.folder / f"{kind}.conf").write_text(self._swanctl(key, version))
        kinds = (
            ("right", self.password, ""),
            ("wrong", "not-a-password", ""),
            ("ipv6", self.password, "+ipv6\n"),
        )
        for kind, password, more in kinds:
            (self.folder / f"{kind}.ppp").write_text(
                f"{more}name {self.name}\npassword {password}\nnoauth\nrefuse-eap\nnoccp\nmtu 1300\nmru 1300\n"
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
            f" for i in $(seq 50); do grep -q ppp-{self.name} {self._proc}/net/dev || break; sleep 0.2; done;"
            f" sleep 1; rm -f /run/pppd-{self.name}",
            check=False,
        )

    @property
    def _proc(self) -> str:
        """A process of its namespace, in /proc: to enter the namespace takes the guest ten times longer."""
        return f"/proc/$(cat /run/c-{self.name}/charon.pid)"

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

    def reach_6(self, target: str) -> bool:
        """By its prefix, or on the link alone."""
        said = self.inside(f"ping -6 -c 3 -i 0.4 -W 5 {target}", check=False)
        return " 0% packet loss" in said

    def global_6(self) -> str:
        """What it has made of the prefix that it was told, or ""."""
        words = self.inside(f"ip -6 -o addr show dev ppp-{self.name} scope global", check=False).split()
        return words[words.index("inet6") + 1] if "inet6" in words else ""

    def _swanctl(self, key: str, version: int) -> str:
        return f"""connections {{ office {{
  version = {version}
  dpd_delay = 5
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


def prepare(folder: Path) -> None:
    """What the guest reads has to be there before it looks."""
    for number, chapter in enumerate(CHAPTERS):
        Guest.prepare(folder / f"ours{number}", chapter.configuration)


def tell(network: KernelNetwork, folder: Path) -> dict[str, str]:
    """Why each part of the story failed, with what helps to understand it; "" where it did not."""
    machine, results = network.machine, dict[str, str]()
    assert machine
    one = Client(machine, folder / "one", "one", 1, "first-Secret")
    two = Client(machine, folder / "two", "two", 2, "other-Secret")
    build(machine, one, two)
    for number, chapter in enumerate(CHAPTERS):
        devices = dict(zip(chapter.interfaces, ("wan0", "lan0"), strict=True))
        with Guest(machine, folder / f"ours{number}", devices, namespace=OFFICE) as office:
            for name, part in chapter.parts.items():
                results[name] = _played(part, office, one, two)
            for client in (one, two):
                client.hang_up()
    return results


def _played(part: "Part", office: Guest, one: "Client", two: "Client") -> str:
    try:
        part(office, one, two)
    except Exception:
        return "\n".join([traceback.format_exc(), "ours:", office.log, one.log(), two.log()])
    return ""


def build(machine: Machine, *clients: Client) -> None:
    for client in clients:
        client.write()
    machine.shell(
        "modprobe -a l2tp_ppp ppp_generic pppol2tp nft_chain_nat nft_masq esp4 xfrm_user authenc; true"
    )
    machine.shell("[ -c /dev/ppp ] || mknod /dev/ppp c 108 0; sysctl -qw net.ipv4.ip_forward=1")
    join(machine, OFFICE, "wan0", f"{Network.OURS}/24", "", "out0", "198.51.100.254/24")
    join(machine, LAN, "eth0", f"{LAN_HOST}/24", OFFICE, "lan0", f"{Network.OUR_LAN}/24")
    machine.shell(f"ip -n {OFFICE} route add default via 198.51.100.254")
    machine.shell(
        "nft 'table ip nat { chain post { type nat hook postrouting priority 100;"
        " oifname out0 masquerade random; }; }'"
    )
    for client in clients:
        client.boot()


def join(machine: Machine, name: str, device: str, address: str, to: str, other: str, others: str) -> None:
    """A new namespace, and a line between it and another; "" is the first one."""
    there = f"ip -n {to}" if to else "ip"
    machine.shell(
        f"ip netns add {name}; ip -n {name} link set lo up;"
        f" ip link add x type veth peer name y; ip link set x name {device} netns {name};"
        f" ip link set y name {other}{f' netns {to}' if to else ''};"
        f" ip -n {name} addr add {address} dev {device}; ip -n {name} link set {device} up;"
        f" {there} addr add {others} dev {other}; {there} link set {other} up"
    )


def both_come_in(office: Guest, one: Client, two: Client) -> None:
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
    said = one.machine.shell(f"ip netns exec {LAN} ping -c 2 -W 5 {FIRST}", check=False)
    assert " 0% packet loss" in said, f"the LAN does not reach who has dialed in: {said}"


def wrong_password(office: Guest, one: Client, two: Client) -> None:
    one.dial("wrong")
    until(lambda: office.has_said("the login of `one`"), "a refusal")
    until(
        lambda: "CHAP authentication failed" in one.machine.shell("cat /run/pppd-one", check=False),
        "pppd to hear of it",
    )
    assert not one.lent()
    assert two.reach(LAN_HOST), "the other one is left alone"
    one.dial()
    until(one.lent, "an address with the right password")


def wrong_key(office: Guest, one: Client, two: Client) -> None:
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


def idle(office: Guest, one: Client, two: Client) -> None:
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
            assert "Vi2.1" in office.show("users")
    assert office.has_said("`one` has logged in by MS-CHAPv2")
    until(
        lambda: office.has_said(f"`two` with {SECOND} has left: idle for too long"),
        "the end of the silent one",
    )
    until(lambda: not two.lent(), "the end of the silent link")
    assert one.lent(), "who talks stays"
    assert one.reach(LAN_HOST)
    two.dial()
    until(two.lent, "an address after coming back")
    assert two.reach(LAN_HOST)
    assert not office.has_said("`one` with")


def by_ikev2(office: Guest, one: Client, two: Client) -> None:
    """Both behind one NAT, in transport mode, with IPv6 inside."""
    for client in (one, two):
        client.swanctl("--terminate --ike office", check=False)
        client.load("ikev2")
        said = client.secure()
        assert "completed successfully" in said, said
        client.dial("ipv6")
    for client in (one, two):
        until(client.lent, f"an address for {client.name}")
        assert client.reach(LAN_HOST), f"{client.name} does not reach the LAN"
        until(client.global_6, f"an address of IPv6 for {client.name}")
        assert client.reach_6(f"ff02::2%ppp-{client.name}"), "the router of the link"
    assert all(client.global_6().startswith("2001:db8:30") for client in (one, two))
    assert office.has_said("`two` has 2001:db8:30:1::/64"), "each has a prefix of its own"


def after_an_orderly_end(office: Guest, one: Client, two: Client) -> None:
    """They are told, and come back to the gateway that begins anew."""
    office.__exit__()
    until(lambda: not one.lent() and not two.lent(), "the end of both links")
    assert office.has_said("`one` with"), "the session is ended"
    office.__enter__()
    _come_back(one)


def after_a_crash(office: Guest, one: Client, two: Client) -> None:
    """Nobody has told it; dead peer detection does."""
    office.end("KILL")
    office.__enter__()
    until(lambda: "ESTABLISHED" not in one.swanctl("--list-sas", check=False), "the end of the SA of old")
    _come_back(one)


def _come_back(client: Client) -> None:
    said = client.secure()
    assert "completed successfully" in said, said
    client.dial()
    until(client.lent, "an address after coming back")
    assert client.reach(LAN_HOST)


Part = Callable[[Guest, Client, Client], None]


@dataclass(frozen=True)
class Chapter:
    """One configuration of the office, what it calls the WAN and the LAN, and what happens."""

    configuration: str
    interfaces: tuple[str, str]
    parts: Mapping[str, Part]


IOS = ("GigabitEthernet0/0", "GigabitEthernet0/1")
CHAPTERS = (
    Chapter(
        NEC,
        ("GigaEthernet0.0", "GigaEthernet1.0"),
        {"two-behind-one-nat": both_come_in, "wrong-password": wrong_password, "wrong-key": wrong_key},
    ),
    Chapter(CISCO, IOS, {"idle": idle}),
    Chapter(IKEV2, IOS, {"ikev2": by_ikev2, "orderly-end": after_an_orderly_end, "crash": after_a_crash}),
)
NAMES = tuple(name for chapter in CHAPTERS for name in chapter.parts)


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.5)
