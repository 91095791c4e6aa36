"""The fixture of tests that need a network."""

import os
from collections.abc import Iterator

import pytest

from tests.dataplane.world import Pair, two_hosts


@pytest.fixture
def pair() -> Iterator[Pair]:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with two_hosts() as hosts:
        yield hosts
