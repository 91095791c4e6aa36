"""`ip nhrp` and `ipv6 nhrp` of a tunnel interface (DMVPN)."""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import (
    command,
    flag,
    not_yet,
    number,
    secret,
    word,
)
from kakehashi.dialects.cisco_ios.kinds import Mask
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern
from kakehashi.dialects.kinds import Address, HostName


def nhrp(ip: str, version: int) -> tuple[Command, ...]:
    """The commands for one version of IP in the tunnel; `ip` is its word."""

    def line(key: str, *pattern: Pattern, sentence: str) -> Command:
        return command(f"{ip} nhrp {key}", *pattern, sentence=sentence)

    nbma = Either(
        (Argument("nbma", Address(), "The address below the tunnel"),),
        (Argument("nbma name", HostName(), "The name of the host"),),
    )
    more = (
        Optional(flag("multicast", "Multicast packets go to it, too")),
        Optional(
            word("priority", "Which is asked first"), number("priority", 0, 255, "The smaller the sooner")
        ),
        Optional(word("cluster", "A group of servers"), number("cluster", 0, 10, "Its number")),
    )
    mask = (Optional(Argument("mask", Mask(), "Its mask")),) if version == 4 else ()
    return (
        line(
            "network-id", number("network", 1, 4294967295, "The number"), sentence="NHRP network identifier"
        ),
        line("authentication", secret(), sentence="Authentication string"),
        line("holdtime", number("seconds", 1, 65535, "Seconds"), sentence="Advertised holdtime"),
        line(
            "map multicast",
            Either(
                (flag("dynamic", "All who register"),),
                (Argument("nbma", Address(), "The address below the tunnel"),),
            ),
            sentence="Where multicast packets go",
        ),
        line(
            "map",
            Argument("address", Address(version), "The address in the tunnel"),
            *mask,
            Argument("nbma", Address(), "The address below the tunnel"),
            sentence="Map an address to the one below the tunnel",
        ),
        line(
            "nhs",
            Either(
                (flag("dynamic", "The server says its address"),),
                (Argument("server", Address(version), "The server's address in the tunnel"),),
            ),
            Optional(word("nbma", "Where it is below the tunnel"), nbma),
            *more,
            sentence="Specify a next hop server",
        ),
        line(
            "redirect",
            Optional(word("timeout", "How often"), number("timeout", 2, 30, "Seconds")),
            sentence="Enable NHRP redirect traffic indication",
        ),
        line("shortcut", sentence="Enable shortcut switching"),
        line("registration no-unique", sentence="Do not set the unique flag"),
        line(
            "registration timeout",
            number("seconds", 1, 65535, "Seconds"),
            sentence="Seconds between registrations",
        ),
        not_yet(f"{ip} nhrp", "NHRP"),
    )
