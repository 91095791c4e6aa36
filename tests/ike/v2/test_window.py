"""Message IDs and retransmission."""

from kakehashi.ike.v2.window import Freshness, Requests, Responses


def test_a_request_goes_out_again_after_2_4_and_8_s_and_is_given_up_after_16_more() -> None:
    requests = Requests()
    requests.send((b"request",), (2, 4, 8, 16), 100.0)
    times = []
    while (waiting := requests.waiting) is not None:
        times.append(waiting.due)
        if requests.retransmit(waiting.due) is None:
            break
    assert times == [102, 106, 114, 130]


def test_only_the_response_that_is_waited_for_is_welcome() -> None:
    requests = Requests()
    assert not requests.is_waiting_for(0)
    requests.send((b"request",), (2,), 0)
    assert requests.is_waiting_for(0)
    assert not requests.is_waiting_for(1)
    requests.answered()
    assert not requests.is_waiting_for(0)
    requests.send((b"request",), (2,), 0)
    assert requests.is_waiting_for(1)


def test_the_next_request_is_new_the_last_one_a_duplicate_and_all_others_outside() -> None:
    responses = Responses()
    assert responses.classify(0) is Freshness.NEW
    assert responses.classify(1) is Freshness.OUTSIDE
    responses.answered((b"zero",))
    assert responses.classify(0) is Freshness.DUPLICATE
    responses.answered((b"one",))
    assert [responses.classify(n) for n in range(4)] == [
        Freshness.OUTSIDE,
        Freshness.DUPLICATE,
        Freshness.NEW,
        Freshness.OUTSIDE,
    ]
    assert responses.last == (b"one",)
