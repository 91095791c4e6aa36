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
LISTINGS = sorted(Path(CORPUS, "nec-ix").glob("*.cfg")) if CORPUS else []
WITHOUT_CORPUS = pytest.mark.skipif(not LISTINGS, reason="KAKEHASHI_CORPUS names no folder with nec-ix/*.cfg")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_an_example_has_nothing_to_complain_of(path: Path) -> None:
    text = path.read_text()
    lowered = recognise(text).lower(text, str(path))
    assert [f for f in lowered.findings if f.severity is not Severity.INFO] == []
    assert lowered.gateway.tunnels
    assert all(t.enabled for t in lowered.gateway.tunnels)
    assert all(i.enabled for i in lowered.gateway.interfaces)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@WITHOUT_CORPUS
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


# The mistakes of two listings: the line, and the proposal that is not there.
MISTAKES = {
    "v1-peer-fqdn.cfg": [(4, "ike-policy")],
    "v1-nat-traversal-center.cfg": [(8, "ikeprop"), (12, "ikeprop")],
}
# Listings that leave out what they refer to.
FRAGMENTS = {
    "v1-dynamic-map-ike-binding.cfg": "undefined-ike-policy",
    "v1-napt-in-tunnel.cfg": "undefined-map",
    "v1-napt-on-wan.cfg": "undefined-map",
    "v1-without-id-payload.cfg": "undefined-map",
}


@WITHOUT_CORPUS
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_the_manual_is_told_with_its_line(name: str) -> None:
    lowered = NecIx().lower(Path(CORPUS, "nec-ix", name).read_text(), name)
    wrong = [f for f in lowered.findings if f.severity is Severity.ERROR]
    assert [(f.source.line, f.name) for f in wrong if f.source] == MISTAKES[name]
    assert {f.code for f in wrong} == {"undefined-ike-proposal"}


@WITHOUT_CORPUS
@pytest.mark.parametrize("path", [p for p in LISTINGS if p.name.startswith("v1-")], ids=lambda p: p.name)
def test_a_listing_of_ikev1_has_no_error_but_what_it_leaves_out(path: Path) -> None:
    lowered = NecIx().lower(path.read_text(), path.name)
    wrong = {f.code for f in lowered.findings if f.severity is Severity.ERROR}
    expected = {"undefined-ike-proposal"} if path.name in MISTAKES else {FRAGMENTS.get(path.name, "")} - {""}
    assert wrong == expected
    if "tunnel mode ipsec" in path.read_text() and path.name not in FRAGMENTS:
        assert lowered.gateway.tunnels
        assert all(t.enabled for t in lowered.gateway.tunnels)


def _support(item: object) -> Support:
    command = getattr(item, "command", None)
    return command.support if command is not None else Support.OURS
