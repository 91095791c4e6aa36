"""What a file from a terminal has around its configuration: prompts, pages, what the device says.

A line keeps its number and its text; here is only said what it tells the device.
"""

import re
from collections.abc import Sequence

from kakehashi.dialects.terminal import typed, without_page

_SAID_BY_DEVICE = re.compile(
    r"enter configuration commands, one per line|building configuration|% ?[a-z]|\[ok\]"
    r"|(current|running|startup)[ -]configuration\s*[:.]|(login|password):|using \d+ (out of|of) \d+ bytes",
    re.IGNORECASE,
)
# Commands that bring a configuration about and are none of it.
_EXEC = re.compile(
    r"(conf(ig(ure)?)?( ?t(erminal)?)?|en(able(-config)?)?|svintr-config|disable|wr(ite)?( mem(ory)?)?"
    r"|copy run\S* start\S*|term(inal)? len(gth)? \d+|sh(ow)? \S+.*|ping6? \S+.*|clear \S+.*|reload.*)$",
    re.IGNORECASE,
)


def said(lines: Sequence[str]) -> tuple[str, ...]:
    """What each of the lines tells the device, "" for nothing."""
    return tuple(_read(line) for line in lines)


def _read(line: str) -> str:
    text = typed(without_page(line), _EXEC)
    return "" if _SAID_BY_DEVICE.match(text.strip()) else text
