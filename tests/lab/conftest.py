"""What labs and their plans are tested with."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.device import read_device
from kakehashi.lab.plan import make_plan
from tests.lab.running import assert_nothing_left, folder_of

PlanOf = Callable[..., Plan]


@pytest.fixture
def plan_of() -> PlanOf:
    """A plan of `name=text`, with `nat` the names of devices behind a NAT."""

    def build(*nat: str, **texts: str) -> Plan:
        return make_plan([read_device(name, f"{name}.cfg", text) for name, text in texts.items()], nat)

    return build


@pytest.fixture
def texts() -> Mapping[str, str]:
    """The files that `folder` begins with, by their stems; a module of labs has a fixture of its own."""
    return {}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, texts: Mapping[str, str]) -> Iterator[Path]:
    """Where a test's labs run, with `texts` in it; every one of them must leave nothing of itself behind."""
    with folder_of(texts) as made:
        monkeypatch.setenv("TMPDIR", str(made))
        yield made
        assert_nothing_left(made)
