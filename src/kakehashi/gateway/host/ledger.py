"""What we have changed of the host, kept in a file, so that a killed gateway's changes are found again."""

import json
import os
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

from kakehashi.gateway.host.items import (
    Address,
    Bridge,
    BridgePort,
    Item,
    LinkUp,
    Mtu,
    Ports,
    Route,
    Rule,
    Sysctl,
)

VERSION = 1


class Ledger:
    """Our items, each with the value it had before (for settings), "" otherwise.

    It is written before a change is made: what may have happened is looked at again after a crash. A ledger
    of another boot or another network namespace says nothing about this host and is not heeded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._host = host_name()
        self.items: dict[Item, str] = {}

    def load(self) -> None:
        """Read what a gateway before us has left. A file that cannot be read counts as none."""
        try:
            content = json.loads(self._path.read_text())
            if content["version"] == VERSION and content["host"] == self._host:
                self.items = {_item(kind, fields): before for kind, fields, before in content["items"]}
        except (OSError, ValueError, KeyError, TypeError):
            self.items = {}

    def save(self) -> None:
        """Write it whole, mode 0600. OSError."""
        items = [[type(item).__name__, _fields(item), before] for item, before in self.items.items()]
        content = {"version": VERSION, "host": self._host, "items": items}
        fresh = self._path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file)
        fresh.replace(self._path)

    def remove(self) -> None:
        """Nothing is left to undo."""
        self._path.unlink(missing_ok=True)


def host_name() -> str:
    """Names the boot of the machine and the network namespace."""
    namespace = os.stat("/proc/thread-self/ns/net").st_ino
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {namespace}"


def _fields(item: Item) -> dict[str, Any]:
    plain = (int, list, str)
    return {
        name: getattr(item, name) if isinstance(getattr(item, name), plain) else _text(getattr(item, name))
        for name in item.__slots__
    }


def _text(value: object) -> Any:
    if value is None:
        return None
    return list(value) if isinstance(value, tuple) else str(value)


_READERS: Mapping[str, Callable[[dict[str, Any]], Item]] = {
    "Sysctl": lambda f: Sysctl(f["key"], f["value"], tuple(f["acceptable"])),
    "Mtu": lambda f: Mtu(f["device"], f["mtu"]),
    "LinkUp": lambda f: LinkUp(f["device"]),
    "Bridge": lambda f: Bridge(f["device"]),
    "BridgePort": lambda f: BridgePort(f["device"], f["bridge"]),
    "Address": lambda f: Address(f["device"], ip_interface(f["address"])),
    "Route": lambda f: Route(
        ip_network(f["destination"]),
        f["device"],
        _address(f["next_hop"]),
        f["metric"],
        f["table"],
        _address(f["source"]),
        bool(f["throw"]),
    ),
    "Rule": lambda f: Rule(
        _end(f["source"]),
        _end(f["destination"]),
        f["table"],
        f["priority"],
        f["protocol"],
        _ports(f["source_ports"]),
        bool(f["own"]),
        _ports(f["destination_ports"]),
        f["goto"],
    ),
}


def _item(kind: str, fields: dict[str, Any]) -> Item:
    return _READERS[kind](fields)


def _address(text: str | None) -> Any:
    return ip_address(text) if text else None


def _end(text: str | None) -> Any:
    return ip_network(text) if text and "/" in text else _address(text)


def _ports(numbers: list[int] | None) -> Ports | None:
    return (numbers[0], numbers[1]) if numbers else None
