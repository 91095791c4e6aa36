"""Lines in words, where nobody has split them into arguments: groups of VPDN, AAA, RADIUS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.dialects.document import Comment, Item
from kakehashi.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Said:
    """A line. `words`: in small letters, as keywords are compared; `typed`: as they stand."""

    line: int
    typed: tuple[str, ...] = field(repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word.lower() for word in self.typed)


def said_in(items: Sequence[Item]) -> Iterator[Said]:
    """The lines of a block and of the modes in it."""
    for item in items:
        if not isinstance(item, Comment):
            if item.text.split():
                yield Said(item.line, tuple(item.text.split()))
            yield from said_in(item.body)


def password_of(words: Sequence[str]) -> tuple[str, Secret | None]:
    """`[0|7] WORD`: its type, and the password if it can be read."""
    kind, rest = (words[0], words[1:]) if len(words) > 1 and words[0].isdigit() else ("0", words)
    secret = Secret(" ".join(rest).encode())
    if kind == "7":
        return kind, reveal_type_7(secret)
    return kind, secret if kind == "0" else None


def address_of(word: str) -> IPv4Address | None:
    """An IPv4 address, None if it is none."""
    try:
        return IPv4Address(word)
    except ValueError:
        return None
