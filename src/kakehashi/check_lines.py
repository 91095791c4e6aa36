"""Finds the lines of a file that say a parameter of the sheet, from the lines at which the model points.

From a line one comes to the blocks that it names (a crypto map to its transform set, a tunnel to its
profile), and so on; among them are looked for the commands that can say the parameter.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from kakehashi.check.configuration import Said
from kakehashi.dialects.document import Comment, Document, Statement, statements
from kakehashi.dialects.grammar import Argument, Either, Many, Optional, Pattern
from kakehashi.model.address import IPAddress
from kakehashi.model.source import Source

Keys = Mapping[str, tuple[str, ...]]
"""The keys of the commands that can say a parameter, by the parameter's key; `|` joins those that say it
together.
"""

_CISCO: Keys = {
    "0/protection": ("tunnel protection ipsec profile",),
    "0/peer-address": ("tunnel destination",),
    "0/inside": ("tunnel key|tunnel checksum|tunnel sequence-datagrams|tunnel mode gre",),
    "0/mtu": ("ip mtu",),
    "0/keepalive": ("keepalive",),
    "1/version": ("set ikev2-profile", "crypto map", "tunnel protection ipsec profile"),
    "1/encryption": ("encryption",),
    "1/hash": ("hash", "integrity"),
    "1/prf": ("prf",),
    "1/authentication": ("authentication", "authentication local"),
    "1/dh-group": ("group",),
    "1/lifetime": ("lifetime",),
    "1/pre-shared-key": ("crypto isakmp key", "pre-shared-key", "set aggressive-mode password"),
    "1/peer-address": ("set peer", "tunnel destination"),
    "own-address": ("tunnel source",),
    "1/local-identity": ("identity local", "self-identity", "crypto isakmp identity"),
    "1/peer-identity": ("match identity remote", "match identity"),
    "1/keepalive": ("keepalive", "dpd", "crypto isakmp keepalive", "crypto ikev2 dpd"),
    "1/mode": (
        "initiate mode",
        "set aggressive-mode client-endpoint",
        "set aggressive-mode password",
        "crypto isakmp aggressive-mode disable",
    ),
    "2/protocol": ("crypto ipsec transform-set",),
    "2/encryption": ("crypto ipsec transform-set",),
    "2/authentication": ("crypto ipsec transform-set",),
    "2/pfs": ("set pfs",),
    "2/lifetime": ("set security-association lifetime", "crypto ipsec security-association lifetime"),
    "2/mode": ("mode",),
    "2/peer-address": ("set peer", "tunnel destination"),
    "2/inside": ("tunnel key|tunnel checksum|tunnel sequence-datagrams|tunnel mode gre", "tunnel mode ipsec"),
    "2/traffic": ("entry", "access-list", "match address", "tunnel mode ipsec"),
}
_NEC: Keys = {
    "0/peer-address": ("tunnel destination",),
    "0/inside": ("tunnel key", "tunnel checksum", "tunnel mode gre"),
    "0/mtu": ("ip mtu",),
    "1/version": ("tunnel mode ipsec-ikev2", "tunnel mode ipsec"),
    "1/encryption": ("ike proposal", "sa-proposal enc"),
    "1/hash": ("ike proposal", "sa-proposal integrity"),
    "1/prf": ("sa-proposal prf",),
    "1/authentication": ("local-authentication",),
    "1/dh-group": ("ike proposal", "sa-proposal dh"),
    "1/lifetime": ("ike proposal", "sa-lifetime"),
    "1/pre-shared-key": ("ikev2 authentication", "ike policy"),
    "1/peer-address": ("ikev2 peer", "ipsec autokey-map", "ike policy"),
    "own-address": ("ikev2 source-address", "tunnel source"),
    "1/local-identity": ("local-authentication", "ike local-id"),
    "1/peer-identity": ("ikev2 peer", "ike remote-id"),
    "1/keepalive": ("dpd", "ike keepalive"),
    "1/mode": ("ike policy",),
    "2/protocol": ("ipsec autokey-proposal",),
    "2/encryption": ("ipsec autokey-proposal", "child-proposal enc"),
    "2/authentication": ("ipsec autokey-proposal", "child-proposal integrity"),
    "2/pfs": ("child-pfs", "ipsec autokey-map", "ipsec dynamic-map"),
    "2/lifetime": ("ipsec autokey-proposal", "child-lifetime"),
    "2/mode": ("ipsec-mode", "ipsec policy"),
    "2/peer-address": ("ikev2 peer", "ipsec autokey-map"),
    "2/traffic": ("ipsec local-id|ipsec remote-id", "local-ts|remote-ts", "ipsec autokey-map"),
}
_AWPLUS: Keys = {
    "0/protection": ("tunnel protection ipsec",),
    "0/peer-address": ("tunnel destination",),
    "0/inside": ("tunnel key|tunnel checksum|tunnel mode gre",),
    "0/mtu": ("mtu",),
    "1/version": ("version",),
    "1/encryption": ("transform",),
    "1/hash": ("transform",),
    "1/prf": ("transform",),
    "1/authentication": ("local authentication",),
    "1/dh-group": ("transform",),
    "1/lifetime": ("lifetime",),
    "1/pre-shared-key": ("crypto isakmp key",),
    "1/peer-address": ("tunnel destination",),
    "own-address": ("tunnel source",),
    "1/local-identity": ("tunnel local name", "tunnel local id"),
    "1/peer-identity": ("tunnel remote name", "tunnel remote id"),
    "1/keepalive": ("dpd-interval",),
    "1/mode": ("version",),
    "2/encryption": ("transform",),
    "2/authentication": ("transform",),
    "2/pfs": ("pfs",),
    "2/lifetime": ("lifetime",),
    "2/inside": ("tunnel key|tunnel checksum|tunnel mode gre", "tunnel mode ipsec"),
    "2/peer-address": ("tunnel destination",),
    "2/traffic": ("tunnel local selector|tunnel remote selector",),
}
_TABLES: Mapping[str, Keys] = {"cisco-ios": _CISCO, "nec-ix": _NEC, "awplus": _AWPLUS}

# Blocks in which a command means another phase.
_OF_PHASE = {
    "1": frozenset({"crypto ipsec profile", "crypto map", "crypto ipsec transform-set"}),
    "2": frozenset({"crypto isakmp profile", "crypto isakmp policy", "crypto ikev2 profile"}),
}
_AMBIGUOUS = frozenset({"encryption", "hash", "prf", "authentication", "dh-group", "lifetime", "pfs"})
# What holds for every tunnel that has nothing of its own.
_FOR_ALL = frozenset(
    {
        "crypto isakmp keepalive",
        "crypto isakmp aggressive-mode disable",
        "crypto isakmp identity",
        "crypto ipsec security-association lifetime",
        "crypto ikev2 dpd",
        "crypto ikev2 proposal",
        "ikev2 default-profile",
    }
)
# Where packets come from, not what others name: a crypto map's entries have one name and nothing in common.
_NOT_NAMED = frozenset({"interface", "crypto map"})
_NAMED_BY = ("name", "list", "id")
_OF_ADDRESSES = frozenset({"crypto isakmp key", "crypto isakmp peer"})
_KEYED_BY = ("address", "hostname")
_DEPTH = 4

# The blocks in which a parameter would be set that no line sets.
_PLACES: Mapping[str, Keys] = {
    "cisco-ios": {
        "1/encryption": ("crypto isakmp policy", "crypto ikev2 proposal"),
        "1/hash": ("crypto isakmp policy", "crypto ikev2 proposal"),
        "1/dh-group": ("crypto isakmp policy", "crypto ikev2 proposal"),
        "1/authentication": ("crypto isakmp policy", "crypto ikev2 profile"),
        "1/lifetime": ("crypto isakmp policy", "crypto ikev2 profile"),
        "1/local-identity": ("crypto ikev2 profile", "crypto isakmp profile"),
        "1/peer-identity": ("crypto ikev2 profile", "crypto isakmp profile"),
        "1/keepalive": ("crypto ikev2 profile",),
        "2/pfs": ("crypto map", "crypto ipsec profile"),
        "2/lifetime": ("crypto map", "crypto ipsec profile"),
        "2/mode": ("crypto ipsec transform-set",),
    },
    "nec-ix": {
        "1/keepalive": ("ike policy",),
        "1/local-identity": ("ike policy",),
        "1/peer-identity": ("ike policy",),
        "2/pfs": ("ipsec autokey-map", "ipsec dynamic-map"),
        "2/traffic": ("ipsec autokey-map", "ipsec dynamic-map"),
    },
    "awplus": {
        "1/lifetime": ("crypto isakmp profile",),
        "1/keepalive": ("crypto isakmp profile",),
        "1/authentication": ("crypto isakmp profile",),
        "2/pfs": ("crypto ipsec profile",),
        "2/lifetime": ("crypto ipsec profile",),
    },
}


class DocumentLines:
    """The lines of one parsed file."""

    def __init__(self, document: Document, dialect: str, file: str) -> None:
        self._document = document
        self._keys = _TABLES.get(dialect, {})
        self._places = _PLACES.get(dialect, {})
        self._file = file
        self._scopes: dict[tuple[int, ...], tuple[Statement, ...]] = {}

    def said(self, parameter: str, *blocks: Source | None) -> Said | None:
        """The lines that set `parameter`: at these lines, in what they name, around them, for all at last."""
        keys = self._keys.get(parameter, ())
        starts = self._starts(blocks)
        at = [s for line in starts if (s := self._at.get(line)) is not None]
        single = {key for several in keys for key in several.split("|")}
        found = [s for s in at if s.key in single]
        if not found:
            named = {s.line: s for one in at if not one.body for s in self._named_by(one)}
            found = [s for s in named.values() if s.key in single]
        if not found:
            found = list(self._matching(parameter, keys, self._scope(starts)))
        if not found:
            found = list(self._matching(parameter, keys, self._for_all))
        if not found:
            only = [s for key in keys for s in self._roots.get(key, ()) if not s.negated]
            found = only if len(only) == 1 else []
        if not found:
            return None
        return Said(
            tuple(Source(self._file, s.line) for s in found),
            " / ".join(dict.fromkeys(_words(s) for s in found)),
        )

    def place(self, parameter: str, *blocks: Source | None) -> Source | None:
        """The first line of the block in which `parameter` would be set; None: that is not known."""
        keys = self._places.get(parameter, ())
        at = {s.line: s for line in self._starts(blocks) if (s := self._at.get(line)) is not None}
        found = [line for line, s in at.items() if s.key in keys]
        if not found:
            found = [s.line for s in self._scope(self._starts(blocks)) if s.key in keys]
        return Source(self._file, found[0]) if found else None

    def scope(self, *blocks: Source | None) -> frozenset[int]:
        """The lines of these blocks and of those that they name, directly or by others."""
        roots = self._scope(self._starts(blocks))
        named = {s.line for root in roots for s in (root, *_below(root))}
        heads = {root.line for root in roots if root.body}
        return frozenset(named.union(*(self._items_below.get(head, ()) for head in heads)))

    def head(self, line: int) -> int:
        """The first line of the block of the root mode around `line`."""
        at = bisect_right(self._root_lines, line)
        return self._root_lines[at - 1] if at else line

    def _starts(self, blocks: Iterable[Source | None]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(b.line for b in blocks if b is not None and b.file == self._file))

    def _matching(
        self, parameter: str, keys: tuple[str, ...], scope: tuple[Statement, ...]
    ) -> Iterator[Statement]:
        """The statements of the first key that any block of the scope has."""
        foreign = _OF_PHASE[parameter[0]] if parameter[2:] in _AMBIGUOUS else frozenset()
        inside = [s for block in scope if block.key not in foreign for s in _below(block)]
        candidates = [*inside, *scope]
        for key in keys:
            found = [s for s in candidates if s.key in key.split("|")]
            if found:
                yield from {s.line: s for s in found}.values()
                return

    def _scope(self, starts: tuple[int, ...]) -> tuple[Statement, ...]:
        """The root statements around these lines, and those that they name, directly or by others."""
        if starts not in self._scopes:
            around = [self._root_of[line] for line in starts if line in self._root_of]
            found = {s.line: s for s in around}
            for _ in range(_DEPTH):
                around = [s for one in around for s in self._named_in(one) if s.line not in found]
                found |= {s.line: s for s in around}
            self._scopes[starts] = tuple(found.values())
        return self._scopes[starts]

    def _named_in(self, root: Statement) -> Iterator[Statement]:
        for statement in (root, *_below(root)):
            yield from self._named_by(statement)

    def _named_by(self, statement: Statement) -> Iterator[Statement]:
        for name in _names(statement.values):
            yield from self._by_name.get(name, ())

    @cached_property
    def _at(self) -> dict[int, Statement]:
        return {item.line: item for item in self._document.walk() if isinstance(item, Statement)}

    @cached_property
    def _root_of(self) -> dict[int, Statement]:
        found: dict[int, Statement] = {}
        for root in self._document.statements():
            found[root.line] = root
            found.update({s.line: root for s in _below(root)})
        return found

    @cached_property
    def _root_lines(self) -> list[int]:
        return [item.line for item in self._document.items if not isinstance(item, Comment)]

    @cached_property
    def _items_below(self) -> dict[int, list[int]]:
        """The lines of a block, those that are not understood with them."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for item in self._document.walk():
            if not isinstance(item, Comment):
                found[self.head(item.line)].append(item.line)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Statement]]:
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for root in self._document.statements():
            if root.key not in _NOT_NAMED:
                by = (*_NAMED_BY, *_KEYED_BY) if root.key in _OF_ADDRESSES else _NAMED_BY
                for name in {str(v) for key in by if (v := root.get(key)) is not None}:
                    found[name].append(root)
        return found

    @cached_property
    def _roots(self) -> dict[str, list[Statement]]:
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for root in self._document.statements():
            found[root.key].append(root)
        return found

    @cached_property
    def _for_all(self) -> tuple[Statement, ...]:
        return tuple(s for s in self._document.statements(*_FOR_ALL) if not s.negated)


def _below(statement: Statement) -> Iterator[Statement]:
    """The statements of its body, and of theirs."""
    for inner in statements(statement.body):
        yield inner
        yield from _below(inner)


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        yield from _strings(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, IPAddress):
        yield str(value)
    elif isinstance(value, tuple):
        for each in value:
            yield from _strings(each)


def _words(statement: Statement) -> str:
    """The line; of one that holds a key only the command."""
    if any(_is_secret(item) for item in statement.command.pattern):
        return f"{statement.command.words} ..."
    return " ".join(statement.text.split())


def _is_secret(item: Pattern) -> bool:
    match item:
        case Argument(secret=secret):
            return secret
        case Optional(items):
            return any(_is_secret(i) for i in items)
        case Either(options):
            return any(_is_secret(i) for option in options for i in option)
        case Many(inner):
            return _is_secret(inner)
    return False
