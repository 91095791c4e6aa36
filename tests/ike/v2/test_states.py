"""The state table is whole, and draws no state that cannot be left or reached."""

from kakehashi.ike.v2.states import LEGAL_REQUESTS, TRANSITIONS, State, Step


def test_every_state_has_its_row_in_both_tables() -> None:
    assert set(TRANSITIONS) == set(LEGAL_REQUESTS) == set(State)


def test_every_state_but_the_last_can_end() -> None:
    for state in set(State) - {State.GONE}:
        assert TRANSITIONS[state][Step.CLOSED] is State.GONE
    assert not TRANSITIONS[State.GONE]


def test_every_state_is_reached_from_a_beginning() -> None:
    reached = {State.INIT_SENT, State.INIT_ANSWERED}
    for _ in State:
        reached |= {after for state in reached for after in TRANSITIONS[state].values()}
    assert reached == set(State)


def test_what_has_ended_takes_no_request() -> None:
    assert not LEGAL_REQUESTS[State.GONE]
