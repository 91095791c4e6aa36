"""Whatever a file says, it is read and answered with findings; and no line is lost without a word."""

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.awplus.grammar import GRAMMAR
from kakehashi.dialects.grammar import Argument, Command, Either, Many, Optional, Pattern, Word

VALUES = st.sampled_from(
    [
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
OURS = [c for c in COMMANDS if c.support.name in ("OURS", "NOT_YET")]


@st.composite
def nearly_lines(draw: st.DrawFn) -> str:
    """Lines with the words of real commands, and with wrong, missing and superfluous ones among them."""
    words = ["no"] if draw(st.integers(0, 5)) == 0 else []
    for terminal in flat(draw(st.sampled_from(OURS)).pattern):
        what = draw(st.integers(0, 9))
        if what == 0:
            continue
        word = terminal.text if isinstance(terminal, Word) and what < 8 else draw(VALUES)
        words.append(word[: draw(st.integers(1, len(word)))] if what == 1 else word)
    return draw(st.sampled_from(["", " "])) + " ".join(words)


def whole_lines() -> st.SearchStrategy[str]:
    """Lines that make tunnels, so that what is wrong is wrong among many that are right."""
    return st.sampled_from(
        [
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
        ]
    )


TEXTS = st.lists(st.one_of(whole_lines(), nearly_lines(), st.text(max_size=60)), max_size=30).map("\n".join)


@given(TEXTS)
def test_no_text_raises(text: str) -> None:
    lowered = AwPlus().lower(text, "f")
    for finding in lowered.findings:
        assert finding.message
        assert finding.source is not None
        assert 1 <= finding.source.line <= text.count("\n") + text.count("\r") + 1
        assert str(finding)


@given(TEXTS)
def test_every_line_is_in_the_tree_once_and_in_its_order(text: str) -> None:
    lines = [item.line for item in AwPlus().parse(text).walk()]
    assert lines == list(range(1, len(lines) + 1))


@given(st.text())
def test_any_text_can_be_weighed(text: str) -> None:
    assert 0 <= AwPlus().recognise(text) <= 1
    assert isinstance(AwPlus().evidence(text), tuple)


def test_every_command_has_a_key_and_a_sentence_and_begins_with_a_word() -> None:
    for command in COMMANDS:
        assert command.key
        assert command.help
        assert command.stem >= 1


def test_every_word_of_ours_has_a_sentence_for_the_question_mark() -> None:
    for command in OURS:
        for terminal in flat(command.pattern):
            assert terminal.help or terminal.rest if isinstance(terminal, Argument) else terminal.help, (
                command.key,
                terminal,
            )
