"""The commands outside of any mode."""

from kakehashi.dialects.awplus.grammar.crypto import CRYPTO
from kakehashi.dialects.awplus.grammar.foreign import FOREIGN
from kakehashi.dialects.awplus.grammar.log import LOG
from kakehashi.dialects.awplus.grammar.vocabulary import (
    REST,
    command,
    not_ours,
    not_yet,
    number,
    text,
    word,
)
from kakehashi.dialects.awplus.interfaces import NULL, InterfaceName
from kakehashi.dialects.awplus.kinds import Mask
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional
from kakehashi.dialects.kinds import Address, Prefix, Text


def _route(word_: str, version: int) -> Command:
    next_hop = Argument("next hop", Address(version), "The next hop")
    interface = Argument("interface", InterfaceName(), "The interface")
    network = (Argument("prefix", Prefix(version), "The destination"),)
    with_mask = (
        Argument("network", Address(4), "The destination"),
        Argument("mask", Mask(), "Its mask"),
    )
    return command(
        f"{word_} route",
        Either(network, with_mask) if version == 4 else network[0],
        Either(
            (next_hop, Optional(interface)),
            (word(NULL, "Packets are thrown away", ("interface", NULL)),),
            (interface, Optional(next_hop)),
        ),
        Optional(word("nexthop-nhrp", "The next hop is learnt by NHRP")),
        Optional(number("distance", 1, 255, "The smaller wins")),
        Optional(word("description", "A remark"), REST),
        sentence=f"A static route of IPv{version}",
    )


NAMES: tuple[Command, ...] = (
    command(
        "ip name-server",
        Argument("server", Address(), "Its address"),
        Optional(word("suffix-list", "For these domains alone"), text("suffixes", "the name of a list")),
        sentence="A server that is asked for the addresses of names",
    ),
    command(
        "ip domain-lookup",
        Optional(REST),
        sentence="Ask name servers for the addresses of names",
        negation=Negation.SETS,
    ),
    command("ip domain-name", text("domain", "a domain"), sentence="The domain of names without one"),
    command("ip domain-list", text("domain", "a domain"), sentence="Another domain of names without one"),
)

ROOT: tuple[Command, ...] = (
    command("hostname", Argument("name", Text(), "The name"), sentence="The name of this device"),
    command(
        "interface",
        Argument("name", InterfaceName(several=True), "Its name"),
        sentence="The settings of an interface",
        enters="interface",
    ),
    _route("ip", 4),
    _route("ipv6", 6),
    not_yet("ip route vrf", "VRFs: the route is left out"),
    not_yet("ipv6 route vrf", "VRFs: the route is left out"),
    not_ours("ip route static"),
    *NAMES,
    *LOG,
    Command(
        key="bridge",
        pattern=(word("bridge"), text("bridge", "the number of a bridge", "Its number")),
        help="A bridge, whose ports are one LAN",
    ),
    command(
        "l2tp unmanaged port",
        number("port", 1, 65535, "The port"),
        sentence="The UDP port of L2TPv3, at both ends",
    ),
    *CRYPTO,
    *FOREIGN,
)
