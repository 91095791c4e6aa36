"""Two sites and their configurations in every language, from `templates/`: any two of them make a good pair."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

# What the languages say otherwise over IPv6. `wrong`: an address that nobody has.
_IPV4 = {
    "wrong": "203.0.113.9",
    "ip": "ipv4",
    "length": "24",
    "cisco_mode": "ipv4",
    "ip6_inside": "ipv4 v6-overlay",
    "cisco_length": " 255.255.255.0",
    "cisco_default": "ip route 0.0.0.0 0.0.0.0",
    "cisco_filter": "ip access-list extended OUTSIDE",
    "cisco_host": " 255.255.255.255",
    "cisco_mss": "1350",
    "awplus_default": "ip route 0.0.0.0/0",
}
_IPV6 = {
    "wrong": "2001:db8:c::9",
    "ip": "ipv6",
    "length": "64",
    "cisco_mode": "ipv6 v4-overlay",
    "ip6_inside": "ipv6",
    "cisco_length": "/64",
    "cisco_default": "ipv6 route ::/0",
    "cisco_filter": "ipv6 access-list OUTSIDE",
    "cisco_host": "/128",
    "cisco_mss": "1330",
    "awplus_default": "ipv6 route ::/0",
}
_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Site:
    """What a template needs to know of a router. Addresses without prefix: /24, /64 for IPv6; `lan`: /24."""

    name: str
    own: str
    gateway: str
    peer: str
    lan_net: str
    far_lan_net: str
    inner: str

    @cached_property
    def words(self) -> dict[str, str]:
        """What stands in place of `$word` in a template, and in an edit."""
        return {
            "name": self.name,
            "own": self.own,
            "gateway": self.gateway,
            "peer": self.peer,
            "lan": f"{self.lan_net}/24",
            "lan_net": self.lan_net,
            "lan_address": self.lan_net.removesuffix("0") + "1",
            "far_lan": f"{self.far_lan_net}/24",
            "far_lan_net": self.far_lan_net,
            "inner": self.inner,
            **(_IPV6 if ":" in self.own else _IPV4),
        }

    def text(self, template: str) -> str:
        """The site's configuration."""
        return self.filled((_FOLDER / f"{template}.cfg").read_text(encoding="utf-8"))

    def filled(self, text: str) -> str:
        """The text with this site's values."""
        return Template(text).substitute(self.words)


_NAHA, _NAGO = "192.168.30.0", "192.168.40.0"
SITES = (
    Site("naha", "192.0.2.2", "192.0.2.1", "198.51.100.2", _NAHA, _NAGO, "172.31.30.1"),
    Site("nago", "198.51.100.2", "198.51.100.1", "192.0.2.2", _NAGO, _NAHA, "172.31.30.2"),
)
SITES_IPV6 = (
    Site("naha", "2001:db8:a::2", "2001:db8:a::1", "2001:db8:b::2", _NAHA, _NAGO, "172.31.30.1"),
    Site("nago", "2001:db8:b::2", "2001:db8:b::1", "2001:db8:a::2", _NAGO, _NAHA, "172.31.30.2"),
)
SITES_NAT = (
    Site("naha", "10.9.0.2", "10.9.0.1", "198.51.100.2", _NAHA, _NAGO, "172.31.30.1"),
    Site("nago", "198.51.100.2", "198.51.100.1", "192.0.2.2", _NAGO, _NAHA, "172.31.30.2"),
)
