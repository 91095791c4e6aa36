"""The sentences of `--fail`.

```
outage := what "at" time ["for" time]
what   := "link" place "down"             the cable of a WAN
        | "peer" device "dead"            switched off
        | device "reboots"                switched off for a moment
        | device "restarts"               in good order
        | device "hangs"                  stands still
        | device "changes its address"
        | "path" place "-" place "dead"   no packet comes through, though every link is up
        | "one way" place ">" place "dead"
        | "nat" device "forgets"
        | "dns dead"
        | "loss" percent [place ["-" place]]
        | "delay" time [place]
place  := device ["/" interface]
time   := number ("ms" | "s" | "min")
```
"""

import re
from collections.abc import Mapping, Sequence

from kakehashi.lab.errors import LabError
from kakehashi.lab.outage.nouns import MOMENTARY, REBOOT_SECONDS, Kind, Outage, Place

_WORD = re.compile(r"[A-Za-z]+")
_SPACE = re.compile(r"\s*")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min)\b")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_REST = re.compile(r"\S*")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9_.]")
_VERBS = {"reboots": Kind.REBOOTS, "restarts": Kind.RESTARTS, "hangs": Kind.HANGS}
_BEGINNINGS = ("link", "peer", "path", "one way", "nat", "dns", "loss", "delay")
LONGEST = 24 * 3600.0


def parse_outages(texts: Sequence[str], wans: Mapping[str, Sequence[str]]) -> tuple[Outage, ...]:
    """All the sentences, in the order of time. `wans`: the interfaces of each device's WANs. LabError."""
    return tuple(sorted((parse_outage(text, wans) for text in texts), key=lambda outage: outage.at))


def parse_outage(text: str, wans: Mapping[str, Sequence[str]]) -> Outage:
    """One sentence. LabError tells the place in it, and what may stand there."""
    return _Sentence(text, wans).outage()


def parse_time(text: str) -> float | None:
    """`10s`, `500ms` or `2min` in seconds; None: it is none of them."""
    found = _TIME.fullmatch(text.strip())
    return float(found[1]) * _UNITS[found[2]] if found else None


