"""Two configurations in one file are told of, in any dialect."""

import pytest

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.registry import all_dialects


@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda d: str(d.name))
def test_a_second_device_in_a_file_is_told_of(dialect: Dialect) -> None:
    lowered = dialect.lower("hostname a\n!\nend\nhostname b\n", "f")
    (finding,) = [f for f in lowered.findings if f.code == "several-devices"]
    assert finding.source is not None
    assert finding.source.line == 4
    again = dialect.lower("hostname a\nhostname a\n", "f")
    assert "several-devices" not in [f.code for f in again.findings]
