"""What the kernel has counted on its devices, and whom it knows on their links: tables of proc(5)."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from kakehashi.model.address import IPAddress
from kakehashi.model.status import Passed

COUNTERS = Path("/proc/thread-self/net/dev")
NEIGHBOURS = Path("/proc/thread-self/net/arp")
ATF_COM = 0x2  # linux/if_arp.h: the hardware address is known
_COLUMNS = 16


def passed() -> dict[str, tuple[Passed, Passed]]:
    """By device: what it has received, and sent. Nothing where the kernel does not tell."""
    return dict(_device(line) for line in _lines(COUNTERS) if len(line.partition(":")[2].split()) >= _COLUMNS)


def neighbours() -> Iterator[tuple[str, IPAddress, str]]:
    """Device, address of IPv4, and hardware address of each that has answered."""
    for line in _lines(NEIGHBOURS):
        words = line.split()
        if len(words) == 6 and int(words[2], 16) & ATF_COM:
            yield words[5], ip_address(words[0]), words[3]


def _lines(table: Path) -> list[str]:
    """Without the headings."""
    try:
        return [line for line in table.read_text().splitlines() if line[:2] not in ("IP", "In", " f")]
    except OSError:
        return []


def _device(line: str) -> tuple[str, tuple[Passed, Passed]]:
    """`wan0: octets packets errors dropped ...`, eight columns in and as many out."""
    name, _, rest = line.partition(":")
    numbers = [int(word) for word in rest.split()]
    (octets, packets, errors, dropped), sent = numbers[:4], numbers[8:12]
    return name.strip(), (
        Passed(packets, octets, errors, dropped),
        Passed(sent[1], sent[0], sent[2], sent[3]),
    )
