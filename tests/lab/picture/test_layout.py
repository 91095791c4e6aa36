from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import pytest

from kakehashi.lab.blueprint import Plan
from kakehashi.lab.outcome import Failure, Outcome, TunnelOutcome
from kakehashi.lab.picture.layout import picture, shapes_of
from kakehashi.lab.picture.shapes import Box, Label, overlapping
from tests.lab.fragments import CENTRE, EAST, KOBE, LEFT, NARA, RIGHT, WEST
from tests.lab.outage.redundant import BRANCH, NORTH, SOUTH

PlanOf = Callable[..., Plan]
IKE = "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128 PRF_HMAC_SHA2_256 MODP_2048"
ESP = "ENCR_AES_CBC_256 AUTH_HMAC_SHA2_256_128"


def outcome(plan: Plan, failures: Sequence[Failure] = ()) -> Outcome:
    """Every other tunnel is down."""
    tunnels = tuple(
        TunnelOutcome(pair=pair, up=number % 2 == 0, ike=IKE if number % 2 == 0 else None, esp=ESP)
        for number, pair in enumerate(plan.pairs)
    )
    return Outcome(plan=plan, tunnels=tunnels, probes=(), failures=tuple(failures))


def many(count: int) -> dict[str, str]:
    """A centre and its sites."""
    tunnel = CENTRE[CENTRE.index("interface Tunnel1.0") : CENTRE.index("!\ninterface Tunnel2.0")]
    centre = CENTRE[: CENTRE.index("interface Tunnel1.0")]
    sites = {}
    for number in range(1, count):
        name = f"site{number}"
        centre += f"ikev2 authentication psk id keyid {name} key char key-of-{name}\n"
        sites[name] = KOBE.replace("kobe", name)
    for number in range(1, count):
        centre += tunnel.replace("Tunnel1", f"Tunnel{number}").replace("kobe", f"site{number}")
    return {"centre": centre, **sites}


@pytest.mark.parametrize("count", [2, 3, 5, 8, 20])
def test_no_text_lies_over_another_one_however_many_devices_there_are(plan_of: PlanOf, count: int) -> None:
    plan = plan_of("site1", **many(count))
    assert len(plan.pairs) == count - 1
    shapes, width, height = shapes_of(outcome(plan))
    assert overlapping(shapes) == []
    for shape in shapes:
        if isinstance(shape, Label):
            left, top, right, bottom = shape.bounds
            assert left >= 0
            assert top >= 0
            assert right <= width
            assert bottom <= height


@pytest.mark.parametrize(
    "texts",
    [
        {"east": EAST, "west": WEST},
        {"left": LEFT, "right": RIGHT},
        {"centre": CENTRE, "kobe": KOBE, "nara": NARA},
        {"branch": BRANCH, "north": NORTH, "south": SOUTH},
    ],
)
def test_all_that_the_lab_has_is_in_the_picture(plan_of: PlanOf, texts: dict[str, str]) -> None:
    plan = plan_of(next(iter(texts)), **texts)
    shapes, _, _ = shapes_of(outcome(plan))
    assert overlapping(shapes) == []
    told = {shape.text for shape in shapes if isinstance(shape, Label)}
    for wan in plan.topology.wans:
        assert {wan.interface, *map(str, wan.addresses)} <= told
        assert not wan.nat or set(map(str, wan.public)) <= told
    for lan in plan.topology.lans:
        assert {lan.interface, *map(str, lan.addresses), *(str(h.ip) for h in lan.hosts)} <= told
    assert {f"{pair.a} – {pair.b}" for pair in plan.pairs} <= told
    assert f"IKE {IKE} · ESP {ESP}" in told


def test_it_is_xml_for_light_and_dark_and_tells_a_gateway_that_does_not_run(plan_of: PlanOf) -> None:
    plan = plan_of(east=EAST, west=WEST)
    failed = outcome(plan, [Failure(where="east", reason="the gateway does not run")])
    document = picture(failed)
    ElementTree.fromstring(document)
    assert "prefers-color-scheme: dark" in document
    boxes = [shape for shape in shapes_of(failed)[0] if isinstance(shape, Box)]
    assert [box.kind for box in boxes].count("failed") == 1
