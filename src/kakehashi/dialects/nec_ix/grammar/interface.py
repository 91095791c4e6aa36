"""The commands of `interface NAME`."""

from kakehashi.dialects.grammar import (
    Argument,
    Command,
    Either,
    Many,
    Negation,
    Optional,
    Pattern,
    Support,
    Word,
)
from kakehashi.dialects.kinds import Address, Choice, HostName, InterfaceAddress, Number, Text
from kakehashi.dialects.nec_ix.grammar.policy import IDENTITY, ON_INTERFACE
from kakehashi.dialects.nec_ix.grammar.ppp import BINDING
from kakehashi.dialects.nec_ix.grammar.translation import FILTERS, TRANSLATION
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.words import METHODS
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import AdjustMss
from kakehashi.model.policy import DfBit

_REST = Argument("rest", Text("anything"), rest=True)
_IP = Word("ip", "IPv4")
_IPV6 = Word("ipv6", "IPv6")
_MTU = Number(68, 65535)
_TUNNEL = Word("tunnel", "The kind of tunnel")


def _adjust_mss(version: Word, key: str) -> Command:
    return Command(
        key=key,
        pattern=(
            version,
            Word("tcp", "TCP"),
            Word("adjust-mss", "Fit the MSS of TCP"),
            Either(
                (Word("auto", "To the MTU", sets=("mss", AdjustMss.AUTO)),),
                (Argument("mss", Number(1, 65535), "Octets"),),
            ),
        ),
        help="Fit the MSS of TCP connections to the tunnel, so that nothing needs fragments",
    )


_PEER: tuple[Pattern, ...] = (
    Word("authentication", "How the peer proves who it is"),
    Argument("method", Choice(METHODS), "The way of proof"),
    Optional(*IDENTITY),
)

OTHER_MODES: dict[str, str] = {
    "l2tp-lns": "L2TP",
    "gre": "GRE",
    "4-over-6": "IPv4 in IPv6",
    "6-over-4": "IPv6 in IPv4",
    "map-e": "MAP-E",
}

_OF_OTHER_MODES: dict[str, str] = {
    "key": "The key of GRE",
    "checksum": "The checksum of GRE",
    "sequence": "The sequence of GRE",
    "ttl": "How far its packets go",
    "tos": "The type of service of its packets",
    "adjust-mss": "The MSS",
    "df-bit": "The DF bit",
    "keepalive": "Is the other end alive?",
    "path-mtu-discovery": "The MTU",
}

_POLICY_OPTION = Either(
    # Older devices write the direction, and know no other.
    (Word("out", "What leaves by the tunnel"),),
    (
        Word("mtu", "MTU"),
        Word("ignore", "Fragment even what forbids it", sets=("mtu_ignore", True)),
    ),
    (Word("pre-fragment", "Fragment, then encrypt", sets=("pre_fragment", True)),),
    (
        Word("df-bit", "The DF bit of what leaves"),
        Either(
            (Word("copy", "As the packet inside has it", sets=("df_bit", DfBit.COPY)),),
            (Word("clear", "Off", sets=("df_bit", DfBit.CLEAR)),),
            (Word("set", "On", sets=("df_bit", DfBit.SET)),),
            # The IX2000 and IX3000 have it where others write `mtu ignore`.
            (Word("ignore", "Fragment even what forbids it", sets=("mtu_ignore", True)),),
        ),
    ),
    (Word("without-id-payload", "Phase 2 sends no identities", sets=("sends_identities", False)),),
    (Word("with-id-payload", "Phase 2 sends identities", sets=("sends_identities", True)),),
)

