"""The commands of `l2tp-class`, `pseudowire-class` and `xconnect`.

They have modes of their own, since some begin as commands of the whole device do (`hostname`, `ip local`).
The lowering reads the words behind them.
"""

from kakehashi.dialects.cisco_ios.grammar.vocabulary import REST, command, not_ours, not_yet
from kakehashi.dialects.cisco_ios.interfaces import interface
from kakehashi.dialects.grammar import Command, Optional


def _words(key: str, sentence: str, enters: str | None = None) -> Command:
    return command(key, Optional(REST), sentence=sentence, enters=enters)


BLOCKS: tuple[Command, ...] = (
    _words("l2tp-class", "How control connections of L2TPv3 are made", enters="l2tp-class"),
    _words("pseudowire-class", "How Ethernet goes to other sites", enters="pseudowire-class"),
)

XCONNECT = _words("xconnect", "Ethernet to another site by L2TPv3", enters="xconnect")

L2TP_CLASS: tuple[Command, ...] = (
    _words("cookie size", "Octets of the cookie that we ask for"),
    _words("digest", "How control messages are authenticated (RFC 3931)"),
    _words("hello", "Seconds of silence before the peer is asked"),
    _words("hidden", "Values are hidden by the secret"),
    _words("hostname", "The name of this end"),
    _words("receive-window", "How many control messages are taken at once"),
    _words("retransmit", "How often, and after how long, a control message is sent again"),
    not_yet("authentication", "the authentication of L2TPv2 in L2TPv3; `digest secret` is that of RFC 3931"),
    not_ours("password"),
    not_ours("security"),
    not_ours("timeout"),
)

PSEUDOWIRE_CLASS: tuple[Command, ...] = (
    _words("encapsulation", "What carries the frames"),
    _words("interworking", "What both ends have in common"),
    command("ip local interface", interface("interface"), sentence="The interface that has our address"),
    _words("protocol", "What makes the sessions"),
    _words("sequencing", "Are frames numbered?"),
    not_yet("ip protocol", "another protocol number than 115"),
    *(
        not_ours(key)
        for key in ("ip dfbit", "ip pmtu", "ip tos", "ip ttl", "preferred-path", "status", "vccv")
    ),
)

OF_XCONNECT: tuple[Command, ...] = (
    _words("l2tp id", "The Session IDs: ours, and the peer's"),
    _words("l2tp cookie", "A cookie: the one in what comes, or in what is sent"),
    not_yet("backup", "another peer for when this one is gone"),
    not_ours("l2tp hello"),
    not_ours("mtu"),
)
