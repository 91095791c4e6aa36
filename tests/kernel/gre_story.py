"""GRE alone and in IPsec, with the kernel's own GRE and XFRM as the peer; and AH around ESP, whose SAs are put in by hand
at both ends, for no IKE daemon for Linux makes both.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

from kakehashi.model.address import Path as Way
from kakehashi.model.address import SocketAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import ChildSa, EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import EVERYTHING
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.dataplane.world import Host
from tests.interop import strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.kernel.machine import KernelNetwork, KernelStrongSwan
from tests.kernel.plain_gre import PlainGre
from tests.kernel.story import MESSAGE, reaches, why

Play = Callable[[KernelNetwork, KernelStrongSwan, Path], None]
KEY = "one-secret-for-both"
INTERFACES = ("GigabitEthernet0/0", "GigabitEthernet0/1")
OUR_END, THEIR_END = "10.99.0.1", "10.99.0.2"

_IKEV1 = f"""\
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key {KEY} address {Network.PEER}
"""
_IKEV2 = f"""\
crypto ikev2 proposal P
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 policy P
 proposal P
crypto ikev2 keyring K
 peer GUEST
  address {Network.PEER}
  pre-shared-key {KEY}
crypto ikev2 profile V2
 match identity remote address {Network.PEER} 255.255.255.255
 authentication local pre-share
 authentication remote pre-share
 keyring local K
