"""The names of the device's interfaces."""

import re
from dataclasses import dataclass

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.spelling import close
from kakehashi.model.gateway import InterfaceKind

_NAME = re.compile(r"([A-Za-z][A-Za-z-]*)([0-9]{1,5}(?:[/:][0-9]{1,5})*(?:\.[0-9]{1,5})?)")
NULL = "Null"
FAMILIES: dict[str, InterfaceKind] = {
    "GigaEthernet": InterfaceKind.PHYSICAL,
    "TenGigaEthernet": InterfaceKind.PHYSICAL,
    "FastEthernet": InterfaceKind.PHYSICAL,
    "Ethernet": InterfaceKind.PHYSICAL,
    "MobileEthernet": InterfaceKind.PHYSICAL,
    "BRI": InterfaceKind.PHYSICAL,
    "Serial": InterfaceKind.PHYSICAL,
    "USB-Serial": InterfaceKind.PHYSICAL,
    "Dialer": InterfaceKind.PHYSICAL,
    "BVI": InterfaceKind.PHYSICAL,
    "Loopback": InterfaceKind.LOOPBACK,
    NULL: InterfaceKind.LOOPBACK,
    "Tunnel": InterfaceKind.TUNNEL,
}


@dataclass(frozen=True, slots=True)
class InterfaceName:
    """`GigaEthernet0.0` and its like, in any case, the family abbreviated while unambiguous.

    It is read as the device writes it. `only` restricts it to one family.
    """

    only: str = ""

    @property
    def expected(self) -> str:
        return f"an interface such as {self.only or 'GigaEthernet'}0.0"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((f"{family}X.Y", "") for family in self._families)

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    @property
    def _families(self) -> tuple[str, ...]:
        return (self.only,) if self.only else tuple(FAMILIES)

    def read(self, word: str) -> str:
        found = _NAME.fullmatch(word)
        if not found:
            raise ValueRefusedError(self.expected)
        wanted = found[1].lower()
        exact = [f for f in self._families if f.lower() == wanted]
        begun = exact or [f for f in self._families if f.lower().startswith(wanted)]
        if len(begun) != 1:
            near = close(found[1], {f.lower(): f for f in self._families})
            meant = next((f for f in self._families if f.lower() == near), "")
            hint = f"; did you mean {meant}{found[2]}?" if meant else ""
            raise ValueRefusedError(self.expected + hint)
        return begun[0] + found[2]


def kind_of(name: str) -> InterfaceKind:
    """What an interface of that name is made of."""
    found = _NAME.fullmatch(name)
    return FAMILIES.get(found[1], InterfaceKind.PHYSICAL) if found else InterfaceKind.PHYSICAL


def is_null(name: str) -> bool:
    """Is it the interface that swallows packets?"""
    return name.startswith(NULL)