TUNNEL: tuple[Command, ...] = (
    Command(
        key="tunnel mode ipsec-ikev2",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Word("mode", "The kind of tunnel"),
            Word("ipsec-ikev2", "IPsec with IKEv2"),
        ),
        help="The tunnel is IPsec with IKEv2",
    ),
    Command(
        key="ikev2 peer",
        pattern=(
            Word("ikev2", "IKEv2"),
            Word("peer", "The other end"),
            Either(
                (Word("any", "Of unknown address", sets=("peer", ANY)),),
                (Argument("peer", Address(), "Its address"),),
                (Argument("peer", HostName(), "Its name in the DNS"),),
            ),
            *_PEER,
        ),
        help="The other end of the tunnel, and how it proves who it is",
    ),
    Command(
        key="ikev2 peer",
        pattern=(
            Word("ikev2", "IKEv2"),
            Either(
                (Word("peer-fqdn-ipv4", "By name, over IPv4", sets=("version", 4)),),
                (Word("peer-fqdn-ipv6", "By name, over IPv6", sets=("version", 6)),),
            ),
            Argument("peer", HostName(), "Its name in the DNS"),
            *_PEER,
        ),
        help="The other end of the tunnel by its name, over one IP version",
    ),
    Command(
        key="ikev2 binding",
        pattern=(
            Word("ikev2", "IKEv2"),
            Word("binding", "Use a profile"),
            Argument("profile", Text("the name of a profile"), "Its name"),
        ),
        help="The profile whose policy this tunnel uses",
    ),
    *ON_INTERFACE,
    Command(
        key="tunnel mode ipsec",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Word("mode", "The kind of tunnel"),
            Word("ipsec", "IPsec with IKEv1"),
        ),
        help="The tunnel is IPsec with IKEv1",
    ),
    Command(
        key="tunnel mode l2tp-lns ipsec",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Word("mode", "The kind of tunnel"),
            Word("l2tp-lns", "L2TP"),
            Word("ipsec", "Inside IPsec with IKEv1"),
        ),
        help="The tunnel is L2TP inside IPsec with IKEv1",
    ),
    Command(
        key="tunnel mode ether-ip",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Word("mode", "The kind of tunnel"),
            Word("ether-ip", "EtherIP"),
            Either(
                (Word("ip", "Over IPv4", sets=("version", 4)),),
                (Word("ipv6", "Over IPv6", sets=("version", 6)),),
                (Word("ipsec", "Inside IPsec with IKEv1", sets=("ike", 1)),),
                (Word("ipsec-ikev2", "Inside IPsec with IKEv2", sets=("ike", 2)),),
            ),
        ),
        help="The tunnel carries Ethernet frames, by EtherIP",
    ),
    Command(
        key="tunnel mode gre",
        pattern=(_TUNNEL, Word("mode", "The kind of tunnel"), Word("gre", "GRE"), Word("ip", "Over IPv4")),
        help="The tunnel is GRE over IPv4",
    ),
    Command(
        key="tunnel source",
        pattern=(
            _TUNNEL,
            Word("source", "Our end"),
            Either(
                (Argument("address", Address(), "Its address"),),
                (Argument("interface", InterfaceName(), "The interface that has the address"),),
            ),
        ),
        help="Our end of a tunnel of GRE or EtherIP",
    ),
    Command(
        key="tunnel destination",
        pattern=(
            _TUNNEL,
            Word("destination", "The other end"),
            Argument("address", Address(), "Its address"),
        ),
        help="The other end of a tunnel of GRE or EtherIP",
    ),
    Command(
        key="tunnel key",
        pattern=(_TUNNEL, Word("key", "The key of GRE"), Argument("key", Number(0, 4294967295), "The key")),
        help="The key of GRE",
    ),
    Command(
        key="tunnel checksum",
        pattern=(_TUNNEL, Word("checksum", "The checksum of GRE")),
        help="A checksum in each GRE packet",
    ),
    Command(
        key="tunnel mode",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Word("mode", "The kind of tunnel"),
            Either(*((Word(mode, sentence, sets=("mode", mode)),) for mode, sentence in OTHER_MODES.items())),
            Optional(_REST),
        ),
        help="a tunnel of another kind",
        support=Support.NOT_YET,
    ),
    Command(
        key="tunnel",
        pattern=(
            Word("tunnel", "The kind of tunnel"),
            Either(
                *((Word(word, sentence, sets=("what", word)),) for word, sentence in _OF_OTHER_MODES.items())
            ),
            Optional(_REST),
        ),
        help="it is of a tunnel of another kind",
        support=Support.NOT_YET,
    ),
    Command(
        key="map-e",
        pattern=(Word("map-e", "MAP-E"), _REST),
        help="MAP-E",
        support=Support.NOT_YET,
    ),
    Command(
        key="ipsec policy",
        pattern=(
            Word("ipsec", "IPsec with IKEv1"),
            Word("policy", "What protects the tunnel"),
            Either(
                (Word("tunnel", "Tunnel mode", sets=("mode", EncapsulationMode.TUNNEL)),),
                (Word("transport", "Transport mode", sets=("mode", EncapsulationMode.TRANSPORT)),),
            ),
            Argument("map", Text("the name of a map"), "The map"),
            Optional(Many(_POLICY_OPTION)),
        ),
        help="The map of the tunnel, and how its packets are treated",
    ),
)

