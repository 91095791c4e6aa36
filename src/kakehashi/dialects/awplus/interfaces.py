"""The names of the device's interfaces."""

import re
from dataclasses import dataclass

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.spelling import close
from kakehashi.model.gateway import InterfaceKind

_UNIT = r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}"
_NAME = re.compile(rf"([a-z][a-z-]*?)((?:{_UNIT})?)")
# `port1.0.1-1.0.8`, `vlan1-3`, `port1.0.1,port1.0.5`: several at once.
_SEVERAL = re.compile(rf"[a-z][a-z-]*{_UNIT}(?:[-,](?:[a-z][a-z-]*)?{_UNIT})+")
NULL = "null"
# Switch ports and their bundles carry frames; addresses are on `vlan`.
_PORTS = ("port", "po", "sa", "of")
_FAMILIES: dict[str, InterfaceKind] = {
    "eth": InterfaceKind.PHYSICAL,
    "vlan": InterfaceKind.PHYSICAL,
    "ppp": InterfaceKind.PHYSICAL,
    "br": InterfaceKind.PHYSICAL,
    "cellular": InterfaceKind.PHYSICAL,
    "wwan": InterfaceKind.PHYSICAL,
    "mgmt": InterfaceKind.PHYSICAL,
    **dict.fromkeys(_PORTS, InterfaceKind.PHYSICAL),
    "tunnel": InterfaceKind.TUNNEL,
    "lo": InterfaceKind.LOOPBACK,
    NULL: InterfaceKind.LOOPBACK,
}
_WITHOUT_NUMBER = ("lo", NULL)


@dataclass(frozen=True, slots=True)
class InterfaceName:
    """`eth0`, `vlan1` and their like in any case, read as the device writes it. `only`: of this family."""

    only: str = ""
    several: bool = False

    @property
    def expected(self) -> str:
        return f"an interface such as {self.only or 'eth'}0"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((f"{family}N", "") for family in self._families)

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    @property
    def _families(self) -> tuple[str, ...]:
        return (self.only,) if self.only else tuple(f for f in _FAMILIES if f != NULL)

    def read(self, word: str) -> str:
        name = word.lower()
        if self.several and _SEVERAL.fullmatch(name):
            return name
        found = _NAME.fullmatch(name)
        if not found or (not found[2] and found[1] not in _WITHOUT_NUMBER):
            raise ValueRefusedError(self.expected)
        family = found[1]
        if family not in _FAMILIES or (self.only and family != self.only):
            meant = close(family, self._families)
            if meant or self.only:
                hint = f"; did you mean {meant}{found[2]}?" if meant else ""
                raise ValueRefusedError(self.expected + hint)
        return name


def kind_of(name: str) -> InterfaceKind:
    """What an interface of that name is made of."""
    return _FAMILIES.get(_family(name), InterfaceKind.PHYSICAL)


def is_null(name: str) -> bool:
    """Is it the interface that swallows packets?"""
    return _family(name) == NULL


def is_port(name: str) -> bool:
    """Is it a switch port, or several interfaces at once: something without an address of its own?"""
    return _family(name) in _PORTS or bool(_SEVERAL.fullmatch(name))


def _family(name: str) -> str:
    found = _NAME.fullmatch(name)
    return found[1] if found else ""
