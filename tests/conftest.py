"""What all tests share."""

import pytest
from hypothesis import settings

from kakehashi import compiled

# How long an example takes is the machine's affair.
settings.register_profile("stories", deadline=None)
settings.load_profile("stories")

# Seconds for a test with processes of its own, at least: how long those take is the machine's affair as well.
PATIENCE = 300.0


def pytest_report_header() -> str:
    return f"the core runs {'compiled' if compiled.in_use() else 'interpreted'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("root"):
            item.add_marker(pytest.mark.timeout(max(_timeout(config, item), PATIENCE)), append=False)
    if compiled.in_use():
        for item in items:
            if item.get_closest_marker("interpreted"):
                item.add_marker(pytest.mark.skip(reason="the core runs compiled"))


def _timeout(config: pytest.Config, item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    if marker and marker.args:
        return float(marker.args[0])
    return float(config.getini("timeout"))
