"""Who fails to log in too often waits: links end after some attempts, and this counts over many links."""

from dataclasses import dataclass
from typing import Final

from kakehashi.l2tp.effects import Carrier

_MAX_REMEMBERED: Final = 4096


@dataclass(slots=True)
class _Record:
    failures: int
    until: float


class Lockout:
    """By carrier: one address, or one IPsec peer. After `failures` within `seconds` it waits as long."""

    def __init__(self, failures: int = 10, seconds: float = 60) -> None:
        self._failures = failures
        self._seconds = seconds
        self._records: dict[str, _Record] = {}

    def failed(self, carrier: Carrier, now: float) -> None:
        """A login was refused."""
        key = _key(carrier)
        record = self._records.pop(key, None)
        if record is None or record.until <= now:
            record = _Record(0, now)
        record.failures += 1
        record.until = now + self._seconds
        self._records[key] = record
        if len(self._records) > _MAX_REMEMBERED:
            del self._records[next(iter(self._records))]

    def passed(self, carrier: Carrier) -> None:
        """A login was granted."""
        self._records.pop(_key(carrier), None)

    def is_locked(self, carrier: Carrier, now: float) -> bool:
        """Has it to wait?"""
        record = self._records.get(_key(carrier))
        return record is not None and record.failures >= self._failures and now < record.until


def _key(carrier: Carrier) -> str:
    return carrier.peer or str(carrier.path.remote.ip)
