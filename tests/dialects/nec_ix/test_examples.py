"""The configurations that we give away, and the manual's where they are at hand."""

import os
from pathlib import Path

import pytest

from kakehashi.dialects.document import Unknown
from kakehashi.dialects.grammar import Support
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.registry import recognise
from kakehashi.model.finding import Severity

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("nec-ix-*/*.cfg"))
CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "nec-ix").glob("v2-*.cfg")) if CORPUS else []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_example_has_nothing_to_complain_of(path: Path) -> None:
    text = path.read_text()
    lowered = recognise(text).lower(text, str(path))
    assert [f for f in lowered.findings if f.severity is not Severity.INFO] == []
    assert [t.enabled for t in lowered.gateway.tunnels] == [True]
    assert all(i.enabled for i in lowered.gateway.interfaces)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.skipif(not LISTINGS, reason="KAKEHASHI_CORPUS names no folder with nec-ix/v2-*.cfg")
@pytest.mark.parametrize("path", LISTINGS, ids=lambda p: p.name)
def test_a_listing_of_the_manual_has_no_unknown_line(path: Path) -> None:
    text = path.read_text()
    assert recognise(text).name == "nec-ix"
    document = NecIx().parse(text)
    assert [i.text for i in document.walk() if isinstance(i, Unknown)] == []
    not_yet = [
        s.line for s in document.walk() if not isinstance(s, Unknown) and _support(s) is Support.NOT_YET
    ]
    told = [
        f.source.line for f in NecIx().lower(text, path.name).findings if f.code == "not-yet" and f.source
    ]
    assert set(not_yet) <= set(told)


def _support(item: object) -> Support:
    command = getattr(item, "command", None)
    return command.support if command is not None else Support.OURS
