"""What follows from something else is not told beside it.

An engineer mends the cause, and what followed from it is gone. Where the cause was not an error and what
follows from it is one, the cause becomes one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from kakehashi.check.configuration import Configuration
from kakehashi.check.report import Remark, Severity

# A line that the dialect does not take, or not as it stands.
_BAD_LINES = ("invalid-value", "incomplete", "ambiguous", "excess-words", "unknown-command")
# What a block lacks because of such a line in it; told at the block's first line.
_OF_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "no-transform": _BAD_LINES,
    "map-incomplete": _BAD_LINES,
    "tunnel-incomplete": _BAD_LINES,
    "proposal-incomplete": _BAD_LINES,
    "no-authentication": _BAD_LINES,
    "policy-authentication": _BAD_LINES,
    "policy-default": _BAD_LINES,
    "weak-algorithms": _BAD_LINES,
    "no-peer": (*_BAD_LINES, "other-tunnel-mode"),
    "no-ipsec-policy": (*_BAD_LINES, "other-tunnel-mode"),
    "no-tunnel-mode": _BAD_LINES,
    "undefined-key": ("undefined-ikev2-keyring", "undefined-keyring", "no-identity", *_BAD_LINES),
}
# What follows from something anywhere in the file, if that is there as often.
_OF_FILES: Mapping[str, tuple[str, ...]] = {
    "map-not-applied": ("undefined-crypto-map",),
    "no-route": (
        "undefined-interface",
        "interface-down",
        "no-route-to-peer",
        "overlapping-subnets",
        "mismatch-traffic",
    ),
    "route-not-carried": ("mismatch-traffic", "mismatch-version"),
    "no-nat-traversal": ("undefined-ike-policy",),
    "one-way": ("traffic-outside-selectors",),
    "filter-ah": ("mismatch-protocol",),
    "built-in-policies": ("undefined-key",),
}
# What follows from something at the same line.
_OF_LINES: Mapping[str, tuple[str, ...]] = {
    "shutdown": ("interface-down",),
    "undefined-interface": ("interface-down",),
    "policy-default": ("mismatch-",),
    "mismatch-traffic": ("map-version",),
    "traffic-outside-selectors": ("mismatch-traffic",),
}

_QUOTED = re.compile("`([^`]+)`")


def causes_only(remarks: Iterable[Remark], configurations: Mapping[str, Configuration]) -> tuple[Remark, ...]:
    """The remarks without those that follow from another one."""
    return _Causes(list(remarks), configurations).remaining()


class _Causes:
    def __init__(self, remarks: list[Remark], configurations: Mapping[str, Configuration]) -> None:
        self._remarks = remarks
        self._configurations = configurations
        self._in_files: defaultdict[str, list[int]] = defaultdict(list)
        for index, remark in enumerate(remarks):
            for file in {where.file for where in remark.where}:
                self._in_files[file].append(index)
        self._gone: set[int] = set()

    def remaining(self) -> tuple[Remark, ...]:
        for indices in self._in_files.values():
            self._of_file(indices)
        return tuple(r for i, r in enumerate(self._remarks) if i not in self._gone)

    def _of_file(self, indices: Sequence[int]) -> None:
        by_rule: defaultdict[str, list[int]] = defaultdict(list)
        for index in indices:
            by_rule[self._remarks[index].rule].append(index)
        for rule, causes in _OF_BLOCKS.items():
            self._drop(by_rule.get(rule, ()), _of(by_rule, causes), self._share_block, told_at_both=True)
        for rule in [r for r in by_rule if r.startswith(("mismatch-", "undefined-"))]:
            self._drop(by_rule[rule], _of(by_rule, _BAD_LINES), self._is_left_out)
        for rule, causes in _OF_LINES.items():
            self._drop(by_rule.get(rule, ()), _of(by_rule, causes), self._share_line)
        for rule, causes in _OF_FILES.items():
            found = _of(by_rule, causes)
            if len(by_rule.get(rule, ())) <= len(found):
                self._drop(by_rule.get(rule, ()), found, lambda effect, cause: True)
        if any(self._names_something(index) for index in indices):
            for rule in [r for r in by_rule if r.startswith("unused-")]:
                self._gone.update(by_rule[rule])

    def _drop(
        self,
        effects: Sequence[int],
        causes: Sequence[int],
        follows: Callable[[Remark, Remark], bool],
        told_at_both: bool = False,
    ) -> None:
        for effect in effects:
            for cause in causes:
                if effect == cause or cause in self._gone:
                    continue
                if follows(self._remarks[effect], self._remarks[cause]):
                    self._gone.add(effect)
                    self._weigh(cause, self._remarks[effect], told_at_both)

    def _weigh(self, cause: int, effect: Remark, told_at_both: bool) -> None:
        rank = list(Severity)
        remark = self._remarks[cause]
        worst = min(remark.severity, effect.severity, key=rank.index)
        where = tuple(dict.fromkeys((*remark.where, *effect.where))) if told_at_both else remark.where
        self._remarks[cause] = replace(remark, severity=worst, where=where)

    def _share_block(self, effect: Remark, cause: Remark) -> bool:
        return any(
            e.file == c.file and self._head(e.file, e.line) == self._head(c.file, c.line)
            for e in effect.where
            for c in cause.where
        )

    def _share_line(self, effect: Remark, cause: Remark) -> bool:
        return bool(set(effect.where) & set(cause.where))

    def _is_left_out(self, effect: Remark, cause: Remark) -> bool:
        """Is a value only missing because its line is bad, or a name because its definition is?"""
        for bad in cause.where:
            head = self._head(bad.file, bad.line)
            if head != bad.line and any(e.file == bad.file and e.line == head for e in effect.where):
                return True
            words = self._words(bad.file, bad.line)
            quoted = {effect.name, *_QUOTED.findall(effect.message)}
            if effect.rule.startswith("undefined-") and quoted & set(words) and bad not in effect.where:
                return True
        return False

    def _names_something(self, index: int) -> bool:
        """Because of a name that is not there another one is left over."""
        remark = self._remarks[index]
        return remark.severity is not Severity.NOTE and remark.rule.startswith(
            (
                "undefined-",
                "no-",
                "tunnel-",
                "map-",
                "other-",
                "mismatch-version",
                "mismatch-peer-address",
                "not-yet",
                *_BAD_LINES,
            )
        )

    def _head(self, file: str, line: int) -> int:
        found = self._configurations.get(file)
        return line if found is None else found.text.head(line)

    def _words(self, file: str, line: int) -> list[str]:
        found = self._configurations.get(file)
        lines = () if found is None else found.unknown
        return next((each.text.split() for each in lines if each.line == line), [])


def _of(by_rule: Mapping[str, list[int]], causes: Sequence[str]) -> list[int]:
    """The remarks of these rules; a rule that ends with `-` is the beginning of several."""
    return [
        i
        for rule, found in by_rule.items()
        if any(rule == cause or (cause.endswith("-") and rule.startswith(cause)) for cause in causes)
        for i in found
    ]
