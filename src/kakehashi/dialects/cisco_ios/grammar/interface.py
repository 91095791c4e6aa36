"""The commands of `interface NAME` (CI-08, CI-10, CI-11, CI-15)."""

from kakehashi.dialects.cisco_ios.grammar.ipsec import DF_BIT, FRAGMENTATION
from kakehashi.dialects.cisco_ios.grammar.nhrp import nhrp
from kakehashi.dialects.cisco_ios.grammar.pseudowire import XCONNECT
from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
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
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.cisco_ios.kinds import Mask
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional, Support
from kakehashi.dialects.kinds import Address, HostName, InterfaceAddress

_MTU = number("mtu", 68, 65535, "Octets")
_IN_OUT = Either(
    (word("in", "Inbound packets", ("direction", "in")),),
    (word("out", "Outbound packets", ("direction", "out")),),
)

TUNNEL: tuple[Command, ...] = (
    command(
        "tunnel source",
        Either(
            (Argument("source", Address(), "Our address"),),
            (word("dynamic", "By the route", ("dynamic", True)),),
            (interface("source interface", "The interface that has our address"),),
        ),
        sentence="Source of tunnel packets",
    ),
    command(
        "tunnel destination",
        Either(
            (word("dynamic", "From a server", ("dynamic", True)),),
            (Argument("destination", Address(), "The peer's address"),),
            (Argument("destination", HostName(), "The peer's name"),),
        ),
        sentence="Destination of tunnel",
    ),
    command(
        "tunnel mode ipsec",
        Either(
            (word("ipv4", "IPSec over IPv4", ("version", 4)),),
            (word("ipv6", "IPSec over IPv6", ("version", 6)),),
            (word("dual-overlay", "IPv4 and IPv6", ("version", 0)),),
        ),
        Optional(
            Either(
                (word("v6-overlay", "IPv6 in the tunnel", ("overlay", 6)),),
                (word("v4-overlay", "IPv4 in the tunnel", ("overlay", 4)),),
            )
        ),
        sentence="IPSec tunnel encapsulation",
    ),
    command(
        "tunnel protection ipsec profile",
        text("profile", "the name of an IPsec profile"),
        Optional(flag("shared", "Shared with other tunnels")),
        Optional(word("isakmp-profile"), text("isakmp profile", "the name of an ISAKMP profile")),
        Optional(
            word("ikev2-profile", "An IKEv2 profile"), text("ikev2 profile", "the name of an IKEv2 profile")
        ),
        sentence="Use an IPsec profile",
    ),
    command(
        "tunnel protection ipsec policy",
        Either((word("ipv4"),), (word("ipv6"),)),
        text("list", "an access list"),
        sentence="The traffic selectors of the tunnel",
    ),
    command("tunnel mode gre multipoint", sentence="Generic route encapsulation with many peers (DMVPN)"),
    command(
        "tunnel mode gre",
        Either(
            (word("ip", "GRE over IPv4", ("version", 4)),), (word("ipv6", "GRE over IPv6", ("version", 6)),)
        ),
        sentence="Generic route encapsulation, what a tunnel is unless said",
    ),
    not_yet("tunnel mode", "a tunnel of another kind"),
    not_yet("tunnel vrf", "VRFs: the peer is looked for in the one table"),
    command("tunnel key", number("key", 0, 4294967295, "The key"), sentence="The key of GRE"),
    command("tunnel checksum", sentence="A checksum in each GRE packet"),
    command("tunnel sequence-datagrams", sentence="A sequence number in each GRE packet"),
    command(
        "tunnel route-via",
        interface("by", "The interface that carries the tunnel"),
        Optional(
            Either(
                (word("mandatory", "By it alone", ("mandatory", True)),),
                (word("preferred", "By others where no route leads by it"),),
            )
        ),
        sentence="Use the routes of one interface for the tunnel",
    ),
    not_ours("tunnel path-mtu-discovery"),
    not_ours("tunnel bandwidth"),
    not_ours("tunnel tos"),
    not_ours("tunnel ttl"),
    *nhrp("ip", 4),
    *nhrp("ipv6", 6),
    not_yet("nhrp", "NHRP"),
    not_yet("tunnel vxlan", "VXLAN"),
    not_ours("tunnel flow"),
    not_ours("tunnel udlr"),
    not_ours("tunnel mpls"),
    not_ours("tunnel entropy"),
    command(
        "keepalive",
        Optional(
            number("period", 0, 32767, "Seconds between two; 0 switches them off"),
            Optional(number("retries", 1, 255, "So many in vain, and the line protocol is down")),
        ),
        sentence="Ask the other end of a GRE tunnel to return a packet",
    ),
)

