"""The commands of `ppp profile NAME`, as far as people dial in by them (manual 2.7, command reference "PPP").

A profile serves PPPoE too, which the host brings up: what only that needs is nobody's here.
"""

from kakehashi.dialects.grammar import Argument, Command, Negation, Optional, Word
from kakehashi.dialects.kinds import Address, Choice, Number, Text
from kakehashi.dialects.nec_ix.kinds import PASSWORD
from kakehashi.model.l2tp_server import LoginMethod

_AUTHENTICATION = Word("authentication", "Who may come in")
_LCP = Word("lcp", "The link")
_IPCP = Word("ipcp", "Its addresses")
_CHAP, _PAP = LoginMethod.CHAP, LoginMethod.PAP

PROFILE = Command(
    key="ppp profile",
    pattern=(
        Word("ppp", "PPP"),
        Word("profile", "A named set of PPP's settings"),
        Argument("name", Text("the name of the profile"), "Its name"),
    ),
    help="How PPP is spoken on the interfaces that bind the profile",
    enters="ppp profile",
)

BINDING = Command(
    key="ppp binding",
    pattern=(
        Word("ppp", "PPP"),
        Word("binding", "Use a profile"),
        Argument("profile", Text("the name of a PPP profile"), "Its name"),
    ),
    help="The PPP profile of the interface",
)

PPP: tuple[Command, ...] = (
    Command(
        key="authentication request",
        pattern=(
            _AUTHENTICATION,
            Word("request", "How the other side is to prove who it is"),
            Argument(
                "methods",
                Choice(
                    {
                        "chap": ((_CHAP,), "CHAP"),
                        "pap": ((_PAP,), "PAP"),
                        "chap-pap": ((_CHAP, _PAP), "CHAP, else PAP"),
                    }
                ),
                "The way of proof",
            ),
        ),
        help="What the other side is asked for",
    ),
    Command(
        key="authentication password",
        pattern=(
            _AUTHENTICATION,
            Word("password", "A user"),
            Argument("user", Text("the name of a user"), "The user's name"),
            Argument("password", PASSWORD, "The user's password", secret=True),
        ),
        help="A user with a password",
    ),
    Command(
        key="lcp mru",
        pattern=(_LCP, Word("mru", "Frames"), Argument("mru", Number(128, 1500), "Octets")),
        help="The largest frame that is taken",
    ),
    Command(
        key="lcp echo-interval",
        pattern=(_LCP, Word("echo-interval", "Echo"), Argument("seconds", Number(1, 3600), "Seconds")),
        help="How often the other side is asked whether it is there",
    ),
    Command(
        key="lcp echo-retry",
        pattern=(_LCP, Word("echo-retry", "Echo"), Argument("number", Number(1, 255), "How many")),
        help="So many unanswered echo requests end the link",
    ),
    Command(
        key="echo",
        pattern=(Word("echo", "Is the other side there?"),),
        help="Ask the other side whether it is there",
        negation=Negation.SETS,
    ),
    Command(
        key="ipcp provide-remote-dns",
        pattern=(
            _IPCP,
            Word("provide-remote-dns", "Name servers for the other side"),
            Argument("dns", Address(4), "The first"),
            Optional(Argument("second", Address(4), "The second")),
        ),
        help="The name servers that the other side is told",
    ),
    Command(
        key="ipcp provide-ip-address",
        pattern=(
            _IPCP,
            Word("provide-ip-address", "Addresses for the other side"),
            Word("range", "Any of several"),
            Argument("first", Address(4), "The first"),
            Argument("last", Address(4), "The last"),
        ),
        help="The addresses that are lent to the other side",
    ),
)
