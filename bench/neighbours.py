"""Room in the kernel's table of neighbours, of which there is one for all namespaces.

Each tunnel's device is a neighbour of its own. With more of them than the table takes, 1,024 by default, the kernel makes
and drops entries for every packet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIMITS = [Path(f"/proc/sys/net/ipv4/neigh/default/gc_thresh{number}") for number in (3, 2, 1)]


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """The limits are as before afterwards. Where they cannot be seen (a container), they stay as they are."""
    before = {limit: limit.read_text() for limit in LIMITS if limit.exists()}
    try:
        for limit, standing in before.items():
            limit.write_text(str(max(count, int(standing))))
        yield
    finally:
        for limit, standing in reversed(before.items()):
            limit.write_text(standing)
