"""What the kernel translates at this moment, as its connection tracking has it.

/proc/net/nf_conntrack has a line a conversation: the protocol, the seconds that are left, and the ends of the
packets there and of those back, `src= dst= sport= dport=` twice. What the two differ in has been translated.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from kakehashi.gateway.host.translation import Translator
from kakehashi.model.status import TranslationStatus
from kakehashi.model.translation import ICMP

TABLE = Path("/proc/thread-self/net/nf_conntrack")
MOST_LINES = 20_000
_LONGEST = 1024  # characters of a line


@dataclass(frozen=True, slots=True)
class _Way:
    source: IPv4Address
    destination: IPv4Address
    source_port: int
    destination_port: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """`there` as its first packet came in, `back` as the answers do; ports are 0 where there are none."""

    protocol: int
    remaining: int
    there: _Way
    back: _Way


async def translated(translators: Iterable[tuple[str, Translator]]) -> tuple[TranslationStatus, ...]:
    """The translations of interfaces, each by its name. A kernel without the table shows none."""
    found = tuple(translators)
    if not found:
        return ()
    lines = await asyncio.to_thread(_lines)
    conversations = [c for line in lines if (c := read(line))]
    return tuple(s for name, t in found for c in conversations if (s := status_of(name, t, c)))


def read(line: str) -> Conversation | None:
    """One line of the table, of IPv4; None where it is not understood."""
    words = line[:_LONGEST].split()
    if len(words) < 5 or words[0] != "ipv4":
        return None
    try:
        protocol, remaining = int(words[3]), int(words[4])
        ends: list[dict[str, str]] = [{}, {}]
        for word in words[5:]:
            key, is_pair, value = word.partition("=")
            if is_pair and key in ("src", "dst", "sport", "dport", "id"):
                ends[key in ends[0]][key] = value
        return Conversation(protocol, remaining, *(_way(protocol, end) for end in ends))
    except (ValueError, KeyError):
        return None


def status_of(name: str, translator: Translator, conversation: Conversation) -> TranslationStatus | None:
    """The translation of a conversation by this interface; None where it is not its."""
    there, back = conversation.there, conversation.back
    if there.source != back.destination and _is_outside(translator, back.destination):
        inside, outside = (there.source, there.source_port), (back.destination, back.destination_port)
        remote = (there.destination, there.destination_port)
    elif there.destination != back.source and _is_outside(translator, there.destination):
        inside, outside = (back.source, back.source_port), (there.destination, there.destination_port)
        remote = (there.source, there.source_port)
    else:
        return None
    return TranslationStatus(
        interface=name,
        protocol=conversation.protocol,
        inside=inside[0],
        inside_port=inside[1],
        outside=outside[0],
        outside_port=outside[1],
        remote=remote[0],
        remote_port=remote[1],
        remaining=conversation.remaining,
    )


def _lines() -> list[str]:
    try:
        with TABLE.open() as table:
            return [line for line, _ in zip(table, range(MOST_LINES), strict=False)]
    except OSError:
        return []


def _way(protocol: int, end: dict[str, str]) -> _Way:
    """ICMP has an identifier where others have ports."""
    if protocol == ICMP:
        number = int(end.get("id", "0"))
        return _Way(IPv4Address(end["src"]), IPv4Address(end["dst"]), number, number)
    ports = (int(end.get("sport", "0")), int(end.get("dport", "0")))
    return _Way(IPv4Address(end["src"]), IPv4Address(end["dst"]), *ports)


def _is_outside(translator: Translator, address: IPv4Address) -> bool:
    return address in translator.own or any(_holds(outside, address) for outside in _outsides(translator))


def _outsides(translator: Translator) -> Iterator[object]:
    yield translator.address
    for source in translator.translation.sources:
        if source.pool is not None:
            yield source.pool
    for static in translator.translation.static:
        yield static.outside


def _holds(outside: object, address: IPv4Address) -> bool:
    if isinstance(outside, tuple):
        return bool(outside[0] <= address <= outside[1])
    if isinstance(outside, IPv4Address):
        return outside == address
    return outside is not None and address in outside  # type: ignore[operator]
