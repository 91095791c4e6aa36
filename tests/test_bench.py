"""What `make bench` compares."""

from bench import __main__ as bench
from bench import throughput


def test_every_floor_is_of_two_cases_that_are_measured():
    names = [case.name for case in throughput.cases()]
    assert len(names) == len(set(names))
    for floor in throughput.floors():
        assert floor.case in names
        assert floor.beside in names


def test_a_floor_is_missed_from_the_side_on_which_it_stands():
    figures = {case.name: 100.0 for case in throughput.cases()}
    reached = {(one["case"], one["floor"]): one["reached"] for one in bench._floors(figures)}
    assert reached["kakehashi, AES-128-GCM", 0.8]
    assert not reached["kakehashi, AES-128-GCM", 12]
    ping = "kakehashi, AES-128-GCM, round trip"
    assert reached[ping, 1]
    assert not next(one for one in bench._floors(figures | {ping: 101.0}) if one["case"] == ping)["reached"]
