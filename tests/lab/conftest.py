from collections.abc import Callable

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.device import read_device
from kakehashi.lab.plan import make_plan

PlanOf = Callable[..., Plan]


@pytest.fixture
def plan_of() -> PlanOf:
    """A plan of `name=text`, with `nat` the names of devices behind a NAT."""

    def build(*nat: str, **texts: str) -> Plan:
        return make_plan([read_device(name, f"{name}.cfg", text) for name, text in texts.items()], nat)

    return build