"""


ESP_ALONE = "esp-aes 256 esp-sha256-hmac"


def router(version: int, mode: str, we_begin: bool, transforms: str = ESP_ALONE) -> str:
    """A Cisco router with a tunnel of GRE, protected."""
    phase1, profile = (_IKEV1, "") if version == 1 else (_IKEV2, " set ikev2-profile V2\n")
    profile += "" if we_begin else " responder-only\n"
    return (
        f"hostname ours\n{phase1}"
        f"crypto ipsec transform-set T {transforms}\n mode {mode}\n"
        f"crypto ipsec profile GRE\n set transform-set T\n{profile}"
        f"interface {INTERFACES[0]}\n ip address {Network.OURS} 255.255.255.0\n"
        f"interface {INTERFACES[1]}\n ip address {Network.OUR_LAN} 255.255.255.0\n"
        f"interface Tunnel0\n ip address {OUR_END} 255.255.255.252\n tunnel source {INTERFACES[0]}\n"
        f" tunnel destination {Network.PEER}\n tunnel key 77\n tunnel protection ipsec profile GRE\n"
        "ip route 0.0.0.0 0.0.0.0 198.51.100.254\n"
        "ip route 192.168.20.0 255.255.255.0 Tunnel0\nend\n"
    )


def over_ipv6(text: str) -> str:
    """The router of IKEv2 with its tunnel between addresses of IPv6."""
    for words, others in (
        (f"address {Network.PEER}\n", f"address {Network.PEER_6}/128\n"),
        (f"remote address {Network.PEER} 255.255.255.255", f"remote address {Network.PEER_6}/128"),
        (
            f" tunnel destination {Network.PEER}\n",
            f" tunnel mode gre ipv6\n tunnel destination {Network.PEER_6}\n",
        ),
        (
            f" ip address {Network.OURS} 255.255.255.0\n",
            f" ip address {Network.OURS} 255.255.255.0\n ipv6 address {Network.OURS_6}/64\n",
        ),
        ("\nend\n", "\nipv6 route ::/0 2001:db8:a::fe\nend\n"),
    ):
        assert words in text
        text = text.replace(words, others)
    return text


def opposite(text: str) -> str:
    """The same router at the other end."""
    swapped = (
        (Network.OURS, Network.PEER),
        (Network.OUR_LAN, Network.PEER_LAN),
        (OUR_END, THEIR_END),
        ("192.168.10.0", "192.168.20.0"),
        ("198.51.100.254", "203.0.113.254"),
        (Network.OURS_6, Network.PEER_6),
        ("2001:db8:a::fe", "2001:db8:b::fe"),
    )
    words = {one: other for pair in swapped for one, other in (pair, pair[::-1])}
    return re.sub(r"\d+\.\d+\.\d+\.\d+|2001:[0-9a-f:]+", lambda found: words.get(found[0], found[0]), text)


def guest(version: int, mode: str) -> str:
    network = Network()
    return strongswan.connection(
        network,
        version=version,
        esp="aes256-sha256",
        local_id=network.PEER,
        remote_id=network.OURS,
        key=KEY,
        local_ts="dynamic[gre]",
        remote_ts="dynamic[gre]",
        child_options=f"mode = {mode}",
    )


def gre(version: int, mode: str, we_begin: bool) -> Play:
    """The case: what is prepared is in `folder`."""

    def play(network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> None:
        assert network.machine
        peer.swanctl("--load-all", "--clear", "--file", str(folder / "swanctl.conf"))
        made = f"ip tunnel add gre1 mode gre local {network.PEER} remote {network.OURS} key 77 ttl 64"
        network.machine.shell(made)
        network.machine.shell(f"ip addr add {THEIR_END}/30 dev gre1; ip link set gre1 up mtu 1400")
        network.machine.shell(f"ip route add 192.168.10.0/24 dev gre1 src {network.PEER_LAN}")
        network.inside(network.router, "nft", "delete", "table", "inet", "count", check=False)
        # What the guest's device says on its own account before there is an SA, and the answer that nobody
        # listens, are no packets of the tunnel.
        network.count_start(f"ip saddr {network.OURS} ip protocol gre")
        try:
            with Ours(
                network,
                folder / "ours",
                router(version, mode, we_begin),
                log_json=False,
                interfaces=INTERFACES,
            ):
                if not we_begin:
                    peer.initiate()
                for near, far in ((OUR_END, THEIR_END), (network.OUR_LAN, network.PEER_LAN)):
                    assert reaches(network, network.ours, near, far), f"{near} does not reach {far}"
                    assert reaches(network, network.peer, far, near), f"{far} does not reach {near}"
                states = network.inside(network.peer, "ip", "-s", "xfrm", "state")
                assert states.count(f"mode {mode}") == 2, states
            assert not network.count(), "something went without ESP"
        finally:
            network.machine.shell("ip tunnel del gre1")
            network.machine.shell("ip xfrm state flush; ip xfrm policy flush")

    return play


SPIS = {"in": (0x1001, 0x2001), "out": (0x3001, 0x4001)}  # of ESP and of AH; towards us they are one
AES_KEY, SHA_KEY, AH_KEY = bytes(range(16)), bytes(range(20)), bytes(range(100, 120))


def bundle(mode: EncapsulationMode) -> Play:
    """AH around ESP."""

    def play(network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> None:
        assert network.machine
        tunnel = mode is EncapsulationMode.TUNNEL
        near, far = (network.OUR_LAN, network.PEER_LAN) if tunnel else (network.OURS, network.PEER)
        to_us, to_guest = (network.PEER, network.OURS), (network.OURS, network.PEER)
        commands = ["ip xfrm state flush; ip xfrm policy flush"]
        for (source, destination), esp, ah in ((to_us, 0x1001, 0x1001), (to_guest, 0x3001, 0x4001)):
            ends = f"ip xfrm state add src {source} dst {destination}"
            # In the kernel's words the outer of two headers is in transport mode.
            commands += [
                f"{ends} proto esp spi {esp} reqid 1 mode {mode.value} enc 'cbc(aes)' 0x{AES_KEY.hex()} "
                f"auth-trunc 'hmac(sha1)' 0x{SHA_KEY.hex()} 96",
                f"{ends} proto ah spi {ah} reqid 2 mode transport flag align4 "
                f"auth-trunc 'hmac(sha1)' 0x{AH_KEY.hex()} 96",
            ]
        for direction, (source, destination), (one, other) in (
            ("out", to_us, (far, near)),
            ("in", to_guest, (near, far)),
        ):
            chosen = f"ip xfrm policy add src {one}/32 dst {other}/32 proto icmp dir {direction}"
            ends = f" src {source} dst {destination}" if tunnel else ""
            commands.append(
                f"{chosen} tmpl{ends} proto esp reqid 1 mode {mode.value} tmpl proto ah reqid 2 mode transport"
            )
        if tunnel:
            commands.append(f"ip route replace 192.168.10.0/24 via 203.0.113.254 src {network.PEER_LAN}")
        for command in commands:
            network.machine.shell(command)
        ours = Host(network.ours, {4: network.OURS})
        ours.start(True, False)
        try:
            carry(network, ours, mode, near, far)
        finally:
            for preference in "1112":
                network.inside(network.ours, "ip", "rule", "del", "pref", preference, check=False)
            ours.stop()
            network.machine.shell("ip xfrm state flush; ip xfrm policy flush")

    return play


def carry(network: KernelNetwork, ours: Host, mode: EncapsulationMode, near: str, far: str) -> None:
    """Our end of the bundle, and packets both ways."""
    ours.add_tunnel("tun0")
    for protocol in ("51", "255", "50"):
        words = ("rule", "add", "to", network.PEER, "ipproto", protocol, "table", "main", "pref", "1")
        network.inside(network.ours, "ip", *words)
    network.inside(network.ours, "ip", "route", "add", far, "dev", "tun0", "src", near, "table", "77")
    network.inside(network.ours, "ip", "rule", "add", "to", far, "table", "77", "pref", "2")
    keys = EspKeys(encryption=Secret(AES_KEY), integrity=Secret(SHA_KEY), ah=Secret(AH_KEY))
    sa = ChildSa(
        tunnel="tun0",
        spi_in=0x1001,
        spi_out=0x3001,
        serial_in=1,
        serial_out=2,
        cipher=Cipher(EncryptionId.ENCR_AES_CBC, 128),
        integrity=IntegrityId.AUTH_HMAC_SHA1_96,
        keys_in=keys,
        keys_out=keys,
        esn=False,
        local_selectors=EVERYTHING,
        remote_selectors=EVERYTHING,
        path=Way(SocketAddress(ip_address(network.OURS), 500), SocketAddress(ip_address(network.PEER), 500)),
        udp_encapsulation=False,
        replay_window=64,
        mode=mode,
        ah=IntegrityId.AUTH_HMAC_SHA1_96,
        ah_spi_out=0x4001,
    )
    ours.call("install", sa, True)
    assert reaches(network, network.ours, near, far), ours.call("counters")
    assert reaches(network, network.peer, far, near), ours.call("counters")
    states = network.inside(network.peer, "ip", "-s", "xfrm", "state")
    assert states.count("proto ah") == states.count("proto esp") == 2, states
    outbound, inbound = ours.call("counters").tunnels["tun0"]
    assert outbound.packets >= 2 <= inbound.packets
    assert not inbound.dropped, inbound


CASES: dict[str, Play] = {
    "plain-gre-ipv4": PlainGre(4),
    "plain-gre-ipv6": PlainGre(6),
    "gre-ikev1-transport-we-begin": gre(1, "transport", True),
    "gre-ikev2-transport-peer-begins": gre(2, "transport", False),
    "gre-ikev2-tunnel-we-begin": gre(2, "tunnel", True),
    "ah-around-esp-transport": bundle(EncapsulationMode.TRANSPORT),
    "ah-around-esp-tunnel": bundle(EncapsulationMode.TUNNEL),
}


def prepare(folder: Path) -> None:
    """What the guest reads has to be there before it looks."""
    folder.mkdir(parents=True)
    (folder / "message").write_bytes(MESSAGE)
    for number, name in enumerate(CASES):
        (folder / str(number)).mkdir()
        if name.startswith("gre"):
            version, mode = int(name.split("-")[1][-1]), name.split("-")[2]
            (folder / str(number) / "swanctl.conf").write_text(guest(version, mode))


def tell(network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> dict[str, str]:
    """Why each case failed, with what helps to understand it; "" where it did not."""
    results: dict[str, str] = {}
    for number, (name, play) in enumerate(CASES.items()):
        try:
            play(network, peer, folder / str(number))
            results[name] = ""
        except Exception:
            results[name] = why(network, peer, folder / str(number))
    return results