ADDRESSES: tuple[Command, ...] = (
    command(
        "ip address",
        Either(
            (
                Argument("address", Address(4), "The address"),
                Argument("mask", Mask(), "Its mask"),
                Optional(flag("secondary", "Besides the first")),
            ),
            (
                flag("dhcp", "By DHCP"),
                Optional(
                    Either(
                        (word("hostname"), text("dhcp hostname", "a name")),
                        (word("client-id", "The client's ID"), interface("client-id")),
                    )
                ),
            ),
            (flag("negotiated", "From PPP"), Optional(flag("previous", "The last one if possible"))),
        ),
        sentence="Set the IP address of an interface",
    ),
    command(
        "ip unnumbered",
        interface("interface", "The interface that lends its address"),
        Optional(flag("poll", "Look for hosts")),
        sentence="Enable IP processing without an explicit address",
    ),
    command(
        "ipv6 unnumbered",
        interface("interface", "The interface that lends its address"),
        sentence="Use the IPv6 address of another interface",
    ),
    command("ipv6 enable", sentence="Enable IPv6 on interface"),
    command(
        "ipv6 address",
        Argument("address", InterfaceAddress(6), "The address with its prefix length"),
        Optional(flag("eui-64", "With an interface identifier of the MAC address")),
        Optional(flag("anycast", "An anycast address")),
        sentence="Configure IPv6 address on interface",
    ),
    Command(
        key="ipv6 address link-local",
        pattern=(
            *said("ipv6 address"),
            Argument("address", Address(6), "The address"),
            word("link-local", "The link-local address"),
        ),
        help="The link-local address",
        support=Support.NOT_OURS,
    ),
    command(
        "ipv6 address autoconfig",
        Optional(flag("default", "Insert default route")),
        sentence="Obtain address using autoconfiguration",
    ),
    command(
        "ipv6 address dhcp",
        Optional(flag("rapid-commit", "Enable Rapid-Commit")),
        sentence="Obtain IPv6 address from DHCP server",
    ),
    not_yet("ip address pool", "an address from a pool"),
    Command(
        key="ipv6 address of a prefix",
        pattern=(
            *said("ipv6 address"),
            text("prefix name", "the name of a delegated prefix", "A delegated prefix"),
            Argument("address", InterfaceAddress(6), "The address below it"),
            Optional(flag("eui-64", "With an interface identifier of the MAC address")),
        ),
        help="an IPv6 address of a delegated prefix",
        support=Support.NOT_YET,
    ),
    command("ip mtu", _MTU, sentence="Set IP Maximum Transmission Unit"),
    command("mtu", _MTU, sentence="Set the interface Maximum Transmission Unit (MTU)"),
    not_yet("ipv6 mtu", "an MTU for IPv6 alone"),
    command(
        "ip tcp adjust-mss", number("mss", 500, 1460, "Octets"), sentence="Adjust the mss of transit packets"
    ),
    command(
        "ipv6 tcp adjust-mss",
        number("mss", 40, 1940, "Octets"),
        sentence="Adjust the mss of transit packets of IPv6",
    ),
    command(
        "ip access-group",
        text("list", "an access list"),
        _IN_OUT,
        sentence="Specify access control for packets",
    ),
    command(
        "ipv6 traffic-filter",
        text("list", "an access list"),
        _IN_OUT,
        sentence="Access control list for packets",
    ),
    command(
        "ip nat",
        Either(
            (word("inside", "", ("side", "inside")),),
            (word("outside", "", ("side", "outside")),),
        ),
        sentence="NAT interface commands",
    ),
    not_yet("ip nat enable", "NAT by a virtual interface"),
    not_yet("ip vrf forwarding", "VRFs: all interfaces share one table"),
    not_yet("vrf forwarding", "VRFs: all interfaces share one table"),
)

