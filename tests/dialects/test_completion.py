"""What Tab makes of a line, told by what somebody types."""

import pytest

from kakehashi.dialects.completion import Completion, completions_at
from kakehashi.dialects.registry import by_name


def tab(dialect: str, text: str, mode: str = "root") -> Completion:
    return completions_at(by_name(dialect).grammar.mode(mode), text)


@pytest.mark.parametrize(
    ("dialect", "mode", "typed", "line"),
    [
        ("cisco-ios", "root", "crypto isa", "crypto isakmp "),
        ("cisco-ios", "root", "cry isa pol", "cry isa policy "),
        ("cisco-ios", "root", "CRYPTO ISA", "CRYPTO isakmp "),
        ("cisco-ios", "root", "no crypto isa", "no crypto isakmp "),
        ("cisco-ios", "isakmp policy", "auth pre", "auth pre-share "),
        ("nec-ix", "root", "ike proposal strong hash sha2-2", "ike proposal strong hash sha2-256 "),
        ("awplus", "isakmp profile", "transform 1 integrity sha512 enc", "transform 1 integrity sha512 encryption "),
        ("awplus", "isakmp profile", "ver", "version "),
    ],
)  # fmt: skip
def test_an_unambiguous_beginning_is_completed(dialect: str, mode: str, typed: str, line: str) -> None:
    assert tab(dialect, typed, mode) == Completion(line)


def test_of_several_words_as_much_is_written_as_they_share() -> None:
    assert tab("awplus", "transform 1 integrity s", "isakmp profile") == Completion(
        "transform 1 integrity sha", ("sha1", "sha256", "sha512")
    )


def test_a_word_that_begins_another_stays_and_both_are_told() -> None:
    assert tab("nec-ix", "ike") == Completion("ike", ("ike", "ikev2"))


def test_where_no_word_is_begun_the_candidates_are_told() -> None:
    assert tab("cisco-ios", "crypto isakmp key between-us ") == Completion(
        "crypto isakmp key between-us ", ("address", "hostname")
    )


def test_the_only_word_that_can_stand_there_is_written() -> None:
    assert tab("awplus", "transform 1 integrity sha256 ", "isakmp profile").text.endswith("encryption ")


def test_where_a_value_could_stand_as_well_nothing_is_written() -> None:
    assert tab("nec-ix", "ike policy centre peer any key between-us mode main ") == Completion(
        "ike policy centre peer any key between-us mode main "
    )
    assert tab("awplus", "lifetime ", "ipsec profile") == Completion("lifetime ", ("seconds",))


@pytest.mark.parametrize("typed", ["", "crypto isakmp policy 1", "crypto nonsense ", "crypto isakmp zz"])
def test_what_is_no_beginning_of_a_keyword_stays_as_it_is(typed: str) -> None:
    assert tab("cisco-ios", typed).text == typed


def test_words_that_leave_a_mode_are_completed_too() -> None:
    assert tab("cisco-ios", "exi", "isakmp policy") == Completion("exit ")
    assert tab("cisco-ios", "n", "isakmp policy") == Completion("no ")


def test_the_family_of_an_interface_is_completed_where_a_blank_may_stand_before_its_number() -> None:
    assert tab("cisco-ios", "interface gi") == Completion("interface GigabitEthernet ")


def test_a_picture_of_a_name_is_not_taken_for_one() -> None:
    assert tab("nec-ix", "interface Giga") == Completion("interface Giga")