ADDRESSES: tuple[Command, ...] = (
    Command(
        key="ip address",
        pattern=(
            _IP,
            Word("address", "The address"),
            Either(
                (
                    Argument("address", InterfaceAddress(4), "The address with its prefix length"),
                    Optional(Word("secondary", "Besides the first", sets=("secondary", True))),
                ),
                (
                    Word("dhcp", "By DHCP", sets=("dhcp", True)),
                    Optional(
                        Word("receive-default", "With the default route", sets=("receive_default", True))
                    ),
                ),
                (Word("ipcp", "From PPP", sets=("ipcp", True)),),
            ),
        ),
        help="The IPv4 address of the interface",
    ),
    Command(
        key="ip address map-e",
        pattern=(_IP, Word("address", "The address"), Word("map-e", "From MAP-E"), Optional(_REST)),
        help="an address from MAP-E",
        support=Support.NOT_YET,
    ),
    Command(
        key="ip unnumbered",
        pattern=(
            _IP,
            Word("unnumbered", "Borrow an address"),
            Argument("interface", InterfaceName(), "From this interface"),
        ),
        help="Use the IPv4 address of another interface",
    ),
    Command(
        key="ipv6 unnumbered",
        pattern=(
            _IPV6,
            Word("unnumbered", "Borrow an address"),
            Argument("interface", InterfaceName(), "From this interface"),
        ),
        help="Use the IPv6 address of another interface",
    ),
    Command(key="ipv6 enable", pattern=(_IPV6, Word("enable", "Switch it on")), help="Switch IPv6 on"),
    Command(
        key="ipv6 address",
        pattern=(
            _IPV6,
            Word("address", "The address"),
            Argument("address", InterfaceAddress(6), "The address with its prefix length"),
        ),
        help="An IPv6 address of the interface",
    ),
    Command(
        key="ipv6 address autoconfig",
        pattern=(
            _IPV6,
            Word("address", "The address"),
            Word("autoconfig", "By router advertisement"),
            Optional(Word("receive-default", "With the default route", sets=("receive_default", True))),
        ),
        help="An IPv6 address from router advertisements",
    ),
    Command(
        key="ipv6 dhcp client",
        pattern=(
            _IPV6,
            Word("dhcp", "By DHCP"),
            Word("client", "The address is asked for"),
            Argument("profile", Text("the name of a profile"), "What is asked for"),
        ),
        help="An IPv6 address by DHCP",
    ),
    Command(
        key="ip mtu",
        pattern=(_IP, Word("mtu", "MTU"), Argument("mtu", _MTU, "Octets")),
        help="The MTU of the interface",
    ),
    Command(
        key="ipv6 mtu",
        pattern=(_IPV6, Word("mtu", "MTU"), Argument("mtu", _MTU, "Octets")),
        help="an MTU for IPv6 alone",
        support=Support.NOT_YET,
    ),
    _adjust_mss(_IP, "ip tcp adjust-mss"),
    _adjust_mss(_IPV6, "ipv6 tcp adjust-mss"),
)

INTERFACE: tuple[Command, ...] = (
    Command(
        key="shutdown",
        pattern=(Word("shutdown", "Switch the interface off"),),
        help="Switch the interface off; `no shutdown` switches it on",
        negation=Negation.SETS,
    ),
    *TUNNEL,
    *ADDRESSES,
    *TRANSLATION,
    *FILTERS,
    BINDING,
    Command(
        key="ip proxy-arp",
        pattern=(_IP, Word("proxy-arp", "Answer for others")),
        help="Answer for addresses that are reached by way of this device",
    ),
    Command(
        key="bridge-group",
        pattern=(Word("bridge-group", "The bridge"), Argument("group", Number(1, 65535), "Its number")),
        help="The bridge that the interface is a port of",
    ),
    Command(
        key="bridge",
        pattern=(Word("bridge", "How frames are carried on"), _REST),
        help="How frames are carried on",
        support=Support.NOT_OURS,
    ),
    Command(
        key="description",
        pattern=(Word("description", "A remark"), _REST),
        help="A remark",
        support=Support.NOT_OURS,
    ),
)
