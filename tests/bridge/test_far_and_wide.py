"""Every router here meets its mirror in every language, and becomes a router of every maker."""

import os
from dataclasses import replace
from difflib import ndiff
from functools import cache
from pathlib import Path

import pytest

from kakehashi.bridge.account import Fate
from kakehashi.bridge.mirror import Mirror, MirrorError, mirror
from kakehashi.bridge.prove import has_certificate
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import Translation, translate
from kakehashi.check_reading import read_configuration
from kakehashi.dialects.document import Comment
from kakehashi.dialects.registry import by_name, recognise
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Peer, Ikev1Tunnel
from kakehashi.model.tunnel import Tunnel
from tests.bridge.far_and_wide import ROUTERS

DIALECTS = ("nec-ix", "cisco-ios", "awplus")
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.cfg"))
CORPUS = sorted(Path(os.environ.get("KAKEHASHI_CORPUS", "/nowhere")).glob("*/*.cfg"))
WITHOUT_CORPUS = pytest.mark.skipif(not CORPUS, reason="KAKEHASHI_CORPUS names no folder with */*.cfg")


@cache
def router(name: str) -> Read:
    return read(name, ROUTERS[name], recognise(ROUTERS[name]))


@cache
def far_end(name: str, tunnel: str, target: str) -> Mirror:
    return mirror(router(name), target, tunnel)


@cache
def translated(name: str, target: str) -> Translation:
    return translate(router(name), target)


def tunnels() -> list[tuple[str, str]]:
    return [(name, t.interface) for name in ROUTERS for t in router(name).gateway.tunnels]


def of_file(path: Path) -> Read:
    text = path.read_text(encoding="utf-8")
    return read(path.name, text, by_name(read_configuration(path.name, text).dialect))


every_tunnel = pytest.mark.parametrize(("name", "tunnel"), tunnels())
every_router = pytest.mark.parametrize("name", ROUTERS)
every_target = pytest.mark.parametrize("target", DIALECTS)


def test_each_maker_is_there_with_both_versions() -> None:
    found = {
        (router(name).dialect, type(t).__name__) for name in ROUTERS for t in router(name).gateway.tunnels
    }
    assert len(found) == len(DIALECTS) * 2


@every_tunnel
@every_target
def test_the_mirror_comes_up_and_survives_its_rekeys(name: str, tunnel: str, target: str) -> None:
    found = far_end(name, tunnel, target)
    assert found.holds, (found.proof, found.wrong)


@every_tunnel
@every_target
def test_the_mirror_of_a_mirror_meets_it_too(name: str, tunnel: str, target: str) -> None:
    far = read("far", far_end(name, tunnel, target).text, by_name(target))
    back = mirror(far, router(name).dialect, far.gateway.tunnels[0].interface)
    assert back.holds, (back.proof, back.wrong)


@every_tunnel
def test_the_mirror_of_a_mirror_is_the_router_again(name: str, tunnel: str) -> None:
    """But for names and places. Who is reached by name, through a NAT or at no fixed address knows more than
    its far end can give back.
    """
    if name.endswith(("BY_NAME", "BEHIND_NAT", "NAMELESS")):
        pytest.skip("its far end waits for it, and knows nothing of where it is")
    near = router(name)
    far = read("far", far_end(name, tunnel, near.dialect).text, by_name(near.dialect))
    text = mirror(far, near.dialect, far.gateway.tunnels[0].interface).text
    again = by_name(near.dialect).lower(text, "again").gateway
    was, now = near.gateway.tunnel(tunnel), again.tunnels[0]
    assert was is not None
    assert _bare(now) == _bare(was)
    assert _bare_peers(again, now) == _bare_peers(near.gateway, was)


def _bare(tunnel: Tunnel) -> Tunnel:
    bare = replace(tunnel, interface="", source_address=None, outgoing=None)
    if isinstance(bare, Ikev1Tunnel):
        return replace(bare, peers=(), name="", answers_only_peers=True)
    return bare


def _bare_peers(gateway: Gateway, tunnel: Tunnel) -> list[Ikev1Peer]:
    names = tunnel.peers if isinstance(tunnel, Ikev1Tunnel) else ()
    return [replace(p, name="") for p in gateway.ikev1_peers if p.name in names]


