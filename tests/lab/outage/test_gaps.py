from kakehashi.lab.outage.gaps import gaps

START = 1000.0


def sent(count: int) -> dict[int, float]:
    """A request every fifth of a second."""
    return {number: START + number * 0.2 for number in range(count)}


def without(requests: dict[int, float], *lost: int) -> dict[int, float]:
    return {number: at + 0.01 for number, at in requests.items() if number not in lost}


def test_a_gap_lasts_from_the_first_lost_request_to_the_next_one_that_arrives() -> None:
    requests = sent(100)
    (gap,) = gaps(requests, without(requests, *range(10, 20)), START, 2)
    assert (round(gap.begun, 2), round(gap.ended or 0, 2), gap.lost) == (2.0, 4.01, 10)


def test_a_single_lost_packet_is_no_gap() -> None:
    requests = sent(100)
    assert gaps(requests, without(requests, 10, 40), START, 2) == ()


def test_what_is_lost_at_random_is_no_gap_where_as_many_are_lost_in_a_row() -> None:
    requests = sent(100)
    assert gaps(requests, without(requests, 10, 11, 12), START, 4) == ()
    assert len(gaps(requests, without(requests, *range(10, 15)), START, 4)) == 1


def test_traffic_that_does_not_come_back_has_a_gap_without_end() -> None:
    requests = sent(100)
    (gap,) = gaps(requests, without(requests, *range(50, 100)), START, 2)
    assert gap.ended is None
    assert gap.seconds is None


def test_what_was_sent_just_before_the_end_may_be_on_its_way() -> None:
    requests = sent(100)
    assert gaps(requests, without(requests, 97, 98, 99), START, 2) == ()


def test_a_request_that_waited_for_the_tunnel_and_arrives_late_was_not_lost() -> None:
    requests = sent(100)
    arrived = without(requests, *range(10, 14)) | {14: START + 5.0}
    (gap,) = gaps(requests, arrived, START, 2)
    assert round(gap.ended or 0, 2) == 5.0


def test_what_waited_for_a_gateway_that_stood_still_did_not_arrive() -> None:
    requests = sent(100)
    arrived = without(requests) | dict.fromkeys(range(10, 70), START + 14.0)
    (gap,) = gaps(requests, arrived, START, 2)
    assert (round(gap.begun, 2), round(gap.ended or 0, 2)) == (2.0, 14.0)
    assert gap.lost in (35, 36)
