import pytest

from kakehashi.lab.errors import LabError
from kakehashi.lab.outage.grammar import parse_outage, parse_outages, parse_time
from kakehashi.lab.outage.nouns import REBOOT_SECONDS, Kind, Place

WANS = {"tokyo": ["GigaEthernet0.0", "GigaEthernet1.0"], "tokyo-2": ["GigaEthernet0.0"], "b": ["eth1"]}


@pytest.mark.parametrize(
    ("text", "kind", "places", "at", "seconds"),
    [
        ("link tokyo down at 10s for 20s", Kind.LINK_DOWN, (Place("tokyo"),), 10, 20),
        ("link b/eth1 down at 1min", Kind.LINK_DOWN, (Place("b", "eth1"),), 60, None),
        ("peer b dead at 500ms", Kind.PEER_DEAD, (Place("b"),), 0.5, None),
        ("b reboots at 3s", Kind.REBOOTS, (Place("b"),), 3, REBOOT_SECONDS),
        ("b restarts at 3s", Kind.RESTARTS, (Place("b"),), 3, None),
        ("b hangs at 3s for 4s", Kind.HANGS, (Place("b"),), 3, 4),
        ("b changes its address at 3s", Kind.CHANGES_ADDRESS, (Place("b"),), 3, None),
        ("path tokyo - b dead at 5 s", Kind.PATH_DEAD, (Place("tokyo"), Place("b")), 5, None),
        ("one way b>tokyo-2 dead at 5s", Kind.ONE_WAY_DEAD, (Place("b"), Place("tokyo-2")), 5, None),
        ("nat b forgets at 1s", Kind.NAT_FORGETS, (Place("b"),), 1, None),
        ("dns dead at 1s for 2s", Kind.DNS_DEAD, (), 1, 2),
        ("LINK b DOWN AT 1s", Kind.LINK_DOWN, (Place("b"),), 1, None),
    ],
)
def test_a_sentence_says_what_where_and_when(
    text: str, kind: Kind, places: tuple[Place, ...], at: float, seconds: float | None
) -> None:
    outage = parse_outage(text, WANS)
    assert (outage.kind, outage.places, outage.at, outage.seconds) == (kind, places, at, seconds)


def test_a_name_with_the_sign_that_joins_two_places_is_read_whole() -> None:
    assert parse_outage("path tokyo-tokyo-2 dead at 5s", WANS).places == (Place("tokyo"), Place("tokyo-2"))
    found = parse_outage("path tokyo/GigaEthernet1.0-tokyo-2/gigaethernet0.0 dead at 5s", WANS)
    assert found.places == (Place("tokyo", "GigaEthernet1.0"), Place("tokyo-2", "GigaEthernet0.0"))


def test_loss_and_delay_have_an_amount_and_a_place_if_one_is_said() -> None:
    everywhere = parse_outage("loss 20% at 3s for 10s", WANS)
    assert (everywhere.amount, everywhere.places) == (0.2, ())
    assert parse_outage("loss 5% tokyo-b at 1s", WANS).places == (Place("tokyo"), Place("b"))
    late = parse_outage("delay 100ms b at 3s", WANS)
    assert (late.amount, late.places) == (0.1, (Place("b"),))


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("link tokio down at 1s", "at `tokio`, column 6: no device is called that", "tokyo, tokyo-2, b"),
        ("link b up at 1s", "at `up`, column 8", "`down`"),
        ("lnk b down at 1s", "at `lnk`, column 1", "`link`, `peer`, `path`"),
        ("path b-b dead at 1s", "at `b`, column 8", "tokyo, tokyo-2"),
        ("path tokyo dead at 1s", "at `dead`, column 12", "`-` and another device"),
        ("b reboots", "at the end", "`at`"),
        ("b reboots at soon", "at `soon`, column 14", "10s, 500ms or 2min"),
        ("b reboots at 3s for 0s", "at `0s`, column 21", "longer than 0 s"),
        ("b changes its address at 3s for 2s", "at `for`, column 29: it happens at once", "nothing more"),
        ("loss 0% at 1s", "at `0%`, column 6", "20%"),
        (
            "link tokyo/eth9 down at 1s",
            "column 12: tokyo has no such WAN",
            "GigaEthernet0.0, GigaEthernet1.0",
        ),
        ("b reboots at 99999min", "at `99999min`", "a day"),
        ("link b down at 1s for 2s please", "at `please`, column 26", "nothing more"),
        ("", "at the end", "a device: tokyo"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_what_may_stand_there(
    text: str, where: str, allowed: str
) -> None:
    with pytest.raises(LabError) as told:
        parse_outage(text, WANS)
    said = str(told.value)
    assert said.startswith(f'--fail "{text}": ')
    assert where in said
    assert allowed in said.partition("here may stand: ")[2]


def test_several_are_put_in_the_order_of_time() -> None:
    found = parse_outages(["b reboots at 9s", "dns dead at 2s"], WANS)
    assert [outage.at for outage in found] == [2, 9]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("2min", 120), ("1.5s", 1.5), ("soon", None)])
def test_a_time_by_itself(text: str, seconds: float | None) -> None:
    assert parse_time(text) == seconds
