"""Good pairs of every two dialects and one fault after another put into them: what `check` must say of each.

`PAIRS`: the good pairs. `FAULTS`: each with `pair`, `name`, `texts()` (both configurations by the names of
their files), `file` (the one with the fault), and `found`: the rule and the line that `check` names, and
`found.outcome`, which also a bench must see. With `pair.nat` a NAT stands before the first router.
"""

from tests.check.faults.awplus import EDITS as _AWPLUS
from tests.check.faults.cisco_ios import EDITS as _CISCO_IOS
from tests.check.faults.fault import Edit, Fault, Found, GoodPair, Outcome
from tests.check.faults.nec_ix import EDITS as _NEC_IX
from tests.check.faults.nec_ix_nat import EDITS as _NEC_IX_NAT

__all__ = ["EDITS", "FAULTS", "PAIRS", "Edit", "Fault", "Found", "GoodPair", "Outcome"]

EDITS = {**_NEC_IX, **_CISCO_IOS, **_AWPLUS, **_NEC_IX_NAT}

PAIRS = (
    GoodPair("nec-ikev1", "nec-ikev1"),
    GoodPair("nec-ikev2", "nec-ikev2"),
    GoodPair("nec-ikev1", "cisco-ikev1"),
    GoodPair("nec-ikev2", "cisco-ikev2"),
    GoodPair("nec-ikev1", "awplus-ikev1"),
    GoodPair("nec-ikev2", "awplus-ikev2"),
    GoodPair("cisco-ikev1", "cisco-ikev1"),
    GoodPair("cisco-ikev2", "cisco-ikev2"),
    GoodPair("cisco-ikev1", "awplus-ikev1"),
    GoodPair("cisco-ikev2", "awplus-ikev2"),
    GoodPair("awplus-ikev1", "awplus-ikev1"),
    GoodPair("awplus-ikev2", "awplus-ikev2"),
    GoodPair("nec-ikev2-ipv6", "awplus-ikev2-ipv6"),
    GoodPair("cisco-ikev2-ipv6", "awplus-ikev2-ipv6"),
    GoodPair("nec-ikev2-ipv6", "cisco-ikev2-ipv6"),
    GoodPair("nec-ikev1-behind-nat", "nec-ikev1-centre", nat=True),
    GoodPair("nec-ikev2-behind-nat", "nec-ikev2-centre", nat=True),
)


def _faults() -> tuple[Fault, ...]:
    """Every edit of the first file of each pair, and of the second where that is of another template."""
    return tuple(
        Fault(pair, site, edit)
        for pair in PAIRS
        for site, (own, other) in enumerate(((pair.a, pair.b), (pair.b, pair.a)))
        if site == 0 or own != other
        for edit in EDITS[own]
        if edit.applies_to(other)
    )


FAULTS = _faults()
