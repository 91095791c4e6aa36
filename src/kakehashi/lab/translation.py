"""The rules of the lab's own routers, in the words of nftables: address translation, and loss."""

from collections.abc import Iterable
from dataclasses import dataclass

from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One NAPT: `inside` seen as `public`, with other ports. `forwarded`: IKE from outside is let in."""

    namespace: str
    outside_interface: str
    inside: IPAddress
    public: IPAddress
    forwarded: bool = False


def nat_rules(translations: Iterable[Translation]) -> str:
    """The nftables script of one NAT router: new ports for what leaves, and nothing in that nobody asked for.

    `fully-random` makes it translate port 500 and 4500 too, as a router with several devices behind it must
    (RFC 3947 section 4). ESP and AH have no ports to be translated (RFC 3715 section 2.1): they do not pass,
    as through a NAT that has no help for IPsec of its own.
    """
    post, pre, forward = [], [], []
    for item in translations:
        family = "ip" if item.inside.version == 4 else "ip6"
        post.append(
            f"{family} saddr {item.inside} oifname {item.outside_interface} "
            f"snat {family} to {item.public} fully-random"
        )
        if item.forwarded:
            pre.append(
                f"{family} daddr {item.public} iifname {item.outside_interface} "
                f"udp dport {{ {IKE_PORT}, {NAT_T_PORT} }} dnat {family} to {item.inside}"
            )
        forward += [
            "meta l4proto { esp, ah } drop",
            f"iifname {item.outside_interface} ct state established,related accept",
            f"iifname {item.outside_interface} ct status dnat accept",
            f"iifname {item.outside_interface} drop",
        ]
    return _table(
        "nat",
        ("type nat hook postrouting priority srcnat", post),
        ("type nat hook prerouting priority dstnat", pre),
        ("type filter hook forward priority filter", list(dict.fromkeys(forward))),
    )


def loss_rules(loss: float) -> str:
    """The nftables script of the internet: what it forwards is lost with probability `loss`, 0 to 1."""
    return _table(
        "loss",
        (
            "type filter hook forward priority filter",
            [f"numgen random mod 10000 < {round(loss * 10000)} drop"],
        ),
    )


def port_rules(ports: Iterable[tuple[str, int]]) -> str:
    """The nftables script of a host with several routers: what comes by a port bears its number as mark."""
    lines = [f'    iifname "{port}" meta mark set {number}' for port, number in ports]
    head = ["table bridge ports {", "  chain prerouting {", "    type filter hook prerouting priority -300;"]
    return "\n".join([*head, *lines, "  }", "}", ""])


def _table(name: str, *chains: tuple[str, list[str]]) -> str:
    lines = [f"table inet {name} {{"]
    for hook, rules in chains:
        lines += [f"  chain {hook.split()[3]} {{", f"    {hook};", *(f"    {rule}" for rule in rules), "  }"]
    return "\n".join([*lines, "}", ""])
