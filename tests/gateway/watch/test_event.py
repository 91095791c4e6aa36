"""When an event has occurred, in virtual time."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address

from kakehashi.gateway.watch.event import EventWatch
from kakehashi.model.watch import Condition, ProbeTiming, WatchEvent

TIMING = ProbeTiming(interval=5, standing_interval=10, wait=2, to_stand=3, to_restore=2)
EVENT = WatchEvent(
    number=10, condition=Condition.UNREACHABLE, host=ip_address("192.0.2.9"), interface="Tunnel0.0"
)


class Story:
    """A host that answers after `rtt` seconds where `answers` says so; `asked` and `changes` are when."""

    def __init__(
        self, timing: ProbeTiming = TIMING, event: WatchEvent = EVENT, occurred: bool = False
    ) -> None:
        self.watch = EventWatch(event, timing, 0.0, occurred)
        self.now = 0.0
        self.asked: list[float] = []
        self.changes: list[tuple[float, bool]] = []

    def until(self, end: float, answers: bool, rtt: float = 0.25) -> "Story":
        while (due := self.watch.due) is not None and due < end:
            self.now = due
            before = self.watch.occurred
            asks = self.watch.step(self.now)
            self._note(before)
            if asks:
                self.asked.append(self.now)
            if asks and answers:
                before, self.now = self.watch.occurred, self.now + rtt
                self.watch.answer(self.now)
                self._note(before)
        self.now = end
        return self

    def _note(self, before: bool) -> None:
        if self.watch.occurred != before:
            self.changes.append((self.now, self.watch.occurred))


def every(step: float, begin: float, number: int) -> Iterable[float]:
    return [begin + step * n for n in range(number)]


def test_a_host_that_answers_is_asked_every_interval() -> None:
    story = Story().until(20, answers=True)
    assert story.asked == every(5, 0, 4)
    assert story.changes == []


def test_it_occurs_after_so_many_rounds_without_an_answer_and_ends_after_so_many_with_one() -> None:
    story = Story().until(10, answers=True)  # asked at 0 and 5
    story.until(40, answers=False)
    assert story.asked == [0, 5, 10, 15, 20, 30]
    assert story.changes == [(22, True)], "the third request in vain, and its wait"
    story.until(80, answers=True)
    assert story.changes == [(22, True), (50.25, False)], "asked at 40 and at 50"
    assert story.asked[6:] == [40, 50, 55, 60, 65, 70, 75]


def test_one_answer_in_between_begins_the_count_anew() -> None:
    story = Story().until(10, answers=False).until(15, answers=True).until(25, answers=False)
    assert story.changes == []
    story.until(33, answers=False)
    assert story.changes == [(27, True)]
    story.until(45, answers=True).until(55, answers=False).until(65, answers=True)
    assert story.changes == [(27, True)], "asked at 35 and 45 and 55: yes, no, yes"


def test_an_answer_that_comes_too_late_is_none() -> None:
    story = Story().until(20, answers=True, rtt=2.5)
    assert story.changes == [(12, True)]


def test_an_answer_after_the_threshold_is_none() -> None:
    story = Story(event=replace(EVENT, threshold=1.0))
    story.until(10, answers=True, rtt=1.0)
    assert story.watch.status().rounds == 0
    story.until(25, answers=True, rtt=1.25)
    assert story.changes == [(21.25, True)]


def test_several_requests_of_a_round_go_out_one_after_the_other() -> None:
    timing = replace(TIMING, echoes=3, to_stand=1)
    story = Story(timing).until(5, answers=False)
    assert story.asked == [0, 2, 4]
    story.until(7, answers=False)
    assert story.changes == [(6, True)]
    one_answers = Story(timing).until(2, answers=False)
    assert one_answers.until(15, answers=True).changes == []
    assert one_answers.asked == [0, 2, 5, 10]


def test_a_round_longer_than_the_interval_is_followed_at_once() -> None:
    story = Story(replace(TIMING, interval=1)).until(6, answers=False)
    assert story.asked == [0, 2, 4]


def test_a_host_that_is_to_stay_away() -> None:
    story = Story(event=replace(EVENT, condition=Condition.REACHABLE)).until(30, answers=False)
    assert story.changes == []
    story.until(45, answers=True)
    assert story.changes == [(40.25, True)]


def test_it_may_hold_at_first() -> None:
    story = Story(occurred=True).until(15, answers=True)
    assert story.changes == [(10.25, False)]


def test_what_nothing_starts_asks_nobody() -> None:
    story = Story(event=replace(EVENT, runs=False), occurred=True).until(100, answers=True)
    assert (story.asked, story.watch.occurred) == ([], True)


def test_what_is_told_of_it() -> None:
    story = Story().until(5, answers=True).until(12, answers=False)
    found = story.watch.status()
    assert (found.number, found.occurred, found.sent, found.answered, found.rounds) == (10, False, 3, 1, 1)
    assert found.rtt is None
    assert Story().until(5, answers=True).watch.status().rtt == 0.25


def test_the_rhythm_implies_how_long_it_takes_at_most() -> None:
    for wait, echoes in ((2, 1), (2, 4), (1, 2)):
        timing = replace(TIMING, wait=wait, echoes=echoes)
        story = Story(timing).until(5.5, answers=True)
        story.until(200, answers=False)
        ((since, _),) = story.changes
        assert since - 5 <= timing.longest_to_stand
        story.until(400, answers=True)
        assert story.changes[1][0] - 200 <= timing.longest_to_restore
