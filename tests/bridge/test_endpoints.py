"""AlliedWare Plus devices that name one another on a multipoint tunnel, in their own language and in others."""

from pathlib import Path

import pytest

from kakehashi.bridge.agree import Agreed
from kakehashi.bridge.mirror import MirrorError, mirror
from kakehashi.bridge.prove import prove_translation
from kakehashi.bridge.reading import Read, read
from kakehashi.bridge.translate import translate
from kakehashi.check.report import Severity
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from kakehashi.dialects.registry import by_name
from kakehashi.model.ikev1 import Ikev1Tunnel

EXAMPLE = Path(__file__).parents[2] / "examples" / "awplus-multipoint"
NAMES = ("hub", "oslo", "bern")
CISCO = by_name("cisco-ios")


def device(name: str, version: int = 2) -> Read:
    text = (EXAMPLE / f"{name}.cfg").read_text()
    if version == 1:
        text = text.replace(" version 2\n", " version 1 mode main\n")
    return read(f"{name}.cfg", text, by_name("awplus"))


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_the_mirror_of_one_meets_it(name: str, version: int) -> None:
    near = device(name, version)
    found = mirror(near, "awplus")
    assert found.proof.holds, found.proof
    far = by_name("awplus").lower(found.text, "far.cfg").gateway
    (of_many,) = far.multipoints
    ours = near.gateway.interface("tunnel0")
    assert ours is not None
    assert [hop.address for hop in of_many.endpoints] == [a.ip for a in ours.addresses]
    assert isinstance(far.tunnels[0], Ikev1Tunnel) is (version == 1)
    assert any("the keys between them" in text for text in found.placeholders)
    assert "crypto isakmp key" in found.text
    assert not any(key in found.comments() for key in ("8Lq2v", "4Wm7c", "5Tz9k"))


@pytest.mark.parametrize("version", [1, 2])
def test_in_its_own_language_nothing_is_lost(version: int) -> None:
    near = device("hub", version)
    found = translate(near, "awplus")
    assert found.holds
    again = by_name("awplus").lower(found.text, "new.cfg").gateway
    assert again.multipoints == near.gateway.multipoints
    assert again.tunnels == near.gateway.tunnels


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_cisco_s_device_takes_the_place_of_one_with_maps_and_a_key_for_each(name: str, version: int) -> None:
    every = {n: device(n, version) for n in NAMES}
    near = every[name]
    found = translate(near, "cisco-ios")
    assert found.holds, found.comments()
    assert not found.changes
    texts = {n: found.text if n == name else one.text for n, one in every.items()}
    report = check([read_configuration(f"{n}.cfg", text) for n, text in texts.items()])
    assert [pair.verdict.comes_up for pair in report.pairs] == [True, True, True]
    assert not [r for r in report.remarks if r.severity is not Severity.NOTE]
    made = CISCO.lower(found.text, "new.cfg")
    assert not made.findings
    (cloud,), (before,) = made.gateway.multipoints, near.gateway.multipoints
    (maps,) = cloud.nhrp
    assert maps.next_hops == before.endpoints
    assert maps.multicast == tuple(hop.nbma for hop in before.endpoints)
    assert (cloud.gre, cloud.protected, cloud.endpoints) == (before.gre, True, ())
    assert CISCO.lower(CISCO.render(made.gateway).text, "new.cfg").gateway == made.gateway
    routes = {(r.destination, r.next_hop) for r in made.gateway.routes}
    assert routes == {(r.destination, r.next_hop) for r in near.gateway.routes}


@pytest.mark.parametrize("version", [1, 2])
def test_it_is_proved_with_each_of_the_peers(version: int) -> None:
    """Another key with the last of them is no proof, whatever the first one says."""
    near = device("hub", version)
    text = translate(near, "cisco-ios").text
    for peer in ("hub-and-oslo-8Lq2v", "hub-and-bern-4Wm7c"):
        assert peer in text
        wrong = CISCO.lower(text.replace(peer, "another-key"), "new.cfg").gateway
        (of,) = near.gateway.tunnels
        proof = prove_translation(near, of, Agreed(near.gateway, ()), wrong, "Tunnel0", ())
        assert not proof.holds


def test_without_ipsec_the_maps_are_all_that_it_needs() -> None:
    near = device("hub")
    text = near.text.replace(" tunnel protection ipsec profile CLOUD\n", "")
    found = translate(read("hub.cfg", text, by_name("awplus")), "cisco-ios")
    assert found.holds
    made = CISCO.lower(found.text, "new.cfg").gateway
    assert [hop.nbma for hop in made.multipoints[0].next_hops] == [
        hop.nbma for hop in near.gateway.multipoints[0].endpoints
    ]
    assert not made.multipoints[0].protected
    assert "crypto" not in found.text
    assert not [note for note in found.notes if " SA " in note]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_cisco_s_far_end_of_one_meets_it(name: str, version: int) -> None:
    near = device(name, version)
    found = mirror(near, "cisco-ios")
    assert found.holds, found.comments()
    report = check([read_configuration("near.cfg", near.text), read_configuration("far.cfg", found.text)])
    (pair,) = report.pairs
    assert pair.verdict.comes_up
    assert not [r for r in report.remarks if r.severity is not Severity.NOTE]
    assert found.text.count("ip nhrp map 10.") == 1, "it knows this end alone"


@pytest.mark.parametrize("version", [1, 2])
def test_a_far_end_in_cisco_s_own_language_has_the_key_of_its_own(version: int) -> None:
    text = translate(device("hub", version), "cisco-ios").text
    found = mirror(read("hub.cfg", text, CISCO), "cisco-ios")
    assert found.holds, found.comments()
    assert "hub-and-oslo-8Lq2v" in found.text
    assert "hub-and-bern-4Wm7c" not in found.text


@pytest.mark.parametrize("target", ["cisco-ios", "nec-ix"])
def test_for_others_nothing_of_it_is_written_and_one_finding_says_so(target: str) -> None:
    near = device("hub")
    if target == "cisco-ios":  # whose interfaces of many peers have GRE
        whole = near.text.replace("mode gre multipoint", "mode ipsec multipoint")
        near = read("hub.cfg", whole.replace(" tunnel key 1\n", ""), by_name("awplus"))
        with pytest.raises(MirrorError, match="has many peers in a way that AlliedWare Plus has alone"):
            mirror(near, target)
    found = translate(near, target)
    (finding,) = found.wrong
    assert finding.code == "multipoint-unsaid"
    assert not [line for line in found.text.splitlines() if "10.255.0." in line]
