"""The names of the device's interfaces."""

import re
from dataclasses import dataclass

from kakehashi.dialects.document import Statement
from kakehashi.dialects.grammar import Argument, Either, ValueRefusedError
from kakehashi.dialects.spelling import close
from kakehashi.model.gateway import InterfaceKind

_UNIT = r"[0-9]{1,5}(?:/[0-9]{1,5}){0,4}(?::[0-9]{1,5})?(?:\.[0-9]{1,10})?"
_NAME = re.compile(rf"([A-Za-z](?:[A-Za-z0-9-]*[A-Za-z-])?)({_UNIT})")
_FAMILY = re.compile(r"[A-Za-z][A-Za-z-]*")
NULL = "Null"
# Where an abbreviation fits several, the first is meant: the device has seldom both.
FAMILIES: tuple[str, ...] = (
    "GigabitEthernet",
    "FastEthernet",
    "Ethernet",
    "Loopback",
    "Tunnel",
    "Dialer",
    "Vlan",
    "TenGigabitEthernet",
    "TwoGigabitEthernet",
    "FiveGigabitEthernet",
    "TwentyFiveGigE",
    "FortyGigabitEthernet",
    "HundredGigE",
    "AppGigabitEthernet",
    "Wlan-GigabitEthernet",
    "Port-channel",
    "Serial",
    "Cellular",
    "ATM",
    "BRI",
    "BVI",
    "BDI",
    "Async",
    "Group-Async",
    "Multilink",
    "MFR",
    "Virtual-Access",
    "Virtual-Template",
    "VirtualPortGroup",
    "Virtual-PPP",
    "Virtual-TokenRing",
    "vasileft",
    "vasiright",
    "Embedded-Service-Engine",
    "Service-Engine",
    "Integrated-Service-Engine",
    "Content-Engine",
    "Dot11Radio",
    "wlan-ap",
    "NVI",
    "EHWIC",
    "POS",
    "Hssi",
    "ucse",
    "LISP",
    "nve",
    "pseudowire",
    "CDMA-Ix",
    "lex",
    "Analysis-Module",
    NULL,
)
_KINDS = {
    "Loopback": InterfaceKind.LOOPBACK,
    NULL: InterfaceKind.LOOPBACK,
    "Tunnel": InterfaceKind.TUNNEL,
    "Virtual-Template": InterfaceKind.TUNNEL,
    "Virtual-Access": InterfaceKind.TUNNEL,
}


@dataclass(frozen=True, slots=True)
class InterfaceName:
    """`GigabitEthernet0/1` and its like in one word, in any case, the family abbreviated.

    It is read as the device writes it. A family that is like none known is taken as it stands: modules come
    with names of their own.
    """

    only: str = ""

    @property
    def expected(self) -> str:
        return f"an interface such as {self.only or 'GigabitEthernet'}0{'' if self.only else '/0'}"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((family, "") for family in _families(self.only))

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    def read(self, word: str) -> str:
        found = _NAME.fullmatch(word)
        if not found:
            raise ValueRefusedError(self.expected)
        return _family(found[1], self.only, found[2], self.expected) + found[2]


@dataclass(frozen=True, slots=True)
class FamilyName:
    """The family alone, where a blank stands before the number."""

    only: str = ""

    @property
    def expected(self) -> str:
        return f"an interface such as {self.only or 'GigabitEthernet'} 0{'' if self.only else '/0'}"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((family, "") for family in _families(self.only))

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    def read(self, word: str) -> str:
        if not _FAMILY.fullmatch(word):
            raise ValueRefusedError(self.expected)
        return _family(word, self.only, " 0", self.expected)


@dataclass(frozen=True, slots=True)
class Unit:
    """The number of an interface, `0/1.100`."""

    @property
    def expected(self) -> str:
        return "the number of the interface"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()

    @property
    def forms(self) -> tuple[str, ...]:
        return ("<0-9>",)

    def read(self, word: str) -> str:
        if not re.fullmatch(_UNIT, word):
            raise ValueRefusedError(self.expected)
        return word


def interface(name: str, sentence: str = "An interface", only: str = "") -> Either:
    """The pattern of an interface in one word or in two; `interface_of` reads it."""
    return Either(
        (Argument(name, InterfaceName(only), sentence),),
        (
            Argument(f"{name} family", FamilyName(only), sentence),
            Argument(f"{name} unit", Unit(), "Its number"),
        ),
    )


def interface_of(statement: Statement, name: str) -> str | None:
    """The interface that a line names, as the device writes it."""
    return name_in(statement.values, name)


def name_in(values: dict[str, object], name: str) -> str | None:
    """The same from the values of a line."""
    whole = values.get(name)
    if isinstance(whole, str):
        return whole
    family, unit = values.get(f"{name} family"), values.get(f"{name} unit")
    return f"{family}{unit}" if family and unit else None


def family_of(name: str) -> str:
    """`GigabitEthernet` of `GigabitEthernet0/1`."""
    found = _NAME.fullmatch(name)
    return found[1] if found else name


def kind_of(name: str) -> InterfaceKind:
    """What an interface of that name is made of."""
    return _KINDS.get(family_of(name), InterfaceKind.PHYSICAL)


def is_null(name: str) -> bool:
    """Is it the interface that swallows packets?"""
    return family_of(name) == NULL


def is_template(name: str) -> bool:
    """Is it only the pattern that interfaces are made after?"""
    return family_of(name) in ("Virtual-Template", "Virtual-Access")


def _families(only: str) -> tuple[str, ...]:
    return (only,) if only else FAMILIES


def _family(word: str, only: str, unit: str, expected: str) -> str:
    """The family as the device writes it. ValueRefusedError."""
    families = {family.lower(): family for family in _families(only)}
    wanted = word.lower()
    if wanted in families:
        return families[wanted]
    begun = next((family for low, family in families.items() if low.startswith(wanted)), None)
    if begun:
        return begun
    meant = families.get(close(wanted, families), "")
    if only or meant:
        raise ValueRefusedError(expected + (f"; did you mean {meant}{unit}?" if meant else ""))
    return word
