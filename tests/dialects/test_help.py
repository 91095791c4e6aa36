"""What `?` shows, told by what somebody types."""

import pytest

from kakehashi.dialects.help import Help, help_at, written
from kakehashi.dialects.matching import Failure
from kakehashi.dialects.registry import by_name


def shown(dialect: str, text: str, mode: str = "root") -> str:
    """What the device prints for a line that ends with `?`."""
    of = by_name(dialect)
    return written(help_at(of.grammar.mode(mode), text, of.notation), of.notation)


def listed(dialect: str, text: str, mode: str = "root") -> list[str]:
    """The first column of it."""
    of = by_name(dialect)
    found = help_at(of.grammar.mode(mode), text, of.notation)
    assert isinstance(found, Help)
    return [line.text for line in found.lines]


def test_cisco_lists_keywords_with_their_sentences_by_ascii_and_the_end_last() -> None:
    assert shown("cisco-ios", "encryption aes ?", "isakmp policy").splitlines() == [
        "  128   128 bit keys",
        "  192   192 bit keys",
        "  256   256 bit keys",
        "  <cr>",
    ]


def test_a_number_is_shown_with_its_range_and_an_address_with_its_form() -> None:
    assert shown("cisco-ios", "crypto isakmp policy ?") == "  <1-10000>  Priority of protection suite"
    assert listed("cisco-ios", "crypto isakmp key between-us address ?") == ["A.B.C.D", "ipv6"]
    assert listed("cisco-ios", "ipv6 route ?")[0] == "X:X:X:X::X/<0-128>"
    assert listed("awplus", "ipv6 route ?")[0] == "X:X::X:X/M"
    assert listed("awplus", "lifetime ?", "ipsec profile") == ["<300-31449600>", "seconds"]


def test_abbreviations_are_understood_before_the_question_mark() -> None:
    assert shown("cisco-ios", "cry isa pol ?") == shown("cisco-ios", "crypto isakmp policy ?")
    assert listed("nec-ix", "ike pol centre peer ?") == ["A.B.C.D", "X:X::X:X", "any"]


def test_a_command_that_is_complete_shows_the_end_alone() -> None:
    assert listed("cisco-ios", "crypto isakmp policy 10 ?") == ["<cr>"]


def test_what_may_be_left_out_is_shown_beside_what_follows_it() -> None:
    assert listed("nec-ix", "ike policy centre peer any key between-us ?") == ["WORD", "mode"]
    assert listed("nec-ix", "ike policy centre peer any key between-us mode main ?") == ["WORD"]


def test_a_part_that_repeats_is_shown_again() -> None:
    assert listed("nec-ix", "ike proposal strong ?") == ["encryption", "group", "hash", "lifetime", "<cr>"]
    assert listed("nec-ix", "ike proposal strong hash sha2-256 ?") == listed(
        "nec-ix", "ike proposal strong ?"
    )


def test_alternatives_are_shown_together_and_only_the_chosen_one_goes_on() -> None:
    assert listed("awplus", "transform 1 ?", "isakmp profile") == ["encryption", "integrity"]
    assert listed("awplus", "transform 1 integrity sha256 ?", "isakmp profile") == ["encryption"]


def test_the_words_of_a_choice_have_their_sentences() -> None:
    lines = shown("nec-ix", "ike proposal strong group ?").splitlines()
    assert [line.split()[0] for line in lines] == [
        "1024-bit",
        "1536-bit",
        "2048-bit",
        "3072-bit",
        "768-bit",
    ]
    assert all(len(line.split()) > 1 for line in lines)


def test_a_question_mark_that_touches_a_word_lists_what_begins_so() -> None:
    assert shown("cisco-ios", "crypto isakmp ke?") == "keepalive  key"  # IOS: the words alone
    assert shown("nec-ix", "ike pro?") == "  proposal  What protects phase 1"


def test_a_value_that_is_begun_shows_its_form() -> None:
    assert listed("cisco-ios", "crypto isakmp policy 99999?") == ["<1-10000>"]
    assert listed("cisco-ios", "crypto isakmp policy 1?") == ["<1-10000>"]


def test_what_leaves_a_mode_and_what_takes_back_is_shown_at_the_beginning_alone() -> None:
    assert {"no", "exit", "end"} <= set(listed("awplus", "?", "ipsec profile"))
    assert not {"no", "exit", "end"} & set(listed("awplus", "no ?", "ipsec profile"))
    assert "hash" in listed("cisco-ios", "no ?", "isakmp policy")


def test_behind_no_the_command_may_end_where_its_words_are_enough() -> None:
    assert listed("cisco-ios", "no lifetime ?", "isakmp policy") == ["<1-4294967295>", "<cr>"]


def test_a_remark_takes_a_whole_line() -> None:
    assert listed("cisco-ios", "description ?", "keyring") == ["LINE"]
    assert listed("cisco-ios", "description to the centre ?", "keyring") == ["<cr>"]


def test_an_ambiguous_word_is_told_as_such() -> None:
    assert shown("cisco-ios", "crypto i ?") == '% Ambiguous command:  "crypto i"'


@pytest.mark.parametrize("text", ["crypto isakmp polcy ?", "crypto isakmp pz?"])
def test_a_wrong_word_is_refused_with_what_would_have_fitted(text: str) -> None:
    first, second = shown("cisco-ios", text).splitlines()
    assert first == "% Unrecognized command"
    assert "`policy`" in second


def test_a_secret_that_was_typed_is_in_no_answer() -> None:
    of = by_name("cisco-ios")
    found = help_at(of.grammar.mode("root"), "crypto isakmp key between-us nonsense ?", of.notation)
    assert isinstance(found, Failure)
    assert "between-us" not in written(found, of.notation) + repr(found)


def test_a_foreign_command_says_that_it_is_none_of_ours() -> None:
    line = next(x for x in shown("awplus", "?").splitlines() if x.split()[0] == "snmp-server")
    assert line.endswith("Not part of the VPN")
