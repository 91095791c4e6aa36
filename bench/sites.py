"""Two gateways, as the tests have them, and a host behind each: hosts send and receive, gateways forward.

192.168.10.2 [our_host] --- [ours] --- (router) --- [peer] --- [peer_host] 192.168.20.2
"""

from collections.abc import Sequence

from tests.interop.network import Network, run

PATIENCE = 60.0
# Octets that every tunnel takes, and hosts send.
MTU = 1400


class Sites(Network):
    OUR_HOST, PEER_HOST = "192.168.10.2", "192.168.20.2"

    def __init__(self) -> None:
        super().__init__()
        self.our_host, self.peer_host = f"{self.ours}-host", f"{self.peer}-host"

    def give(self, is_near: bool, addresses: Sequence[str]) -> None:
        """These are the host's, too."""
        gateway, host, address = self._side_of(is_near)
        run("ip", "-n", host, "-batch", "-", timeout=PATIENCE, stdin="".join(
            f"address add {one}/32 dev lan1\n" for one in addresses
        ))  # fmt: skip
        run("ip", "-n", gateway, "-batch", "-", timeout=PATIENCE, stdin="".join(
            f"route add {one}/32 via {address} dev lan0\n" for one in addresses
        ))  # fmt: skip

    def join(self) -> None:
        """Without any tunnel: the router knows the way to the hosts."""
        for lan, gateway in ((self.OUR_HOST, self.OURS), (self.PEER_HOST, self.PEER)):
            self.inside(self.router, "ip", "route", "add", f"{lan}/32", "via", gateway)

    def _side_of(self, is_near: bool) -> tuple[str, str, str]:
        if is_near:
            return self.ours, self.our_host, self.OUR_HOST
        return self.peer, self.peer_host, self.PEER_HOST

    def _build(self) -> None:
        super()._build()
        for is_near, lan in ((True, self.OUR_LAN), (False, self.PEER_LAN)):
            gateway, host, address = self._side_of(is_near)
            run("ip", "netns", "add", host)
            self.inside(gateway, "ip", "link", "set", "lan1", "netns", host)
            self.inside(gateway, "sysctl", "-qw", "net.ipv4.ip_forward=1")
            self.inside(host, "ip", "link", "set", "lo", "up")
            self.inside(host, "ip", "address", "add", f"{address}/24", "dev", "lan1")
            self.inside(host, "ip", "link", "set", "lan1", "up")
            # A gateway's kernel tells a host of at most one packet a second that is too large, whatever its way.
            self.inside(host, "ip", "route", "add", "default", "via", lan, "mtu", str(MTU))

    def _remove(self) -> None:
        for host in (self.our_host, self.peer_host):
            run("ip", "netns", "delete", host, check=False)
        super()._remove()
