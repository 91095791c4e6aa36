"""The configurations that we give away, and the manual's where they are at hand."""

import os
from pathlib import Path

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.document import Unknown
from kakehashi.dialects.registry import recognise
from kakehashi.model.finding import Severity

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("awplus-*/*.cfg"))
CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "awplus").glob("*.cfg")) if CORPUS else []
WITHOUT_CORPUS = pytest.mark.skipif(not LISTINGS, reason="KAKEHASHI_CORPUS names no folder with awplus/*.cfg")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_example_has_nothing_to_complain_of(path: Path) -> None:
    text = path.read_text()
    dialect = recognise(text)
    assert dialect.name == "awplus"
    lowered = dialect.lower(text, str(path))
    assert [f for f in lowered.findings if f.severity is not Severity.INFO] == []
    assert lowered.gateway.tunnels
    assert all(t.enabled for t in lowered.gateway.tunnels)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@WITHOUT_CORPUS
@pytest.mark.parametrize("path", LISTINGS, ids=lambda p: p.name)
def test_a_listing_of_the_manual_has_no_unknown_line(path: Path) -> None:
    text = path.read_text()
    assert recognise(text).name == "awplus"
    assert [i.text for i in AwPlus().parse(text).walk() if isinstance(i, Unknown)] == []


# What the listings leave out: the profiles that lines of `profiles.cfg` name, and certificates of others.
TOLD = {
    "certificate-router-a.cfg": set(),
    "profiles.cfg": {
        (11, "undefined-isakmp-profile"),
        (12, "undefined-isakmp-profile"),
        (13, "undefined-isakmp-profile"),
        (15, "tunnel-incomplete"),
    },
}


@WITHOUT_CORPUS
@pytest.mark.parametrize("path", LISTINGS, ids=lambda p: p.name)
def test_what_a_listing_leaves_out_is_told_with_its_line(path: Path) -> None:
    lowered = AwPlus().lower(path.read_text(), path.name)
    told = {(f.source.line, f.code) for f in lowered.findings if f.severity is not Severity.INFO and f.source}
    assert told == TOLD.get(path.name, set())
