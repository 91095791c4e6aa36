"""One watched thing: rounds of echo requests, and when they make an event. Time and answers in, nothing out.

A round begins every interval and ends with the first answer, or when the last of its echo requests has waited
in vain. Only so many rounds in a row that contradict what held before change it; one that agrees begins the
count anew.

    state         a round says      rounds in a row     then
    ------------  ----------------  ------------------  -------------------------------------
    not occurred  it has occurred   to_stand            occurred; from now standing_interval
    occurred      it is over        to_restore          not occurred; from now interval
"""

from kakehashi.model.watch import Condition, EventStatus, ProbeTiming, WatchEvent


class EventWatch:
    """The event, from `begin` on. Times are seconds of one clock that never goes back."""

    def __init__(self, event: WatchEvent, timing: ProbeTiming, begin: float, occurred: bool = False) -> None:
        self.event = event
        self.occurred = occurred
        self._timing = timing
        self._round_at = begin
        self._began = begin
        self._asked = begin
        self._deadline: float | None = None  # of the echo request that is under way
        self._left = 0  # echo requests of this round
        self._rounds = 0  # in a row that contradict `occurred`
        self._sent = 0
        self._answered = 0
        self._rtt: float | None = None

    @property
    def due(self) -> float | None:
        """When `step` wants to be called, None for never."""
        if self.event.host is None or not self.event.runs:
            return None
        return self._round_at if self._deadline is None else self._deadline

    def step(self, now: float) -> bool:
        """Carry on to `now`. Has an echo request to go out?"""
        due = self.due
        if due is None or now < due:
            return False
        if self._deadline is not None:
            self._deadline, self._rtt = None, None
            if self._left:
                return self._ask(now)
            self._judge(answers=False, now=now)
            if now < self._round_at:
                return False
        self._began, self._left = now, self._timing.echoes
        return self._ask(now)

    def answer(self, now: float) -> None:
        """The echo request that is under way has been answered; one that came too late has not."""
        if self._deadline is None or now > self._deadline:
            return
        self._deadline, self._rtt = None, now - self._asked
        self._answered += 1
        threshold = self.event.threshold
        self._judge(answers=threshold is None or self._rtt <= threshold, now=now)

    def look(self, up: bool) -> None:
        """The watched interface is up, or not."""
        if self.event.condition is Condition.INTERFACE_DOWN:
            self.occurred = not up

    def status(self) -> EventStatus:
        """As it is now."""
        return EventStatus(
            number=self.event.number,
            occurred=self.occurred,
            rounds=self._rounds,
            sent=self._sent,
            answered=self._answered,
            rtt=self._rtt,
        )

    def _ask(self, now: float) -> bool:
        self._left -= 1
        self._sent += 1
        self._asked, self._deadline = now, now + self._timing.wait
        return True

    def _judge(self, answers: bool, now: float) -> None:
        says = answers == (self.event.condition is Condition.REACHABLE)
        self._rounds = 0 if says == self.occurred else self._rounds + 1
        if self._rounds >= (self._timing.to_restore if self.occurred else self._timing.to_stand):
            self.occurred, self._rounds = says, 0
        interval = self._timing.standing_interval if self.occurred else self._timing.interval
        self._round_at = max(self._began + interval, now)
