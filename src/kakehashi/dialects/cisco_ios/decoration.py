"""What a file from a terminal has around its configuration: prompts, pages, headers, banners.

A line keeps its number and its text; here is only said what it tells the device.
"""

import re
from collections.abc import Iterator, Sequence

from kakehashi.dialects.terminal import typed, without_page

_LONGEST_BANNER = 200  # lines; a mark that does not come back within them opened none
_HEADER = re.compile(
    r"building configuration"
    r"|(current|startup|running) configuration\s*:"
    r"|using \d+ out of \d+ bytes"
    r"|enter configuration commands, one per line"
    r"|(last configuration change|nvram config last updated|no configuration change) "
    r"|load for five secs|time source is|\[ok\]|uncompressed configuration from"
    r"|(username|password):"
    r"|\^$"  # where the device did not understand a line
    r"|% ?[a-z]"  # and what it said to it
    r"|[.*]?[a-z]{3} +\d+ (\d{4} )?\d\d:\d\d:\d\d.*: %[\w-]+-\d-\w+:",  # its log
    re.IGNORECASE,
)
# Commands that bring a configuration about and are none of it.
_EXEC = re.compile(
    r"(conf(ig(ure)?)? ?t(erminal)?|en(able)?|disable|wr(ite)?( mem(ory)?)?|do .*|copy run\S* start\S*"
    r"|term(inal)? (len(gth)?|width) \d+|sh(ow)? (run|start|conf|ver|cry|ip |int|acc)\S*.*)$",
    re.IGNORECASE,
)
# `default X` is X as if nobody had ever set it: on, where it is on by itself, else off.
_DEFAULT = re.compile(
    r"^(\s*)default (?!interface)(?=\S)"
    r"(?=(?P<on>(crypto isakmp (enable|default policy)"
    r"|crypto ipsec (nat-transparency \S+|default transform-set)"
    r"|ip domain[ -]lookup|logging (on|trap))\s*$)?)",
    re.IGNORECASE,
)
_BANNER_KINDS = ("motd", "login", "exec", "incoming", "slip-ppp", "prompt-timeout", "config-save")


def said(lines: Sequence[str]) -> tuple[str, ...]:
    """What each of the lines tells the device, "" for nothing."""
    return tuple(_read(lines))


def _read(lines: Sequence[str]) -> Iterator[str]:
    banner = 0  # lines of a banner that are still to come
    for number, line in enumerate(lines):
        if banner:
            banner -= 1
            yield ""
            continue
        text = _DEFAULT.sub(_as_nobody_set_it, typed(without_page(line), _EXEC), count=1)
        if _HEADER.match(text.strip()):
            yield ""
        elif (height := _banner(text, lines[number + 1 : number + 1 + _LONGEST_BANNER])) is not None:
            banner = height
            yield ""
        else:
            yield text


def _as_nobody_set_it(default: re.Match[str]) -> str:
    return default[1] if default["on"] else f"{default[1]}no "


def _banner(text: str, following: Sequence[str]) -> int | None:
    """How many of the following lines belong to the banner that `text` opens; None if it opens none."""
    words = text.split(None, 2)
    if len(words) < 2 or words[0].lower() != "banner":
        return None
    kind = words[1].lower() in _BANNER_KINDS
    if kind and len(words) < 3:
        return None
    rest = words[2] if kind else text.split(None, 1)[1]
    mark = rest[:2] if rest.startswith("^") and len(rest) > 1 else rest[:1]
    if mark in rest[len(mark) :]:
        return 0
    return next((n for n, line in enumerate(following, start=1) if mark in line), None)
