"""The addresses that the internet gives to lines, and that may change while the lab runs."""

from ipaddress import IPv4Address, ip_address
from pathlib import Path

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.wan import Wan
from kakehashi.model.address import IPAddress


class Addresses:
    """Which address has taken the place of which.

    `folder`: there a file named like the planned address holds the new one, for those who give addresses
    from processes of their own.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._folder = folder
        self._now: dict[IPAddress, IPAddress] = {}
        self._used: set[IPAddress] = {a.ip for wan in plan.topology.wans for a in wan.addresses}
        self._used |= {a for wan in plan.topology.wans for a in (*wan.public, *wan.next_hops)}

    def now(self, planned: IPAddress) -> IPAddress:
        """The address that has taken the place of the planned one; itself if none has."""
        return self._now.get(planned, planned)

    def change(self, wan: Wan) -> tuple[IPAddress, IPAddress]:
        """Give the WAN another public IPv4 address, which nobody had before: the old one, the new one."""
        planned = wan.public_address(4)
        if planned is None:
            raise ValueError(f"{wan.device} {wan.interface} has no IPv4 address")
        old = self.now(planned)
        new = old + 1
        while new in self._used:
            new += 1
        self._used.add(new)
        self._now[planned] = new
        changed = place_of(self._folder, planned)
        changed.with_suffix(".new").write_text(str(new), encoding="ascii")
        changed.with_suffix(".new").replace(changed)
        return old, new


def place_of(folder: Path, planned: IPAddress) -> Path:
    """The file in which the address stands that has taken the planned one's place."""
    return folder / f"address-{planned}"


def given(folder: Path, planned: IPv4Address) -> IPv4Address:
    """The address to give in place of the planned one now."""
    try:
        found = ip_address(place_of(folder, planned).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return planned
    return found if isinstance(found, IPv4Address) else planned
