"""The kernel's GRE as the peer of ours, with nothing around it."""

from pathlib import Path

from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.kernel.machine import KernelNetwork, KernelStrongSwan
from tests.kernel.story import reaches, stream_from_guest, stream_to_guest

INTERFACES = ("GigabitEthernet0/0", "GigabitEthernet0/1")
ENDS = {4: (Network.OURS, Network.PEER), 6: (Network.OURS_6, Network.PEER_6)}
INSIDE = (("10.99.0.1", "10.99.0.2"), ("2001:db8:99::1", "2001:db8:99::2"))
KEY = 77
OTHERS_KEY = 78
# Which packets of ours do not say that checksum, key and sequence are there (RFC 2890 section 2), by IP version.
LACKING = {
    4: f"ip saddr {Network.OURS} ip protocol gre @nh,160,16 & 0xb000 != 0xb000",
    6: f"ip6 saddr {Network.OURS_6} ip6 nexthdr gre @nh,320,16 & 0xb000 != 0xb000",
}


class PlainGre:
    """The case: packets of both IP versions inside those of one, `version`."""

    def __init__(self, version: int) -> None:
        self.version = version

    def __call__(self, network: KernelNetwork, peer: KernelStrongSwan, folder: Path) -> None:
        assert network.machine
        near, far = ENDS[self.version]
        # With IPv6 its packets have an option of RFC 2473 in front of GRE, unless it is told otherwise.
        kind = "gre" if self.version == 4 else "ip6gre"
        made = f"ip link add gre1 type {kind} local {far} remote {near} ttl 64 csum seq"
        network.inside(network.router, "nft", "delete", "table", "inet", "count", check=False)
        network.count_start(LACKING[self.version])
        try:
            self._join(network, f"{made} key {KEY}")
            with Ours(
                network, folder / "ours", self._router(), log_json=False, interfaces=INTERFACES
            ) as ours:
                lans = ((network.OUR_LAN, network.PEER_LAN), (network.OUR_LAN_6, network.PEER_LAN_6))
                for here, there in (*INSIDE, *lans):
                    assert reaches(network, network.ours, here, there), f"{here} does not reach {there}"
                    assert reaches(network, network.peer, there, here), f"{there} does not reach {here}"
                for here, there in lans:
                    stream_to_guest(network, here, there)
                    stream_from_guest(network, here, folder.parent / "message")
                assert not network.count(), "something lacks what the configuration asks for"
                network.machine.shell("ip link del gre1")
                self._join(network, f"{made} key {OTHERS_KEY}")
                assert not network.ping(network.peer, INSIDE[0][1], INSIDE[0][0], wait=2), (
                    "the key is another"
                )
                (tunnel,) = ours.status()["tunnels"]
                assert tunnel["inbound"]["ts_unacceptable"] >= 1, tunnel
        finally:
            network.machine.shell("ip link del gre1", check=False)

    def _join(self, network: KernelNetwork, made: str) -> None:
        assert network.machine
        ends = "; ".join(
            f"ip addr add {pair[1]}{size} dev gre1"
            for pair, size in zip(INSIDE, ("/30", "/64 nodad"), strict=True)
        )
        routes = (
            f"ip route replace 192.168.10.0/24 dev gre1 src {network.PEER_LAN}; "
            f"ip route replace 2001:db8:10::/64 dev gre1 src {network.PEER_LAN_6}"
        )
        network.machine.shell(f"{made} && {{ {ends}; ip link set gre1 up mtu 1400; {routes}; }}")

    def _router(self) -> str:
        mode = f" tunnel mode gre {'ip' if self.version == 4 else 'ipv6'}\n"
        return (
            "hostname ours\nipv6 unicast-routing\n"
            f"interface {INTERFACES[0]}\n ip address {Network.OURS} 255.255.255.0\n ipv6 address {Network.OURS_6}/64\n"
            f"interface {INTERFACES[1]}\n ip address {Network.OUR_LAN} 255.255.255.0\n"
            f" ipv6 address {Network.OUR_LAN_6}/64\n"
            f"interface Tunnel0\n ip address {INSIDE[0][0]} 255.255.255.252\n ipv6 address {INSIDE[1][0]}/64\n"
            f" tunnel source {INTERFACES[0]}\n{mode} tunnel destination {ENDS[self.version][1]}\n"
            f" tunnel key {KEY}\n tunnel checksum\n tunnel sequence-datagrams\n"
            "ip route 0.0.0.0 0.0.0.0 198.51.100.254\nipv6 route ::/0 2001:db8:a::fe\n"
            "ip route 192.168.20.0 255.255.255.0 Tunnel0\nipv6 route 2001:db8:20::/64 Tunnel0\nend\n"
        )