class _Sentence:
    """Reads one sentence from the left to the right."""

    def __init__(self, text: str, wans: Mapping[str, Sequence[str]]) -> None:
        self._text = text
        self._wans = wans
        self._at = 0

    def outage(self) -> Outage:
        kind, places, amount = self._what()
        self._words("at")
        at = self._time()
        seconds = None
        if not self._is_done():
            if kind in MOMENTARY:
                raise self._wrong("nothing more", "it happens at once")
            self._words("for")
            before = self._at
            seconds = self._time()
            if not seconds:
                raise self._wrong("a time longer than 0 s", at=before)
        if not self._is_done():
            raise self._wrong("nothing more")
        if kind is Kind.REBOOTS and seconds is None:
            seconds = REBOOT_SECONDS
        text = " ".join(self._text.split())
        return Outage(kind=kind, places=places, at=at, seconds=seconds, amount=amount, text=text)

    def _what(self) -> tuple[Kind, tuple[Place, ...], float]:
        if (device := self._maybe_device()) is not None:
            return self._verb(device)
        match self._one_of(*_BEGINNINGS, more=self._devices()):
            case "link":
                place = self._place()
                self._words("down")
                return Kind.LINK_DOWN, (place,), 0.0
            case "peer":
                device = self._device()
                self._words("dead")
                return Kind.PEER_DEAD, (Place(device),), 0.0
            case "path":
                return Kind.PATH_DEAD, self._two("-"), 0.0
            case "one way":
                return Kind.ONE_WAY_DEAD, self._two(">"), 0.0
            case "nat":
                device = self._device()
                self._words("forgets")
                return Kind.NAT_FORGETS, (Place(device),), 0.0
            case "dns":
                self._words("dead")
                return Kind.DNS_DEAD, (), 0.0
            case "loss":
                return self._loss()
            case _:
                seconds = self._time()
                somewhere = self._maybe_place()
                return Kind.DELAY, (somewhere,) if somewhere else (), seconds

    def _verb(self, device: str) -> tuple[Kind, tuple[Place, ...], float]:
        verb = self._one_of("reboots", "restarts", "hangs", "changes its address")
        return _VERBS.get(verb, Kind.CHANGES_ADDRESS), (Place(device),), 0.0

    def _loss(self) -> tuple[Kind, tuple[Place, ...], float]:
        before = self._at
        found = self._take(_PERCENT)
        if found is None or not 0 < float(found[1]) <= 100:
            raise self._wrong("a percentage such as 20%", at=before)
        first = self._maybe_place()
        places: tuple[Place, ...] = (first,) if first else ()
        if first and self._symbol("-"):
            places = (first, self._other_place(first))
        return Kind.LOSS, places, float(found[1]) / 100

    def _two(self, between: str) -> tuple[Place, ...]:
        first = self._place()
        if not self._symbol(between):
            raise self._wrong(f"`{between}` and another device")
        second = self._other_place(first)
        self._words("dead")
        return first, second

    def _other_place(self, first: Place) -> Place:
        self._skip()
        before = self._at
        second = self._place()
        if second.device == first.device:
            raise self._wrong(", ".join(d for d in self._devices() if d != first.device), at=before)
        return second

    def _place(self) -> Place:
        return self._with_interface(self._device())

    def _maybe_place(self) -> Place | None:
        device = self._maybe_device()
        return None if device is None else self._with_interface(device)

    def _with_interface(self, device: str) -> Place:
        if not self._symbol("/"):
            return Place(device)
        for interface in sorted(self._wans[device], key=len, reverse=True):
            if self._text[self._at :].lower().startswith(interface.lower()):
                self._at += len(interface)
                return Place(device, interface)
        raise self._wrong(", ".join(self._wans[device]), f"{device} has no such WAN")

    def _device(self) -> str:
        found = self._maybe_device()
        if found is None:
            raise self._wrong(", ".join(self._devices()), "no device is called that")
        return found

    def _maybe_device(self) -> str | None:
        """The longest name of a device that stands here: a name may hold the `-` that joins two places."""
        self._skip()
        for name in sorted(self._wans, key=len, reverse=True):
            end = self._at + len(name)
            if self._text.startswith(name, self._at) and not _NAME_GOES_ON.match(self._text, end):
                self._at = end
                return name
        return None

    def _devices(self) -> tuple[str, ...]:
        return tuple(self._wans)

    def _one_of(self, *choices: str, more: Sequence[str] = ()) -> str:
        for choice in choices:
            if self._maybe_words(choice):
                return choice
        told = [f"`{choice}`" for choice in choices]
        raise self._wrong(", ".join([*told, *(["a device: " + ", ".join(more)] if more else [])]))

    def _words(self, words: str) -> None:
        if not self._maybe_words(words):
            raise self._wrong(f"`{words}`")

    def _maybe_words(self, words: str) -> bool:
        before = self._at
        for word in words.split():
            found = self._take(_WORD)
            if found is None or found[0].lower() != word:
                self._at = before
                return False
        return True

    def _time(self) -> float:
        self._skip()
        before = self._at
        found = self._take(_TIME)
        if found is None:
            raise self._wrong("a time such as 10s, 500ms or 2min")
        seconds = float(found[1]) * _UNITS[found[2]]
        if seconds > LONGEST:
            raise self._wrong("a day at most", at=before)
        return seconds

    def _symbol(self, symbol: str) -> bool:
        self._skip()
        if not self._text.startswith(symbol, self._at):
            return False
        self._at += len(symbol)
        return True

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _skip(self) -> None:
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]

    def _is_done(self) -> bool:
        self._skip()
        return self._at >= len(self._text)

    def _wrong(self, allowed: str, why: str = "", at: int | None = None) -> LabError:
        if at is not None:
            self._at = at
        self._skip()
        found = _REST.match(self._text, self._at)
        here = f"at `{found[0]}`, column {self._at + 1}" if found and found[0] else "at the end"
        told = f"{why}; " if why else ""
        return LabError(f'--fail "{self._text}": {here}: {told}here may stand: {allowed}')
