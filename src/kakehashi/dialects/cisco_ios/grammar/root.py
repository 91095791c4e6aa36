"""The commands outside of any mode."""

from kakehashi.dialects.cisco_ios.grammar.access_list import LISTS
from kakehashi.dialects.cisco_ios.grammar.dial_in import GROUP
from kakehashi.dialects.cisco_ios.grammar.foreign import FOREIGN
from kakehashi.dialects.cisco_ios.grammar.ikev2 import IKEV2
from kakehashi.dialects.cisco_ios.grammar.ipsec import IPSEC
from kakehashi.dialects.cisco_ios.grammar.isakmp import ISAKMP
from kakehashi.dialects.cisco_ios.grammar.log import LOGGING
from kakehashi.dialects.cisco_ios.grammar.nat import NAT, ROUTE_MAP
from kakehashi.dialects.cisco_ios.grammar.pki import TRUSTPOINTS, TYPED
from kakehashi.dialects.cisco_ios.grammar.pseudowire import BLOCKS as PSEUDOWIRES
from kakehashi.dialects.cisco_ios.grammar.track import TRACKING
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
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Negation, Optional
from kakehashi.dialects.kinds import Address, Prefix, Text

_OPTIONS = Optional(
    Many(
        Either(
            (number("distance", 1, 255, "Distance metric for this route"),),
            (word("name"), text("route name", "a name", "Specify name of the next hop")),
            (word("tag"), number("tag", 1, 4294967295, "Tag value")),
            (flag("permanent"),),
            (word("track"), number("track", 1, 1000, "Tracked object number")),
            (flag("multicast", "A multicast route"),),
            (flag("unicast", "A unicast route"),),
            (flag("global", "The next hop is in no VRF"),),
        )
    )
)


def _target(version: int) -> Either:
    return Either(
        (Argument("next hop", Address(version), "Forwarding router's address"),),
        (flag("dhcp", "Default gateway obtained from DHCP"),),
        (
            interface("interface", "The interface"),
            Optional(
                Either(
                    (Argument("next hop", Address(version), "Forwarding router's address"),),
                    (word("dhcp", "The router that DHCP names"),),
                )
            ),
        ),
    )


ROUTES: tuple[Command, ...] = (
    command(
        "ip route",
        Argument("destination", Address(4), "Destination prefix"),
        Argument("mask", Mask(), "Destination prefix mask"),
        _target(4),
        _OPTIONS,
        sentence="Establish static routes",
    ),
    command(
        "ipv6 route",
        Argument("destination", Prefix(6), "Destination prefix"),
        _target(6),
        _OPTIONS,
        sentence="Configure static routes of IPv6",
    ),
    not_yet("ip route vrf", "VRFs: the route is left out"),
    not_yet("ipv6 route vrf", "VRFs: the route is left out"),
    not_ours("ip route static"),
    not_ours("ip route profile"),
    not_ours("ip route track"),
    not_yet("ip default-network", "a default route by a classful network"),
    not_yet("ip default-gateway", "a gateway for a device that does not route"),
)

_DOMAIN = text("domain", "a domain")
NAMES: tuple[Command, ...] = (
    Command(
        key="ip domain name",
        pattern=(*said("ip domain"), word("name", "The domain"), text("name", "a domain")),
        help="Define the default domain name",
    ),
    command("ip domain-name", text("name", "a domain"), sentence="Define the default domain name"),
    command(
        "ip name-server",
        Optional(Many(Argument("servers", Address(), "Domain server address"))),
        sentence="Specify address of name server to use",
    ),
    command("ip domain list", _DOMAIN, sentence="Domain name to complete unqualified host names"),
    Command(
        key="ip domain list",
        pattern=(*said("ip domain-list"), _DOMAIN),
        help="Domain name to complete unqualified host names",
    ),
    command("ip domain lookup", sentence="Enable DNS lookups", negation=Negation.SETS),
    Command(
        key="ip domain lookup",
        pattern=said("ip domain-lookup"),
        help="Enable DNS lookups",
        negation=Negation.SETS,
    ),
    command(
        "ip host",
        text("name", "a host name"),
        Optional(number("host port", 0, 65535, "A port")),
        Many(Argument("addresses", Address(4), "Its address")),
        sentence="Add an entry to the IP hostname table",
    ),
    Command(
        key="ip host",
        pattern=(
            *said("ipv6 host"),
            text("name", "a host name"),
            Optional(number("host port", 0, 65535, "A port")),
            Many(Argument("addresses", Address(6), "Its address")),
        ),
        help="Add an entry to the table of host names, of IPv6",
    ),
    not_ours("ip domain lookup source-interface"),
)

ROOT: tuple[Command, ...] = (
    command(
        "hostname",
        Argument("name", Text(), "This system's network name"),
        sentence="Set system's network name",
    ),
    *NAMES,
    Command(
        key="interface",
        pattern=(
            *said("interface"),
            interface("name"),
            Optional(
                Either(
                    (word("point-to-point", "A line with two ends"),),
                    (word("multipoint", "A line with many ends"),),
                    (word("type", "The type of a template"), text("type", "tunnel")),
                )
            ),
        ),
        help="Select an interface to configure",
        enters="interface",
    ),
    *LOGGING,
    *ROUTES,
    *TRACKING,
    *NAT,
    ROUTE_MAP,
    *LISTS,
    *ISAKMP,
    *IPSEC,
    *IKEV2,
    *TRUSTPOINTS,
    not_yet("crypto pki server", "a certification authority", enters="later"),
    not_yet("crypto pki profile", "certificates", enters="later"),
    *TYPED,
    not_yet("crypto pki", "certificates"),
    not_yet("crypto ca", "certificates", enters="later"),
    not_yet("crypto identity", "identities of certificates", enters="later"),
    not_yet("crypto key", "RSA keys", enters="later"),
    not_ours("crypto engine"),
    not_ours("crypto logging"),
    not_ours("crypto mib"),
    not_ours("crypto wui"),
    not_ours("crypto provisioning"),
    not_ours("crypto eli"),
    not_yet("crypto tls-tunnel", "remote access", enters="later"),
    not_yet("crypto vti", "remote access"),
    not_yet("crypto webvpn", "remote access", enters="later"),
    not_yet("crypto sdwan", "SD-WAN", enters="later"),
    not_yet("crypto gdoi", "GET VPN", enters="later"),
    not_yet("crypto gkm", "GET VPN", enters="later"),
    not_yet("crypto call admission", "limits of negotiations"),
    not_yet("crypto vpn", "remote access", enters="later"),
    not_yet("crypto ssl", "remote access", enters="later"),
    not_yet("crypto xauth", "XAUTH"),
    the_hosts("dialer-list", "Which packets bring a line up"),
    the_hosts("vpdn enable", "Virtual private dialup network"),
    GROUP,
    the_hosts("bba-group", "PPP over Ethernet"),
    *PSEUDOWIRES,
    *FOREIGN,
)