@every_tunnel
@every_target
def test_what_the_first_file_must_change_is_told_line_by_line(name: str, tunnel: str, target: str) -> None:
    found = far_end(name, tunnel, target)
    assert (found.first is None) == (not found.changes)
    if found.first is None:
        return
    changed = [x for x in ndiff(ROUTERS[name].splitlines(), found.first.text.splitlines()) if x[0] in "+-"]
    told = [line.split(": ", 1)[1] for line in found.first.lines]
    assert sorted(_unmasked(x) for x in told) == sorted(_unmasked(x) for x in changed)
    lowered = by_name(found.dialect).lower(found.first.text, name)
    assert not [f for f in lowered.findings if f.severity.value == "error"]


def _unmasked(line: str) -> tuple[str, ...]:
    """Its sign and its first word: a key would stand behind them."""
    return tuple(line.split()[:2])


@every_router
@every_target
def test_a_translation_holds_or_says_what_the_far_end_must_change(name: str, target: str) -> None:
    found = translated(name, target)
    assert found.wrong == ()
    assert found.proofs
    for proof in found.proofs:
        assert proof.holds or "the far end must be changed as this end is: " in proof.reason
    assert found.holds == (not found.changes)
    assert by_name(target).lower(found.text, "translated").gateway.hostname == router(name).gateway.hostname


@every_router
@every_target
def test_no_line_is_lost_silently(name: str, target: str) -> None:
    _all_lines_are_told_of(router(name), translated(name, target))


def _all_lines_are_told_of(source: Read, found: Translation) -> None:
    saying = [item.line for item in source.document.walk() if not isinstance(item, Comment)]
    assert [x.line for x in found.lines] == saying
    assert all(x.reason for x in found.lines if x.fate is not Fate.CARRIED)


@every_router
@every_target
def test_no_key_stands_in_what_is_told(name: str, target: str) -> None:
    keys = [word for word in ROUTERS[name].split() if word.startswith(("of-", "for-", "snow-", "first-of"))]
    keys += ["second-of-two", "one-way", "another-way", "by-name", "over-six", "plain-enough", "drift-ice"]
    told = translated(name, target).comments()
    told += "".join(far_end(n, t, target).comments() for n, t in tunnels() if n == name)
    assert not [key for key in keys if f" {key} " in told or f" {key}\n" in told]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
@every_target
def test_an_example_translates_likewise(path: Path, target: str) -> None:
    source = of_file(path)
    found = translate(source, target)
    missing = [f.name for f in found.wrong if f.code == "pseudowire-unsaid"]
    wires = source.gateway.pseudowires if source.dialect != target else ()
    assert missing == [w.interface for w in wires]
    clouds = [f.name for f in found.wrong if f.code == "multipoint-unsaid"]
    of_many = source.gateway.multipoints if source.dialect != target else ()
    # Maps of NHRP say what is written down of peers in GRE.
    maps = [m for m in of_many if target == "cisco-ios" and m.gre and m.endpoints]
    assert clouds == [m.interface for m in of_many if m not in maps]
    assert found.holds or found.changes or missing or clouds
    assert all(p.holds or "the far end must be changed" in p.reason for p in found.proofs)
    _all_lines_are_told_of(source, found)


@WITHOUT_CORPUS
@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
@every_target
def test_a_listing_translates_or_says_why_not(path: Path, target: str) -> None:
    source = of_file(path)
    found = translate(source, target)
    _all_lines_are_told_of(source, found)
    assert not [p for p in found.proofs if "nobody says why" in p.reason]
    is_sound = not [f for f in source.findings if f.severity.value == "error"]
    if source.dialect == target and is_sound and not any(map(has_certificate, source.gateway.tunnels)):
        assert found.holds


@WITHOUT_CORPUS
@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
@every_target
def test_a_listing_is_mirrored_or_says_why_not(path: Path, target: str) -> None:
    source = of_file(path)
    if not source.gateway.tunnels:
        with pytest.raises(MirrorError, match="has no tunnel"):
            mirror(source, target)
    for tunnel in source.gateway.tunnels:
        found = mirror(source, target, tunnel.interface)
        is_sound = tunnel.enabled and not [f for f in source.findings if f.severity.value == "error"]
        if not has_certificate(tunnel):
            assert found.holds == is_sound, found.proof
        assert "nobody says why" not in found.proof.reason
