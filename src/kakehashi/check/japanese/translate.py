"""English sentences of a report into Japanese ones."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from kakehashi.check.japanese import (
    awplus,
    cisco_ios,
    devices,
    dialects,
    expected,
    explain,
    nec_ix,
    rules,
)
from kakehashi.check.sheet.labels import ENGLISH, JAPANESE

_HOLE = "{}"
_ORDERED = re.compile(r"\{(\d*)\}")
_JOINT, _STOP = "; ", "。"
_COMMA, _JAPANESE_COMMA = ", ", "、"
_OR, _JAPANESE_OR = " or ", "か"
_OTHERS = re.compile(r"(\d+) others")
_WORD = re.compile(r"[^\s`]+|`[^`]*`")


def sentences() -> Mapping[str, str]:
    """Every English sentence that is known, with its Japanese one."""
    labels = {text: JAPANESE.parameters[key] for key, text in ENGLISH.parameters.items()}
    return {
        **labels,
        **JAPANESE.values,
        **dialects.SENTENCES,
        **expected.SENTENCES,
        **awplus.SENTENCES,
        **cisco_ios.SENTENCES,
        **nec_ix.SENTENCES,
        **rules.SENTENCES,
        **devices.SENTENCES,
        **explain.SENTENCES,
    }


@lru_cache(maxsize=4096)
def translate(text: str) -> str | None:
    """The sentence in Japanese; None where it is not known. What files say themselves stays as it is."""
    plain = sentences_without_holes().get(text)
    if plain is not None:
        return plain
    patterns = _patterns()
    return _matching(text, patterns[True]) or _several(text) or _matching(text, patterns[False])


def _matching(text: str, patterns: Sequence[tuple[re.Pattern[str], str]]) -> str | None:
    for pattern, japanese in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            return _filled(japanese, [_part(group) for group in found.groups()])
    return None


@cache
def sentences_without_holes() -> Mapping[str, str]:
    """Those that are always the same."""
    return {english: japanese for english, japanese in sentences().items() if _HOLE not in english}


@cache
def _patterns() -> Mapping[bool, Sequence[tuple[re.Pattern[str], str]]]:
    """Those that are several sentences in a row, and those that are one.

    What says most is first: what is known of a whole sentence wins over what is known of a part.
    """
    found = [(english, japanese) for english, japanese in sentences().items() if _HOLE in english]
    found.sort(key=lambda pair: -len(pair[0].replace(_HOLE, "")))
    several: dict[bool, list[tuple[re.Pattern[str], str]]] = {True: [], False: []}
    for english, japanese in found:
        pattern = re.compile("(.+?)".join(map(re.escape, english.split(_HOLE))), re.DOTALL)
        several[_JOINT in english].append((pattern, japanese))
    return several


def _part(text: str) -> str:
    """What stands in a sentence: sentences in a list, a sentence itself, or what a file or a device says."""
    listed = [translate(part) for part in text.split(_COMMA)]
    known = [part for part in listed if part is not None]
    if len(listed) > 1 and len(known) == len(listed):
        return _JAPANESE_COMMA.join(known)
    return translate(text) or _choice(text) or text


def _choice(text: str) -> str | None:
    """One of several things, `a, b or c`: words of a line, and what stands for such."""
    if _OR not in text:
        return None
    found = [_one(part) for several in text.split(_OR) for part in _alternatives(several)]
    known = [part for part in found if part is not None]
    return _JAPANESE_OR.join(known) if len(known) == len(found) else None


def _alternatives(text: str) -> list[str]:
    """What commas part, where that is words alone."""
    parts = text.split(_COMMA)
    return parts if all(_WORD.fullmatch(part) for part in parts) else [text]


def _one(text: str) -> str | None:
    if counted := _OTHERS.fullmatch(text):
        return f"他{counted[1]}個"
    return translate(text) or (text if _WORD.fullmatch(text) else None)


def _several(text: str) -> str | None:
    """Several sentences in a row, of which all are known."""
    if _JOINT not in text:
        return None
    parts = [translate(part) for part in text.split(_JOINT)]
    known = [part for part in parts if part is not None]
    return _STOP.join(known) if len(known) == len(parts) else None


def _filled(japanese: str, parts: list[str]) -> str:
    """`{}` is the next part, `{1}` the second."""
    order = iter(range(len(parts)))
    return _ORDERED.sub(lambda hole: parts[int(hole[1]) if hole[1] else next(order)], japanese)
