"""The commands of `interface NAME` (AW-02, AW-13)."""

from kakehashi.dialects.awplus.grammar.vocabulary import (
    REST,
    command,
    flag,
    not_ours,
    not_yet,
    number,
    said,
    text,
    the_hosts,
    word,
)
from kakehashi.dialects.awplus.interfaces import InterfaceName
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional, Support
from kakehashi.dialects.kinds import Address, HostName, InterfaceAddress, Prefix
from kakehashi.model.gateway import AdjustMss
from kakehashi.model.policy import DfBit

_MTU = number("mtu", 68, 65535, "Octets")


def _side(side: str, whose: str) -> tuple[Command, ...]:
    return (
        command(
            f"tunnel {side} name",
            text("name", "a name", "The name"),
            sentence=f"Who {whose} says it is; its address if nothing is said",
        ),
        command(
            f"tunnel {side} id",
            text("name", "an identity", "The identity"),
            sentence=f"Who {whose} says it is, where it has no name; of L2TPv3 the Session ID of {whose}",
        ),
        command(
            f"tunnel {side} selector",
            Optional(number("number", 1, 65535, "Which pair of selectors it belongs to")),
            Argument("prefix", Prefix(), "The network"),
            sentence=f"The packets that the tunnel takes, on {whose}'s side",
        ),
    )


def _adjust_mss(version: str) -> Command:
    return command(
        f"{version} tcp adjust-mss",
        Either(
            (word("pmtu", "To the MTU", ("mss", AdjustMss.AUTO)),),
            (number("mss", 64, 65495, "Octets"),),
        ),
        sentence="Fit the MSS of TCP connections, so that nothing needs fragments",
    )


TUNNEL: tuple[Command, ...] = (
    command(
        "tunnel mode ipsec",
        Either(
            (word("ipv4", "IPsec over IPv4", ("version", 4)),),
            (word("ipv6", "IPsec over IPv6", ("version", 6)),),
        ),
        sentence="The tunnel is IPsec",
    ),
    Command(
        key="tunnel mode ipsec multipoint",
        pattern=(
            *said("tunnel mode ipsec"),
            Optional(
                Either(
                    (word("ipv4", "IPsec over IPv4 (the default)", ("version", 4)),),
                    (word("ipv6", "IPsec over IPv6", ("version", 6)),),
                )
            ),
            word("multipoint", "With many peers"),
        ),
        help="The tunnel is IPsec with many peers",
    ),
    command("tunnel mode gre multipoint", sentence="The tunnel is GRE with many peers"),
    command(
        "tunnel mode gre",
        Optional(word("ipv6", "GRE over IPv6", ("version", 6))),
        sentence="The tunnel is GRE, over IPv4 unless said",
    ),
    command(
        "tunnel mode l2tp v3",
        Optional(
            Either(
                (word("ipv4", "L2TPv3 over IPv4", ("version", 4)),),
                (word("ipv6", "L2TPv3 over IPv6", ("version", 6)),),
            )
        ),
        sentence="The tunnel carries Ethernet frames, by L2TPv3",
    ),
    not_yet("tunnel mode", "a tunnel of another kind"),
    command(
        "tunnel source",
        Either(
            (Argument("address", Address(), "Its address"),),
            (Argument("interface", InterfaceName(), "The interface that has the address"),),
        ),
        sentence="This end of the tunnel",
    ),
    command(
        "tunnel destination",
        Either(
            (word("dynamic", sets=("dynamic", True)),),
            (Argument("address", Address(), "Its address"),),
            (Argument("hostname", HostName(), "Its name in the DNS"),),
        ),
        sentence="The other end of the tunnel",
    ),
    *_side("local", "this device"),
    *_side("remote", "the peer"),
    command(
        "tunnel protection ipsec",
        Optional(word("profile"), text("profile", "the name of an IPsec profile", "Its name")),
        sentence="IPsec protects the tunnel, with the default profile or another one",
    ),
    command(
        "tunnel df",
        Either(
            (word("copy", "As the packet inside has it (the default)", ("df", DfBit.COPY)),),
            (word("set", "On", ("df", DfBit.SET)),),
            (word("clear", "Off: what is too large is fragmented, whatever it says", ("df", DfBit.CLEAR)),),
        ),
        sentence="The DF bit of the packets outside",
    ),
    not_yet("tunnel selector", "SAs for pairs of selectors by their numbers alone"),
    not_yet("tunnel vrf", "VRFs: the peer is looked for in the one table"),
    # The manual that has this line could not be read: its words are put together like those of its relatives.
    command(
        "tunnel endpoint",
        Argument("address", Address(), "The peer's address in the tunnel: the next hop of routes"),
        Optional(
            word("destination", "Where it is reached"),
            Either(
                (Argument("destination", Address(), "Its address"),),
                (Argument("hostname", HostName(), "Its name in the DNS"),),
            ),
        ),
        sentence="One of many peers: its address in the tunnel, and the one that it is reached at",
    ),
    command("tunnel key", number("key", 0, 4294967295, "The key"), sentence="The key of GRE"),
    command("tunnel checksum", sentence="A checksum in each GRE packet"),
    not_yet("tunnel openvpn", "OpenVPN"),
    not_yet("tunnel wireguard", "WireGuard"),
    not_yet("tunnel destination network", "peers of a whole network"),
    not_ours("tunnel rd-map"),
    not_ours("tunnel softwire-configuration"),
    not_ours("tunnel path-mtu-discovery"),
    not_ours("tunnel dscp"),
    not_ours("tunnel ttl"),
    not_ours("tunnel security-reprocessing"),
    not_ours("tunnel inline-processing"),
    not_ours("tunnel oper-status-control"),
)

