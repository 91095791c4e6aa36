"""The configurations that we give away, and by what the dialect is known."""

from pathlib import Path

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.document import Unknown
from kakehashi.dialects.registry import recognise
from kakehashi.model.finding import Severity

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("cisco-ios-*/*.cfg"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_example_has_nothing_to_complain_of(path: Path) -> None:
    text = path.read_text()
    dialect = recognise(text)
    assert dialect.name == "cisco-ios"
    assert [i.text for i in CiscoIos().parse(text).walk() if isinstance(i, Unknown)] == []
    lowered = dialect.lower(text, str(path))
    assert [str(f) for f in lowered.findings if f.severity is not Severity.INFO] == []
    assert [t.enabled for t in lowered.gateway.tunnels] == [True]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("crypto isakmp policy 1\n", "`crypto isakmp policy`"),
        ("R1(config)#cry isa pol 1\n", "`crypto isakmp policy`"),
        (" ip address 10.0.0.1 255.0.0.0\r\n", "addresses with masks (255.255.255.0)"),
        ("Current configuration : 1234 bytes\n", "the header `Current configuration : ... bytes`"),
    ],
)
def test_the_evidence_is_said(text: str, evidence: str) -> None:
    assert evidence in CiscoIos().evidence(text)
    assert 0 < CiscoIos().recognise(text) <= 1


def test_what_is_no_configuration_has_no_evidence() -> None:
    assert CiscoIos().evidence("dear all, see you tomorrow\n") == ()
