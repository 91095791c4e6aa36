"""What the dialects have said already, so that nothing is said twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kakehashi.check.configuration import Configuration
from kakehashi.check.device import Device
from kakehashi.check.pair import End
from kakehashi.check.report import PairReport, Remark, Severity
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.model.source import Source

# A dialect that knows such a rule has asked it of the whole file.
_OF_WHOLE_FILES = frozenset(
    {"suppress-delete-only", "rekey-margin", "aggressive-psk", "main-mode-keys", "both-ends-unknown"}
)
# That nobody is known at an address follows from the address, if that is wrong.
_OF_ADDRESSES = frozenset({"undefined-key", "undefined-peer", "no-ike-policy", "source-address"})
_WORD = re.compile(r"[^\s`,;:()]+")
_ALGORITHMS = frozenset({"encryption", "hash", "prf", "authentication", "dh-group", "pfs", "protocol"})
_HOLDERS = ("proposal", "policy", "profile", "transform-set", "map")


class Told:
    """The findings of the dialects; some weigh more when it is seen what becomes of the pair."""

    def __init__(self, remarks: Iterable[Remark], configurations: Mapping[str, Configuration]) -> None:
        self._remarks = list(remarks)
        self._configurations = configurations
        self._gone: set[int] = set()
        self._by_file: defaultdict[str, list[int]] = defaultdict(list)
        self._errors: defaultdict[str, set[int]] = defaultdict(set)
        self._at: defaultdict[Source, list[int]] = defaultdict(list)
        self._saying: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for index, remark in enumerate(self._remarks):
            for file in {where.file for where in remark.where}:
                self._by_file[file].append(index)
                if remark.severity is Severity.ERROR:
                    self._errors[file].add(index)
                    for word in set(_WORD.findall(remark.message)):
                        self._saying[file, word].append(index)
            if remark.severity is Severity.ERROR:
                for where in remark.where:
                    self._at[where].append(index)

    def remarks(self) -> Iterator[Remark]:
        """All, but what has turned out to follow from the pair's other faults."""
        return (remark for index, remark in enumerate(self._remarks) if index not in self._gone)

    def news(self, remarks: Iterable[Remark]) -> Iterator[Remark]:
        """What a dialect has not said of the same line."""
        said = {(remark.rule, where) for remark in self._remarks for where in remark.where}
        whole = {(rule, where.file) for rule, where in said if rule in _OF_WHOLE_FILES}
        return (
            r
            for r in remarks
            if not any((r.rule, where) in said or (r.rule, where.file) in whole for where in r.where)
        )

    def explain(self, report: PairReport) -> bool:
        """Has a dialect said why a tunnel is left down? Then that is an error, for here is its other end."""
        down = [end for end in report.pair.ends if not end.tunnel.enabled]
        explained = False
        for end in down:
            for index in self._about(end.device, end.tunnel.interface, end.tunnel.source):
                explained = True
                self._remarks[index] = replace(self._remarks[index], severity=Severity.ERROR)
        return explained

    def blame(self, device: str, interface: str) -> None:
        """A tunnel interface makes no tunnel, and here is a file that misses it: why is an error."""
        for index in self._about(device, interface, None):
            self._remarks[index] = replace(self._remarks[index], severity=Severity.ERROR)

    def errors(self, end: End, device: Device, *more: Source) -> tuple[Remark, ...]:
        """The errors on which the tunnel depends: at its own lines and at those that they name.

        `more`: further lines that are about the tunnel.
        """
        if not self._errors.get(end.device):
            return ()
        peers = (peer.source for peer in device.peers_of(end.tunnel))
        lines = self._configurations[end.device].text.scope(end.tunnel.source, *peers, *more)
        places = {Source(end.device, line) for line in lines} | {s for s in more if s.file == end.device}
        name = end.tunnel.interface
        found = {i for place in places for i in self._at.get(place, ())}
        found |= {
            i
            for i in self._saying.get((end.device, name.split()[-1]), ())
            if is_named(name, self._remarks[i].message)
        }
        return tuple(self._remarks[i] for i in sorted(found) if i not in self._gone)

    def forget(self, remarks: Iterable[Remark]) -> None:
        """What follows from an address at which the other end is not."""
        gone = {r for r in remarks if r.rule in _OF_ADDRESSES}
        self._gone.update(i for i, r in enumerate(self._remarks) if r in gone)

    def _about(self, device: str, name: str, line: Source | None) -> list[int]:
        """The findings that name the tunnel; if there is none, all errors and warnings on the file."""
        of_file = [i for i in self._by_file.get(device, []) if i not in self._gone]
        about = [
            i
            for i in of_file
            if is_named(name, self._remarks[i].message)
            or (line is not None and line in self._remarks[i].where)
        ]
        serious = [i for i in about if self._is_serious(i)]
        errors = [i for i in serious if self._remarks[i].severity is Severity.ERROR]
        shut = [i for i in about if self._remarks[i].rule == "shutdown"]
        return errors or serious or shut or [i for i in of_file if self._is_serious(i)]

    def _is_serious(self, index: int) -> bool:
        return self._remarks[index].severity is not Severity.NOTE


def is_left_out(row: Row, errors: Sequence[Sequence[Remark]]) -> bool:
    """Does a row not fit only because of an error at an end, which says why?

    `errors`: of both ends. Nothing is there, or what is there is the device's own instead of what is named.
    """
    return any(
        found and (_is_missing(cell) or (row.parameter in _ALGORITHMS and any(map(_names_nothing, found))))
        for found, cell in zip(errors, (row.a, row.b), strict=True)
    )


def _is_missing(cell: Cell) -> bool:
    return cell.text == "not set" or (cell.text == NOTHING and not cell.words)


def _names_nothing(error: Remark) -> bool:
    return error.rule.startswith("undefined-") and error.rule.endswith(_HOLDERS)


def is_named(name: str, message: str) -> bool:
    """Does a message name it, and not only one whose name begins so?"""
    return any(f"{name}{end}" in message for end in (" ", ":", ",", ";", "`")) or message.endswith(name)