# PPP over Ethernet and what belongs to it: the host brings the line up (CI-11).
PPP: tuple[Command, ...] = (
    the_hosts("pppoe enable", "Enable pppoe"),
    the_hosts("pppoe-client", "pppoe client"),
    the_hosts("pppoe max-sessions", "pppoe sessions"),
    the_hosts("encapsulation ppp", "Point-to-Point Protocol"),
    the_hosts("dialer pool-member", "The pool of a line"),
    the_hosts("dialer pool", "The pool whose lines are used"),
    the_hosts("dialer", "Dial-on-demand routing (DDR) commands"),
    the_hosts("dialer-group", "Assign interface to dialer-list"),
    the_hosts("ppp", "Point-to-Point Protocol"),
    the_hosts("encapsulation", "Encapsulation"),
    the_hosts("vpdn", "Virtual private dialup network"),
    the_hosts("peer default ip", "Addresses of the other end"),
    the_hosts("peer default ipv6", "Prefixes of the other end"),
)

INTERFACE: tuple[Command, ...] = (
    command(
        "shutdown",
        sentence="Shutdown the selected interface",
        negation=Negation.SETS,
    ),
    Command(
        key="crypto map",
        pattern=(
            *said("crypto map"),
            text("map", "the name of a crypto map"),
            Optional(word("redundancy", "With a standby group"), text("redundancy", "a group")),
        ),
        help="Assign a Crypto Map",
    ),
    Command(
        key="crypto map",
        pattern=(*said("ipv6 crypto map"), text("map", "the name of a crypto map")),
        help="Assign a Crypto Map of IPv6",
    ),
    not_yet("crypto ipsec client ezvpn", "Easy VPN"),
    DF_BIT,
    FRAGMENTATION,
    *TUNNEL,
    *ADDRESSES,
    *PPP,
    XCONNECT,
    *(
        not_ours(key)
        for key in (
            "description",
            "cdp enable",
            "duplex",
            "speed",
            "negotiation",
            "media-type",
            "bandwidth",
            "delay",
            "load-interval",
            "hold-queue",
            "service-policy",
            "switchport",
            "spanning-tree",
            "standby",
            "vrrp",
            "zone-member",
            "ip policy",
            "ip inspect",
            "ip virtual-reassembly",
            "ip verify",
            "ip redirects",
            "ip unreachables",
            "ip proxy-arp",
            "ip directed-broadcast",
            "ip mroute-cache",
            "ip route-cache",
            "ip ospf",
            "ip rip",
            "ip pim",
            "ip igmp",
            "ip helper-address",
            "ip flow",
            "ip nbar",
            "ip authentication",
            "ip summary-address",
            "ip hello-interval",
            "ip hold-time",
            "ipv6 ospf",
            "ipv6 nd",
            "ipv6 rip",
            "ipv6 dhcp",
            "ipv6 inspect",
            "ipv6 verify",
            "channel-group",
            "no-address",
            "arp",
            "snmp",
            "logging event",
            "mac-address",
            "fair-queue",
            "random-detect",
            "traffic-shape",
            "rate-limit",
            "max-reserved-bandwidth",
            "carrier-delay",
            "clock rate",
            "qos",
            "mls",
            "macro",
            "storm-control",
            "lldp",
            "auto",
            "backup",
            "if-state",
            "authentication",
            "clns",
            "cts",
            "device-tracking",
            "dot1x",
            "ip admission",
            "ip arp",
            "ip dhcp",
            "ip dns view-group",
            "ip ips",
            "ip multicast",
            "ip rsvp",
            "ip vrf sitemap",
            "ip wccp",
            "isdn",
            "mac",
            "mop",
            "mpls",
            "ntp",
            "power inline",
            "redundancy",
            "rmon",
            "service instance",
            "udld",
            "vlan-id",
        )
    ),
)
