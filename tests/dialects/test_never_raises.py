"""Whatever a file says, in any dialect, it is read and answered with findings; and no line is lost without a word."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.document import Comment
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Support, Word
from kakehashi.dialects.registry import all_dialects, by_name

# What stands for an argument in lines that are nearly right.
VALUES = {
    "awplus": [
        "1",
        "0",
        "65536",
        "3600",
        "192.0.2.1",
        "192.0.2.0/24",
        "192.0.2.1/24",
        "255.255.255.0",
        "2001:db8::1",
        "2001:db8::/64",
        "2001:db8::1/64",
        "tunnel0",
        "tunnel1",
        "eth1",
        "port1.0.1",
        "x",
        "default",
        "dynamic",
        "a.example",
        "AES256",
        "aes128",
        "3des",
        "sha256",
        "gcm16",
        "14",
        "certificate",
        "null",
        "!",
        "***",
    ],
    "cisco-ios": [
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
    ],
    "nec-ix": [
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
    ],
}
# Lines that make tunnels, so that what is wrong is wrong among many that are right.
WHOLE_LINES = {
    "awplus": [
        "interface tunnel0",
        "interface tunnel1",
        "interface eth1",
        " ip address 192.0.2.1/24",
        " ip address dhcp",
        " tunnel mode ipsec ipv4",
        " tunnel mode ipsec ipv6",
        " tunnel source eth1",
        " tunnel source 192.0.2.1",
        " tunnel destination 192.0.2.2",
        " tunnel destination dynamic",
        " tunnel destination a.example",
        " tunnel local name x",
        " tunnel remote name a.example",
        " tunnel local selector 2 10.0.0.0/8",
        " tunnel remote selector 2 2001:db8::/64",
        " tunnel protection ipsec",
        " tunnel protection ipsec profile p",
        " shutdown",
        "crypto isakmp key k address 192.0.2.2",
        "crypto isakmp key k hostname a.example",
        "crypto isakmp key 8 k policy tunnel0",
        "crypto isakmp peer dynamic profile p",
        "crypto isakmp peer policy tunnel0 profile p",
        "crypto isakmp peer address 192.0.2.2 profile default",
        "crypto isakmp profile p",
        " version 1 mode main",
        " version 1 mode aggressive",
        " local authentication certificate",
        " pki trustpoint t",
        " transform 1 integrity sha256 encryption aes256 group 14",
        " transform 1 integrity sha1 encryption 3des group 2",
        " rekey on-demand",
        " dpd-timeout 10",
        "crypto ipsec profile p",
        " pfs 14",
        " transform 1 protocol esp integrity gcm8 encryption 3des",
        " transform 2 protocol esp integrity sha512 encryption aes192",
        "crypto pki trustpoint t",
        " subject-name /CN=",
        "ip route 10.0.0.0/8 tunnel0",
        "ip route 10.0.0.0/8 null",
        "awplus(config)#",
        "-----BEGIN X-----",
        "--More--",
    ],
}
of_every_dialect = pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)


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


def commands(dialect: Dialect) -> list[Command]:
    modes = (dialect.grammar.root, *dialect.grammar.modes)
    return [command for mode in modes for command in mode.commands]


@st.composite
def nearly_lines(draw: st.DrawFn, dialect: Dialect) -> str:
    """Lines with the words of real commands, and with wrong, missing and superfluous ones among them."""
    words = ["no"] if draw(st.integers(0, 5)) == 0 else []
    for terminal in flat(draw(st.sampled_from(commands(dialect))).pattern):
        what = draw(st.integers(0, 9))
        if what == 0:
            continue
        is_itself = isinstance(terminal, Word) and what < 8
        word = terminal.text if is_itself else draw(st.sampled_from(VALUES[dialect.name]))
        words.append(word[: draw(st.integers(1, len(word)))] if what == 1 else word)
    return draw(st.sampled_from(["", " ", "  "])) + " ".join(words)


@cache
def texts(dialect: Dialect) -> st.SearchStrategy[str]:
    lines = [nearly_lines(dialect), st.text(max_size=60)]
    if dialect.name in WHOLE_LINES:
        lines.insert(0, st.sampled_from(WHOLE_LINES[dialect.name]))
    return st.lists(st.one_of(lines), max_size=30).map("\n".join)


@of_every_dialect
@given(st.data())
def test_no_text_raises(dialect: Dialect, data: st.DataObject) -> None:
    text = data.draw(texts(dialect))
    lowered = dialect.lower(text, "f")
    for finding in lowered.findings:
        assert finding.message
        assert finding.source is not None
        assert 1 <= finding.source.line <= text.count("\n") + text.count("\r") + 1
        assert str(finding)


@of_every_dialect
@given(st.data())
def test_every_line_is_in_the_tree_once_and_in_its_order(dialect: Dialect, data: st.DataObject) -> None:
    lines = [item.line for item in dialect.parse(data.draw(texts(dialect))).walk()]
    assert lines == list(range(1, len(lines) + 1))


@of_every_dialect
@given(st.text())
def test_any_text_can_be_weighed(dialect: Dialect, text: str) -> None:
    assert 0 <= dialect.recognise(text) <= 1
    assert isinstance(dialect.evidence(text), tuple)


@of_every_dialect
def test_every_command_has_a_key_and_a_sentence(dialect: Dialect) -> None:
    for command in commands(dialect):
        assert command.key
        assert command.help


@of_every_dialect
def test_every_command_of_the_root_begins_with_a_word(dialect: Dialect) -> None:
    assert all(command.stem >= 1 for command in dialect.grammar.root.commands)


def test_every_word_of_alliedware_plus_has_a_sentence_for_the_question_mark() -> None:
    """In the others a word may be told by the sentence of its command."""
    for command in commands(by_name("awplus")):
        if command.support in (Support.OURS, Support.NOT_YET):
            for terminal in flat(command.pattern):
                told = terminal.help or (isinstance(terminal, Argument) and terminal.rest)
                assert told, (command.key, terminal)


@of_every_dialect
def test_every_mode_that_is_entered_is_there(dialect: Dialect) -> None:
    entered = {command.enters for command in commands(dialect) if command.enters}
    assert entered == {mode.name for mode in dialect.grammar.modes}


@of_every_dialect
def test_a_tree_keeps_comments_as_they_stood(dialect: Dialect) -> None:
    items = list(dialect.parse("! one\n\nhostname x\n  ! two\n").walk())
    assert [i.text for i in items if isinstance(i, Comment)] == ["! one", "", "  ! two"]
