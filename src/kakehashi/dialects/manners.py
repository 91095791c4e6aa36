"""The manner of each dialect."""

from kakehashi.dialects.awplus.manner import MANNER as _AWPLUS
from kakehashi.dialects.base import Dialect
from kakehashi.dialects.cisco_ios.manner import MANNER as _CISCO_IOS
from kakehashi.dialects.manner import Manner
from kakehashi.dialects.nec_ix.manner import MANNER as _NEC_IX

_MANNERS = {"nec-ix": _NEC_IX, "cisco-ios": _CISCO_IOS, "awplus": _AWPLUS}


def manner_of(dialect: Dialect) -> Manner:
    """How its device talks."""
    return _MANNERS[dialect.name]
