"""By which lines a Cisco configuration is known, and how much each of them says."""

import re
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True)
class Sign:
    """A line that speaks for the dialect: `weight` is how sure it makes us, `what` how it is said."""

    pattern: re.Pattern[str]
    weight: float
    what: str


def _sign(pattern: str, weight: float, what: str) -> Sign:
    return Sign(re.compile(pattern, re.MULTILINE | re.IGNORECASE), weight, what)


def _short(word: str, least: int) -> str:
    """A keyword, or as much of its beginning as is still unlike others."""
    return word[:least] + "".join(f"(?:{letter}" for letter in word[least:]) + ")?" * (len(word) - least)


_CRYPTO, _ISAKMP = _short("crypto", 3), _short("isakmp", 3)
_PROMPT = r"^(?:[ \t]*[\w.-]+\([\w.-]+\)#)?[ \t]*"

SIGNS: tuple[Sign, ...] = (
    _sign(r"^Current configuration ?: \d+ bytes", 0.5, "the header `Current configuration : ... bytes`"),
    # AlliedWare Plus has keys, profiles and peers, too, and no policies.
    _sign(_PROMPT + rf"{_CRYPTO} {_ISAKMP} (key|profile|peer) ", 0.4, "`crypto isakmp key`"),
    _sign(_PROMPT + rf"{_CRYPTO} {_ISAKMP} (?!(key|profile|peer) )", 0.9, "`crypto isakmp policy`"),
    _sign(_PROMPT + rf"{_CRYPTO} ikev2 ", 0.8, "`crypto ikev2`"),
    _sign(
        _PROMPT + rf"{_CRYPTO} (map \S+ \d|{_short('dynamic-map', 2)} |{_short('ipsec', 3)} trans)",
        0.9,
        "`crypto map`",
    ),
    _sign(
        _PROMPT
        + rf"{_short('tunnel', 3)} {_short('protection', 4)} {_short('ipsec', 3)} {_short('profile', 4)} \S",
        0.5,
        "`tunnel protection ipsec profile`",
    ),
    _sign(_PROMPT + r"tunnel mode ipsec ipv[46][ \t]*\r?$", 0.3, "`tunnel mode ipsec ipv4`"),
    _sign(
        _PROMPT + r"interface (GigabitEthernet|FastEthernet|TenGigabitEthernet|Dialer) ?\d+(/\d+)*[ \t]*\r?$",
        0.4,
        "interfaces such as `GigabitEthernet0/0`",
    ),
    _sign(
        _PROMPT + rf"ip {_short('address', 3)} (\d+\.){{3}}\d+ 255\.(\d+\.){{2}}\d+",
        0.5,
        "addresses with masks (255.255.255.0)",
    ),
    _sign(_PROMPT + r"ip access-list (extended|standard) \S+", 0.4, "`ip access-list extended`"),
    _sign(
        _PROMPT + r"access-list \d+ (permit|deny|remark) ", 0.4, "numbered access lists (`access-list 101`)"
    ),
    _sign(_PROMPT + r"service timestamps (debug|log) ", 0.4, "`service timestamps`"),
    _sign(_PROMPT + r"ip nat inside source ", 0.3, "`ip nat inside source`"),
    _sign(_PROMPT + r"ip route (\d+\.){3}\d+ (\d+\.){3}\d+ \S", 0.3, "routes with masks"),
)


def evidence(text: str) -> tuple[Sign, ...]:
    """The signs that a text bears."""
    return tuple(sign for sign in SIGNS if sign.pattern.search(text))


def likeness(text: str) -> float:
    """How much a text looks like this dialect, 0 to 1: each sign takes its share of what doubt is left."""
    return 1 - prod(1 - sign.weight for sign in evidence(text))
