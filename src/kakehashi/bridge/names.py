"""What an interface is called on a device of another maker."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kakehashi.model.gateway import Interface, InterfaceKind

_NUMBERS = re.compile(r"[0-9]+")
# The first port is 0 for NEC and Cisco, 1 for Allied Telesis.
_PHYSICAL = {"nec-ix": "GigaEthernet{}.0", "cisco-ios": "GigabitEthernet0/{}", "awplus": "eth{}"}
_TUNNEL = {"nec-ix": "Tunnel{}.0", "cisco-ios": "Tunnel{}", "awplus": "tunnel{}"}
_LOOPBACK = {"nec-ix": "Loopback{}.0", "cisco-ios": "Loopback{}", "awplus": "lo{}"}
_FAMILIES = {
    InterfaceKind.PHYSICAL: _PHYSICAL,
    InterfaceKind.TUNNEL: _TUNNEL,
    InterfaceKind.LOOPBACK: _LOOPBACK,
}
_PORTS = re.compile(r"(gigaethernet|gigabitethernet|fastethernet|ethernet|eth)[0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An interface that needs a name. `fixed`: it keeps the name that it has."""

    interface: Interface
    fixed: bool = False


def physical(dialect: str, number: int) -> str:
    """The name of the port of that number, counted from 0."""
    return _PHYSICAL[dialect].format(number + (dialect == "awplus"))


def tunnel(dialect: str, number: int = 0) -> str:
    """The name of the tunnel interface of that number."""
    return _TUNNEL[dialect].format(number)


def loopback(dialect: str, number: int = 0) -> str:
    """The name of the loopback interface of that number."""
    return _LOOPBACK[dialect].format(number)


def translated(wanted: Iterable[Wanted], source: str, target: str) -> dict[str, str]:
    """The new name of each interface: its own number where that is free, else the next free one."""
    names: dict[str, str] = {}
    taken: dict[InterfaceKind, set[int]] = {kind: set() for kind in InterfaceKind}
    several = sorted(wanted, key=lambda w: not _is_port(w.interface))  # ports keep their numbers first
    for each in several:
        name, kind = each.interface.name, each.interface.kind
        if each.fixed:
            names[name] = name
            continue
        number = _number(name, source)
        while number in taken[kind]:
            number += 1
        taken[kind].add(number)
        first = 1 if kind is InterfaceKind.PHYSICAL and target == "awplus" else 0
        names[name] = _FAMILIES[kind][target].format(number + first)
    return names


def _is_port(interface: Interface) -> bool:
    return interface.kind is not InterfaceKind.PHYSICAL or bool(_PORTS.match(interface.name))


def _number(name: str, source: str) -> int:
    """Of `GigaEthernet1.0` 1, of `GigabitEthernet0/1` 1, of `eth2` 1."""
    found = [int(n) for n in _NUMBERS.findall(name)]
    if not found or " " in name:  # an entry of a crypto map
        return 0
    if source == "nec-ix":
        return found[0]
    if source == "awplus":
        return max(0, found[0] - 1) if name.startswith("eth") else found[0]
    return found[1] if "/" in name and len(found) > 1 else found[0]