ADDRESSES: tuple[Command, ...] = (
    command(
        "ip address",
        Either(
            (
                Argument("address", InterfaceAddress(4), "The address with its prefix length"),
                Optional(Either((flag("secondary", "Besides the first"),), (word("label", "A label"), REST))),
            ),
            (flag("dhcp"), Optional(REST)),
            (flag("negotiated", "From PPP"), Optional(REST)),
        ),
        sentence="The IPv4 address of the interface",
    ),
    command(
        "ip unnumbered",
        Argument("interface", InterfaceName(), "The interface that lends its address"),
        sentence="Use the IPv4 address of another interface",
    ),
    command(
        "ipv6 unnumbered",
        Argument("interface", InterfaceName(), "The interface that lends its address"),
        sentence="Use the IPv6 address of another interface",
    ),
    command("ipv6 enable", sentence="Switch IPv6 on"),
    command(
        "ipv6 address",
        Argument("address", InterfaceAddress(6), "The address with its prefix length"),
        sentence="An IPv6 address of the interface",
    ),
    Command(
        key="ipv6 address eui64",
        pattern=(
            *said("ipv6 address"),
            Argument("address", InterfaceAddress(6), "The network"),
            word("eui64", "With an interface identifier of the MAC address"),
        ),
        help="an IPv6 address made of the MAC address",
        support=Support.NOT_YET,
    ),
    command("ipv6 address autoconfig", sentence="An IPv6 address from router advertisements"),
    command("ipv6 address dhcp", Optional(REST), sentence="An IPv6 address by DHCP"),
    not_yet("ipv6 address suffix", "an IPv6 address of a delegated prefix"),
    Command(
        key="ipv6 address of a prefix",
        pattern=(
            *said("ipv6 address"),
            text("prefix name", "the name of a delegated prefix", "A delegated prefix"),
            Argument("address", InterfaceAddress(6), "The address below it"),
            Optional(REST),
        ),
        help="an IPv6 address of a delegated prefix",
        support=Support.NOT_YET,
    ),
    command("mtu", _MTU, sentence="The MTU of the interface"),
    _adjust_mss("ip"),
    _adjust_mss("ipv6"),
)

# Lines that the host brings up: PPP, PPPoE, tagged frames, cellular.
LINES: tuple[Command, ...] = (
    the_hosts("encapsulation", "PPP, or tags of VLANs"),
    the_hosts("ppp", "PPP"),
    the_hosts("keepalive", "PPP"),
    the_hosts("apn", "Cellular"),
    the_hosts("pppoe", "PPP over Ethernet"),
)

_FOREIGN = (
    "access-group",
    "arp",
    "atmf",
    "auth",
    "channel-group",
    "description",
    "dot1x",
    "duplex",
    "entity",
    "ip ddns",
    "ip dhcp",
    "ip helper-address",
    "ip igmp",
    "ip limited-local-proxy-arp",
    "ip local-proxy-arp",
    "ip mroute",
    "ip ospf",
    "ip pim",
    "ip proxy-arp",
    "ip redirects",
    "ip rip",
    "ip tcp",
    "ip verify",
    "ip vrf",
    "ip web-auth",
    "ipv6 dhcp",
    "ipv6 nd",
    "ipv6 ospf",
    "ipv6 rip",
    "ipv6 router",
    "ipv6 tcp",
    "linkflap",
    "lldp",
    "loop-protection",
    "mac",
    "mirror",
    "mls",
    "mtu-discovery",
    "polarity",
    "port-vlan-forwarding-priority",
    "power-inline",
    "service-policy",
    "snmp",
    "spanning-tree",
    "speed",
    "static-channel-group",
    "storm-control",
    "switchport",
    "thrash-limiting",
    "traffic-shaping",
    "trust",
    "vrrp",
)

INTERFACE: tuple[Command, ...] = (
    command(
        "shutdown",
        sentence="Switch the interface off; `no shutdown` switches it on",
        negation=Negation.SETS,
    ),
    *TUNNEL,
    *ADDRESSES,
    *LINES,
    command(
        "bridge-group",
        text("bridge", "the number of a bridge", "Its number"),
        Optional(REST),
        sentence="The bridge that the interface is a port of",
    ),
    *(not_yet(key, "filters: everything passes") for key in ("ip access-group", "ipv6 traffic-filter")),
    *(not_yet(key, "address translation of one interface") for key in ("ip nat", "nat")),
    *(not_ours(key) for key in _FOREIGN),
)
