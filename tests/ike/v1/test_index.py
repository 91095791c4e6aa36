"""Values by what they have in common."""

from kakehashi.ike.v1.index import Index


def test_the_values_of_a_key_in_their_order() -> None:
    index: Index[str, int] = Index()
    for value in (3, 1, 2, 3):
        index.add("a", value)
    index.add("b", 4)
    assert index.of("a") == [3, 1, 2]
    assert index.of("b") == [4]
    assert index.of("c") == []


def test_what_is_removed_is_gone_and_a_second_time_does_no_harm() -> None:
    index: Index[str, int] = Index()
    index.add("a", 1)
    for _ in range(2):
        index.remove("a", 1)
        index.remove("b", 1)
    assert index.of("a") == []
    assert not index._values
