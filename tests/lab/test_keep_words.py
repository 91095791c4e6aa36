"""What a lab that is kept says about looking around is what its devices take."""

from datetime import datetime

import pytest

from kakehashi.dialects.registry import all_dialects, by_name
from kakehashi.lab.keep import sas_of_ike
from kakehashi.model.status import Status


@pytest.mark.parametrize("ikev1", [True, False])
@pytest.mark.parametrize("name", [dialect.name for dialect in all_dialects()])
def test_the_sas_of_ike_are_shown_by_the_words_of_the_device(name: str, ikev1: bool) -> None:
    dialect = by_name(name)
    nobody = Status(hostname="R", time=datetime(2024, 1, 1))
    dialect.show(sas_of_ike(name, ikev1).split(), nobody, dialect.lower("", "router.cfg").gateway)
