"""What a file from a terminal has around its configuration: prompts, pages, headers, pasted certificates.

A line keeps its number and its text; here is only said what it tells the device.
"""

import re
from collections.abc import Iterator, Sequence

from kakehashi.dialects.terminal import typed, without_page

_SAID_BY_DEVICE = re.compile(
    r"building configuration|\[ok\]|(current|running|startup) configuration ?:"
    r"|enter configuration commands, one per line"
    r"|created trustpoint |paste the certificate pem file|type .abort. to cancel"
    r"|(username|password):|\^$|% ?[a-z]",
    re.IGNORECASE,
)
# Commands that bring a configuration about and are none of it.
_EXEC = re.compile(
    r"(conf(ig(ure)?)? ?t(erminal)?|en(able)?|disable|wr(ite)?( mem(ory)?| file)?|do .*"
    r"|crypto pki (authenticate|enroll|import|export) .*|crypto key (generate|zeroize) .*"
    r"|copy run\S* start\S*|term(inal)? (len(gth)?|width) \d+"
    r"|sh(ow)? (run|start|conf|ver|isa|ips|ip |int)\S*.*)$",
    re.IGNORECASE,
)
_BEGIN, _END = "-----BEGIN ", "-----END "


def said(lines: Sequence[str]) -> tuple[str, ...]:
    """What each of the lines tells the device, "" for nothing."""
    return tuple(_read(lines))


def _read(lines: Sequence[str]) -> Iterator[str]:
    in_certificate = False
    closed = _last(lines, _END)
    for number, line in enumerate(lines):
        if in_certificate:
            in_certificate = not line.strip().startswith(_END)
            yield ""
            continue
        text = typed(without_page(line), _EXEC)
        if text.strip().startswith(_BEGIN) and number < closed:
            in_certificate = True
            yield ""
        else:
            yield "" if _SAID_BY_DEVICE.match(text.strip()) else text


def _last(lines: Sequence[str], beginning: str) -> int:
    return max((n for n, line in enumerate(lines) if line.strip().startswith(beginning)), default=-1)
