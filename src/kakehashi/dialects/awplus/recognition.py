"""By which lines an AlliedWare Plus configuration is known, and how much each of them says."""

import re
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Sign:
    """A line that speaks for the dialect: `weight` is how sure it makes us, `what` how it is said."""

    pattern: re.Pattern[str]
    weight: float
    what: str


_PROMPT = r"^(?:[ \t]*[\w.-]+\([\w.-]+\)#)?[ \t]*"


def _sign(pattern: str, weight: float, what: str, *, any_case: bool = True) -> Sign:
    flags = re.MULTILINE | (re.IGNORECASE if any_case else re.NOFLAG)
    return Sign(re.compile(pattern, flags), weight, what)


SIGNS: tuple[Sign, ...] = (
    _sign(r"^[ \t]*awplus(\([\w-]+\))?[>#]", 0.8, "the prompt `awplus`"),
    _sign(
        _PROMPT + r"crypto isakmp peer (address \S+|hostname \S+|dynamic|policy \S+) profile ",
        0.8,
        "`crypto isakmp peer ... profile`",
    ),
    _sign(_PROMPT + r"transform \d+ (protocol esp )?(integrity|encryption) ", 0.8, "`transform N integrity`"),
    _sign(_PROMPT + r"tunnel protection ipsec[ \t]*\r?$", 0.6, "`tunnel protection ipsec` without a profile"),
    _sign(_PROMPT + r"ip address (\d+\.){3}\d+/\d+", 0.6, "addresses with prefix lengths (192.0.2.1/24)"),
    _sign(_PROMPT + r"ip route (\d+\.){3}\d+/\d+ ", 0.4, "routes with prefix lengths (192.0.2.0/24)"),
    # Other makers' devices write their interfaces with capitals.
    _sign(
        _PROMPT + r"interface tunnel\d+[ \t]*\r?$",
        0.3,
        "`interface tunnel0` in small letters",
        any_case=False,
    ),
    _sign(
        _PROMPT + r"interface (eth\d+(\.\d+)?|vlan\d+|ppp\d+|port\d\.\d\.\d\S*)[ \t]*\r?$",
        0.5,
        "interfaces such as `eth1`, `vlan1`, `ppp0`, `port1.0.1`",
        any_case=False,
    ),
    _sign(_PROMPT + r"tunnel (local|remote) (name|selector) ", 0.5, "`tunnel local name`"),
    _sign(_PROMPT + r"crypto isakmp key \S+( \S+)? (address|hostname|policy) ", 0.3, "`crypto isakmp key`"),
    _sign(_PROMPT + r"crypto pki trustpoint ", 0.1, "`crypto pki trustpoint`"),
    _sign(_PROMPT + r"subject-alt-name ", 0.4, "`subject-alt-name`"),
    _sign(_PROMPT + r"(dpd-interval|dpd-timeout) \d+[ \t]*\r?$", 0.5, "`dpd-interval`"),
    _sign(_PROMPT + r"(ip|ipv6) tcp adjust-mss pmtu", 0.5, "`adjust-mss pmtu`"),
    _sign(r"^(atmf |vlan database|ssh server allow-users|autoboot )", 0.4, "`vlan database`, `atmf`"),
)


def evidence(text: str) -> tuple[Sign, ...]:
    """The signs that a text bears."""
    return tuple(sign for sign in SIGNS if sign.pattern.search(text))


def likeness(text: str) -> float:
    """How much a text looks like this dialect, 0 to 1: each sign takes its share of what doubt is left."""
    return 1 - prod(1 - sign.weight for sign in evidence(text))
