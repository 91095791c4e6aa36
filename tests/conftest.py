"""What all tests share."""

import pytest
from hypothesis import settings

from kakehashi import compiled

# How long an example takes is the machine's affair.
settings.register_profile("stories", deadline=None)
settings.load_profile("stories")


def pytest_report_header() -> str:
    return f"the core runs {'compiled' if compiled.in_use() else 'interpreted'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if compiled.in_use():
        for item in items:
            if item.get_closest_marker("interpreted"):
                item.add_marker(pytest.mark.skip(reason="the core runs compiled"))
