"""Whom people dial in to: no half of it is translated, and it has no far end that is a router."""

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.mirror import MirrorError, mirror
from kakehashi.bridge.reading import read
from kakehashi.bridge.translate import translate
from kakehashi.dialects.registry import by_name
from tests.dialects.cisco_ios.test_dial_in import LNS as CISCO
from tests.dialects.nec_ix.test_l2tp import LNS as NEC


@pytest.mark.parametrize(
    ("text", "source", "target"), [(NEC, "nec-ix", "cisco-ios"), (CISCO, "cisco-ios", "nec-ix")]
)
def test_it_is_told_at_its_lines_and_written_by_hand(text: str, source: str, target: str) -> None:
    made = translate(read("office.cfg", text, by_name(source)), target)
    assert made.holds
    assert "1701" not in made.text
    assert "crypto map" not in made.text
    assert "ipsec policy" not in made.text
    told = [x.reason for x in made.lines if x.fate is not Fate.DEFAULT and "people dial in to" in x.reason]
    assert told
    assert all("write them by hand" in reason for reason in told)


def test_a_laptop_has_no_configuration_of_a_router() -> None:
    with pytest.raises(MirrorError, match="laptops and phones"):
        mirror(read("office.cfg", NEC, by_name("nec-ix")), "cisco-ios")
