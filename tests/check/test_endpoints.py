"""AlliedWare Plus devices that name one another on a multipoint tunnel: what keeps two of them apart."""

from pathlib import Path

import pytest

from kakehashi.check.clouds import check_clouds
from kakehashi.check.device import Device
from kakehashi.check.japanese.translate import translate
from kakehashi.check.pair import Pair, pair_tunnels
from kakehashi.check.verdict import Judge
from tests.dialects.awplus.reading import lower

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "awplus-multipoint"
OLD = """crypto isakmp profile CLOUD
 version 1 mode main"""


def devices(old: str = "", new: str = "", *, everywhere: tuple[str, str] = ("", "")) -> dict[str, Device]:
    """The devices of the example; of oslo some words may be others, and of all."""
    found = {}
    for name in ("hub", "oslo", "bern"):
        text = (EXAMPLE / f"{name}.cfg").read_text().replace(*everywhere)
        if old and name == "oslo":
            assert old in text
            text = text.replace(old, new)
        found[name] = Device(name, lower(text).gateway)
    return found


def pairs(found: dict[str, Device]) -> dict[str, Pair]:
    paired = pair_tunnels({name: device.gateway for name, device in found.items()}).pairs
    return {f"{pair.a.device}-{pair.b.device}": pair for pair in paired}


def test_each_has_an_end_for_each() -> None:
    assert list(check_clouds(devices())) == []
    assert set(pairs(devices())) == {"hub-oslo", "hub-bern", "oslo-bern"}


@pytest.mark.parametrize(
    "everywhere",
    [
        ("", ""),
        ("crypto isakmp profile CLOUD\n version 2", OLD),
        ("tunnel mode gre multipoint\n tunnel key 1", "tunnel mode ipsec multipoint"),
    ],
)
def test_every_pair_comes_up_and_survives(everywhere: tuple[str, str]) -> None:
    found = devices(everywhere=everywhere)
    judge = Judge(found)
    for name, pair in pairs(found).items():
        verdict = judge.judge(pair)
        assert verdict.comes_up, f"{name}: {verdict.reason}"
        assert verdict.survives_rekey, f"{name}: {verdict.reason}"


def test_another_key_keeps_only_those_two_apart() -> None:
    found = devices("hub-and-oslo-8Lq2v", "quite-another-one")
    judge = Judge(found)
    up = {name: judge.judge(pair).comes_up for name, pair in pairs(found).items()}
    assert up == {"hub-oslo": False, "hub-bern": True, "oslo-bern": True}


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        (" tunnel endpoint 10.255.0.1 destination 192.0.2.2\n", "", "no-endpoint-back", "hub tunnel0 has an"),
        (
            "endpoint 10.255.0.1 d",
            "endpoint 10.255.0.9 d",
            "endpoint-address",
            "has 10.255.0.1 in the tunnel",
        ),
        ("tunnel key 1", "tunnel key 2", "cloud-key", "key 2"),
        ("gre multipoint\n tunnel key 1", "ipsec multipoint", "cloud-mode", "only one of them has GRE"),
        ("10.255.0.2/24", "10.255.0.2/25", "cloud-network", "10.255.0.2/25"),
    ],
)
def test_what_keeps_two_apart(old: str, new: str, rule: str, words: str) -> None:
    remarks = [r for r in check_clouds(devices(old, new)) if r.rule == rule]
    assert any(words in r.message for r in remarks)
    for remark in remarks:
        assert translate(remark.message) not in (None, remark.message)
        assert translate(remark.fix) not in (None, remark.fix)


def test_who_is_not_named_is_not_let_in() -> None:
    found = devices(" tunnel endpoint 10.255.0.1 destination 192.0.2.2\n", "")
    verdict = Judge(found).judge(pairs(found)["hub-oslo"])
    assert not verdict.comes_up
