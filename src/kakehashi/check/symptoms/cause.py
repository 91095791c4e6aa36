"""The mismatches that are met most, as far as a parameter sheet shows them."""

import enum
from collections.abc import Mapping

from kakehashi.check.sheet.row import Row

Table = Mapping[tuple["Cause", int], str]
"""What a device shows, by cause and version of IKE; version 0 is either."""


class Cause(enum.Enum):
    """Why a negotiation comes to nothing, by what an engineer sees of it."""

    PHASE1 = "phase 1 algorithms"
    KEY = "pre-shared key"
    IDENTITY = "identity"
    SELECTORS = "traffic selectors"
    PHASE2 = "phase 2 algorithms"
    PFS = "perfect forward secrecy"
    NOBODY = "IKE version, mode or address"
    FILTER = "a filter or NAT in the way"


_CAUSES = {
    "1/version": Cause.NOBODY,
    "1/encryption": Cause.PHASE1,
    "1/hash": Cause.PHASE1,
    "1/prf": Cause.PHASE1,
    "1/authentication": Cause.PHASE1,
    "1/dh-group": Cause.PHASE1,
    "1/pre-shared-key": Cause.KEY,
    "1/peer-address": Cause.NOBODY,
    "1/identity-a": Cause.IDENTITY,
    "1/identity-b": Cause.IDENTITY,
    "1/mode": Cause.NOBODY,
    "2/protocol": Cause.PHASE2,
    "2/encryption": Cause.PHASE2,
    "2/authentication": Cause.PHASE2,
    "2/pfs": Cause.PFS,
    "2/mode": Cause.PHASE2,
    "2/peer-address": Cause.NOBODY,
    "2/traffic": Cause.SELECTORS,
}


def cause_of(row: Row, version: int) -> Cause | None:
    """What a row that does not fit is to an engineer. In IKEv1 PFS is one of phase 2's parameters."""
    cause = _CAUSES.get(row.key)
    return Cause.PHASE2 if cause is Cause.PFS and version == 1 else cause
