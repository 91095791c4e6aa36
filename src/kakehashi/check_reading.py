"""Configuration files for `check`: read, recognised and lowered, with their lines by what they say."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from kakehashi.check.configuration import Configuration, UnknownLine
from kakehashi.check_lines import DocumentLines
from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.awplus.lower import lower_document as lower_awplus
from kakehashi.dialects.awplus.pasted import with_pasted
from kakehashi.dialects.base import Dialect, Lowered
from kakehashi.dialects.choice import parse_choice
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.cisco_ios.lower import lower_document as lower_cisco_ios
from kakehashi.dialects.cisco_ios.lower.dial_in import find_dial_in
from kakehashi.dialects.document import Document, Statement, lines_of
from kakehashi.dialects.matching import MASK
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.nec_ix.lower import lower_document as lower_nec_ix
from kakehashi.dialects.registry import UnknownDialectError, recognise
from kakehashi.dialects.text import decode
from kakehashi.model.finding import Finding

_SECRETIVE = ("key", "secret", "password", "psk", "community", "pre-shared-key", "string", "char")
_OPENING = frozenset({"ike"})  # looks like a key, and is what many lines begin with
_LIKE, _LONGEST = 0.65, 32
# Parsed once, for lowering and for finding lines.
_PARSERS: Mapping[str, tuple[Callable[[str], Document], Callable[[Document, str], Lowered]]] = {
    AwPlus.name: (AwPlus().parse, lower_awplus),
    CiscoIos.name: (CiscoIos().parse, lower_cisco_ios),
    NecIx.name: (NecIx().parse, lower_nec_ix),
}
# These tell of all lines of a kind, at the first of them.
_OF_MANY = ("not-ours", "the-hosts")


class UnreadableError(Exception):
    """A file cannot be read, or is in no language that is known; the text says which and why."""


def read_configurations(
    files: Sequence[str], dialects: Sequence[str] | str | None = None
) -> tuple[Configuration, ...]:
    """Read every file once, however often it is named. `dialects`: NAME, or FILE=NAME. UnreadableError."""
    try:
        choice = parse_choice(dialects)
        choice.check(files)
    except UnknownDialectError as error:
        raise UnreadableError(str(error)) from error
    return tuple(read_configuration(file, read_text(file), choice.of(file)) for file in dict.fromkeys(files))


def read_configuration(file: str, text: str, dialect: Dialect | None = None) -> Configuration:
    """The configuration of a text. UnreadableError."""
    try:
        found = dialect or recognise(text)
    except UnknownDialectError as error:
        raise UnreadableError(f"{file}: {error}; say --dialect") from error
    document, lower = _PARSERS[found.name]
    parsed = document(text)
    lowered = lower(parsed, file)
    if found.name == AwPlus.name:
        lowered = with_pasted(lowered, text, file)
    about = {f.source.line for f in lowered.findings if f.source is not None and f.code not in _OF_MANY}
    dialed = find_dial_in(parsed) if found.name == CiscoIos.name else None
    foreign, unknown = _sorted(parsed, about, dialed.lines if dialed else frozenset())
    return Configuration(
        file=file,
        dialect=found.name,
        title=found.title,
        evidence=() if dialect else found.evidence(text),
        gateway=lowered.gateway,
        findings=_told(lowered.findings),
        lines=len(text.splitlines()),
        not_ours=tuple(foreign),
        unknown=tuple(unknown),
        text=DocumentLines(parsed, found.name, file),
    )


def read_text(file: str) -> str:
    """The text of a file, however it is encoded. UnreadableError."""
    try:
        octets = Path(file).read_bytes()
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}") from error
    text = decode(octets)
    if text is None:
        raise UnreadableError(f"{file} cannot be read: it is not text")
    return text


def _told(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def _sorted(document: Document, about: set[int], ours: frozenset[int]) -> tuple[list[int], list[UnknownLine]]:
    """The lines that are not about the VPN, and those that the dialect has complained of. `ours`: what people
    dial in by, whatever the commands are else.

    A line that no mode knows and of which nothing is said belongs to something else.
    """
    foreign: list[int] = []
    unknown: list[UnknownLine] = []
    for item, inherited in lines_of(document.items):
        if item.line in ours:
            continue
        if isinstance(item, Statement):
            if inherited:
                foreign.append(item.line)
        elif inherited or item.line not in about:
            foreign.append(item.line)
        else:
            unknown.append(UnknownLine(item.line, _masked(item.failure.words)))
    return foreign, unknown


def _masked(words: Sequence[str]) -> str:
    """The line; behind a word that may announce a key, however it is spelt, nothing is shown."""
    for index, word in enumerate(words):
        if word.lower() in _OPENING:
            continue
        if get_close_matches(word.lower()[:_LONGEST], _SECRETIVE, n=1, cutoff=_LIKE):
            return " ".join([*words[: index + 1], *[MASK] * (len(words) > index + 1)])
    return " ".join(words)
