"""Words against commands, with a small grammar of our own."""

from kakehashi.dialects.grammar import Argument, Command, Either, Many, Negation, Optional, Word
from kakehashi.dialects.kinds import Choice, HostName, Number, Text
from kakehashi.dialects.matching import Failure, Match, expected, match_line

COLOURS = Choice({"red": (1, "red"), "green": (2, "green"), "grey": (3, "grey")})
PAINT = Command(
    key="paint",
    pattern=(Word("paint"), Many(Argument("colours", COLOURS)), Optional(Word("twice", sets=("times", 2)))),
    help="Paint",
)
PARK = Command(key="park", pattern=(Word("park"), Word("here")), help="Park", negation=Negation.NONE)
CALL = Command(
    key="call",
    pattern=(
        Word("call"),
        Either((Word("any", sets=("who", None)),), (Argument("who", HostName()),)),
        Optional(
            Many(
                Either(
                    (Word("after"), Argument("after", Number(0, 9))),
                    (Word("before"), Argument("before", Number(0, 9))),
                )
            )
        ),
    ),
    help="Call",
)
SAY = Command(key="say", pattern=(Word("say"), Argument("text", Text(), rest=True)), help="Say")
COMMANDS = (PAINT, PARK, CALL, SAY)


def match(line: str) -> Match:
    found = match_line(line.split(), COMMANDS)
    assert isinstance(found, Match), found
    return found


def failure(line: str) -> Failure:
    found = match_line(line.split(), COMMANDS)
    assert isinstance(found, Failure), found
    return found


def test_repeated_values_are_collected() -> None:
    assert match("paint red GREEN twice").values == {"colours": (1, 2), "times": 2}


def test_options_in_any_order() -> None:
    assert match("call bob before 3 after 1").values == {
        "who": match("call bob").values["who"],
        "before": 3,
        "after": 1,
    }


def test_an_exact_keyword_beats_a_value_and_a_value_beats_an_abbreviation() -> None:
    assert match("call any").values["who"] is None
    assert str(match("call an").values["who"]) == "an"


def test_a_choice_may_be_shortened_while_unambiguous() -> None:
    assert match("paint r").values == {"colours": (1,)}
    assert failure("paint gre").refusal == "one of red, green, grey"


def test_the_rest_of_a_line_is_kept_as_it_stands() -> None:
    assert match("say No  more words").values["text"] == ("No", "more", "words")


def test_an_ambiguous_keyword_names_its_readings() -> None:
    assert failure("pa red").ambiguous == ("paint", "park")


def test_a_failure_says_where_and_what_was_expected() -> None:
    wrong = failure("call bob after ten")
    assert (wrong.position, wrong.word, wrong.refusal) == (3, "ten", "a number from 0 to 9")
    missing = failure("call bob after")
    assert (missing.incomplete, missing.said) == (True, "call bob after")
    excess = failure("park here now")
    assert (excess.excess, excess.word) == (True, "now")


def test_no_needs_the_keywords_only() -> None:
    assert match("no paint").negated is True
    assert match("no call bob").negated is True
    assert isinstance(match_line(["no", "park", "here"], COMMANDS), Failure)
    assert isinstance(match_line(["no"], COMMANDS), Failure)


def test_what_may_follow_is_known_for_help_and_completion() -> None:
    def texts(*words: str) -> list[str]:
        return [t.text if isinstance(t, Word) else t.name for t in expected(words, COMMANDS)]

    assert texts() == ["paint", "park", "call", "say"]
    assert texts("paint") == ["colours"]
    assert texts("paint", "red") == ["colours", "twice"]
    assert texts("call", "bob") == ["after", "before"]
    assert texts("say") == ["text"]
    assert texts("no", "paint") == ["colours"]
    assert texts("nothing") == []
