"""Whatever a file says, it is read and answered with findings; and no line is lost without a word."""

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.dialects.document import Comment
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Word
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.nec_ix.grammar import GRAMMAR

VALUES = st.sampled_from(
    [
        "1",
        "0",
        "65536",
        "192.0.2.1",
        "192.0.2.0/24",
        "192.0.2.1/24",
        "2001:db8::1",
        "2001:db8::/64",
        "Tunnel0.0",
        "GigaEthernet0.0",
        "x",
        "any",
        "a.example",
        "aes-cbc-256",
        "sha1",
        "2048-bit",
        "psk",
        "keyid",
        "ipv4",
        "deadbeef",
        "!",
        "***",
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
    lowered = NecIx().lower(text, "f")
    for finding in lowered.findings:
        assert finding.message
        assert finding.source is not None
        assert 1 <= finding.source.line <= text.count("\n") + text.count("\r") + 1
        assert str(finding)


@given(TEXTS)
def test_every_line_is_in_the_tree_once_and_in_its_order(text: str) -> None:
    lines = [item.line for item in NecIx().parse(text).walk()]
    assert lines == list(range(1, len(lines) + 1))


@given(st.text())
def test_any_text_can_be_weighed(text: str) -> None:
    assert 0 <= NecIx().recognise(text) <= 1


def test_every_command_has_a_key_and_a_sentence_and_begins_with_a_word() -> None:
    for command in COMMANDS:
        assert command.key
        assert command.help
        assert command.stem >= 1


def test_a_tree_keeps_comments_as_they_stood() -> None:
    items = list(NecIx().parse("! one\n\nhostname x\n  ! two\n").walk())
    assert [i.text for i in items if isinstance(i, Comment)] == ["! one", "", "  ! two"]
