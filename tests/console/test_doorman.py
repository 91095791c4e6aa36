"""Who is let in, and who is not for a while."""

from kakehashi.console.doorman import MOST_FAILURES, MOST_INSIDE, MOST_OF_ONE, QUIET, Doorman

EVE, BOB = "203.0.113.9", "192.0.2.7"


def test_who_fails_too_often_waits_and_nobody_else_does() -> None:
    doorman = Doorman()
    for second in range(MOST_FAILURES):
        assert not doorman.refuses(EVE, second)
        doorman.failed(EVE, second)
    assert "failed" in doorman.refuses(EVE, 10)
    assert not doorman.refuses(BOB, 10)
    assert not doorman.refuses(EVE, 10 + QUIET)


def test_nobody_keeps_all_the_doors_busy() -> None:
    doorman = Doorman()
    for _ in range(MOST_OF_ONE):
        doorman.knocks(EVE)
    assert doorman.refuses(EVE, 0)
    assert not doorman.refuses(BOB, 0)
    doorman.knocks_no_more(EVE)
    assert not doorman.refuses(EVE, 0)
    doorman.inside = MOST_INSIDE
    assert doorman.refuses(BOB, 0)
