"""Whatever a file says, it is read and answered with findings; and no line is lost without a word."""

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.dialects.cisco_ios.grammar import GRAMMAR
from kakehashi.dialects.document import Comment
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Word

VALUES = st.sampled_from(
    [
        "1",
        "10",
        "101",
        "65536",
        "0.0.0.0",
        "192.0.2.1",
        "255.255.255.0",
        "0.0.0.255",
        "0.255.0.255",
        "2001:db8::1",
        "2001:db8::/64",
        "Tunnel0",
        "GigabitEthernet0/0",
        "Dialer",
        "Null0",
        "X",
        "Y",
        "any",
        "a.example",
        "esp-aes",
        "sha256",
        "14",
        "group14",
        "pre-share",
        "0822455D0A16",
        "6",
        "7",
        "!",
        "***",
        "^C",
        "\x03",
    ]
)


def flat(patterns: tuple[Pattern, ...]) -> list[Word | Argument]:
    terminals: list[Word | Argument] = []
    for pattern in patterns:
        match pattern:
            case Word() | Argument():
                terminals.append(pattern)
            case Optional(items):
                terminals += flat(items)
            case Either(options):
                terminals += [t for option in options for t in flat(option)]
            case Many(item):
                terminals += flat((item,))
    return terminals


COMMANDS: list[Command] = [c for mode in (GRAMMAR.root, *GRAMMAR.modes) for c in mode.commands]


@st.composite
def nearly_lines(draw: st.DrawFn) -> str:
    """Lines with the words of real commands, and with wrong, missing and superfluous ones among them."""
    words = ["no"] if draw(st.integers(0, 5)) == 0 else []
    for terminal in flat(draw(st.sampled_from(COMMANDS)).pattern):
        what = draw(st.integers(0, 9))
        if what == 0:
            continue
        word = terminal.text if isinstance(terminal, Word) and what < 8 else draw(VALUES)
        words.append(word[: draw(st.integers(1, len(word)))] if what == 1 else word)
    return draw(st.sampled_from(["", "  "])) + " ".join(words)


TEXTS = st.lists(st.one_of(nearly_lines(), st.text(max_size=60)), max_size=20).map("\n".join)


@given(TEXTS)
def test_no_text_raises(text: str) -> None:
    lowered = CiscoIos().lower(text, "f")
    for finding in lowered.findings:
        assert finding.message
        assert finding.source is not None
        assert 1 <= finding.source.line <= text.count("\n") + text.count("\r") + 1
        assert str(finding)


@given(TEXTS)
def test_every_line_is_in_the_tree_once_and_in_its_order(text: str) -> None:
    lines = [item.line for item in CiscoIos().parse(text).walk()]
    assert lines == list(range(1, len(lines) + 1))


@given(st.text())
def test_any_text_can_be_weighed(text: str) -> None:
    assert 0 <= CiscoIos().recognise(text) <= 1


def test_every_command_has_a_key_and_a_sentence() -> None:
    for command in COMMANDS:
        assert command.key
        assert command.help


def test_every_command_of_the_root_begins_with_a_word() -> None:
    assert all(command.stem >= 1 for command in GRAMMAR.root.commands)


def test_every_mode_that_is_entered_is_there() -> None:
    assert {c.enters for c in COMMANDS if c.enters} == {m.name for m in GRAMMAR.modes}


def test_a_tree_keeps_comments_as_they_stood() -> None:
    items = list(CiscoIos().parse("! one\n\nhostname x\n  ! two\n").walk())
    assert [i.text for i in items if isinstance(i, Comment)] == ["! one", "", "  ! two"]
