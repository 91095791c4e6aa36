"""The reference pages say what the grammar says, and the grammar has a sentence on everything that acts."""

from pathlib import Path

import pytest

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.grammar import Command, Mode, Support, Word
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.reference import reference
from kakehashi.dialects.registry import all_dialects
from kakehashi.dialects.syntax import behind_stem, syntax, terminals

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference"
DIALECTS = pytest.mark.parametrize("dialect", all_dialects(), ids=lambda d: str(d.name))


def commands(dialect: Dialect) -> list[tuple[Mode, Command]]:
    modes = (dialect.grammar.root, *dialect.grammar.modes)
    return [(mode, command) for mode in modes for command in mode.commands]


@DIALECTS
def test_the_page_is_what_the_grammar_says_now(dialect: Dialect) -> None:
    page = (PAGES / f"{dialect.name}.md").read_text(encoding="utf-8")
    assert page == reference(dialect), "run `make reference`"


@DIALECTS
def test_what_acts_has_a_sentence_on_each_word_and_value(dialect: Dialect) -> None:
    silent = [
        f"{mode.name}: {command.key}: {terminal}"
        for mode, command in commands(dialect)
        if command.support is Support.OURS
        for terminal in terminals(command.pattern)
        if not (command.sentence_on(terminal) if isinstance(terminal, Word) else terminal.help)
    ]
    assert silent == []


@DIALECTS
def test_every_command_has_a_sentence(dialect: Dialect) -> None:
    assert [c.key for _, c in commands(dialect) if not c.help] == []


@DIALECTS
def test_a_default_is_one_of_a_command_that_there_is(dialect: Dialect) -> None:
    acting = {(mode.name, c.key) for mode, c in commands(dialect) if c.support is Support.OURS}
    assert set(dialect.omitted) - acting == set()


@DIALECTS
def test_every_command_is_on_the_page(dialect: Dialect) -> None:
    page = reference(dialect)
    named = {c.words for _, c in commands(dialect) if c.words}
    assert [words for words in named if f"`{words}`" not in page] == []


@DIALECTS
def test_what_is_typed_at_the_command_line_is_on_the_page(dialect: Dialect) -> None:
    section = reference(dialect).split("\n## ")[1]
    assert section.startswith("At the command line\n")
    verbs = {"show", "clear", "configure", "write", "reload", "ping", "debug", "exit"}
    assert {line.split()[1].strip("`") for line in section.splitlines()[5:] if line} >= verbs
    named = {c.words for c in manner_of(dialect).exec if c.support in (Support.OURS, Support.NOT_YET)}
    assert [words for words in named if f"| `{words}" not in section] == []


def of(name: str, mode: str, key: str) -> tuple[Dialect, Command]:
    dialect = next(d for d in all_dialects() if d.name == name)
    found = next(c for c in dialect.grammar.mode(mode).commands if c.key == key)
    return dialect, found


@pytest.mark.parametrize(
    ("name", "mode", "key", "line"),
    [
        ("cisco-ios", "isakmp policy", "encryption", "encryption {3des | aes [128 | 192 | 256] | des}"),
        ("cisco-ios", "root", "crypto isakmp policy", "crypto isakmp policy number"),
        ("nec-ix", "root", "ike keepalive", "ike keepalive NAME INTERVAL RETRIES"),
        ("nec-ix", "root", "ike suppress-dangling", "ike suppress-dangling [NAME]"),
        ("awplus", "ipsec profile", "lifetime", "lifetime [seconds] <seconds>"),
        (
            "awplus",
            "isakmp profile",
            "version",
            "version {1 mode {main | aggressive} | 2}",
        ),
    ],
)
def test_syntax_is_written_as_the_manual_writes_it(name: str, mode: str, key: str, line: str) -> None:
    dialect, command = of(name, mode, key)
    assert syntax(command.pattern, dialect.notation) == line


def test_what_repeats_is_written_with_dots() -> None:
    dialect, command = of("nec-ix", "root", "ike proposal")
    assert syntax(command.pattern, dialect.notation).endswith("| lifetime SECONDS] ...")
    dialect, command = of("nec-ix", "ikev2 profile", "sa-proposal enc")
    assert syntax(command.pattern, dialect.notation).endswith(" ...")


def test_a_section_has_mode_syntax_ranges_default_and_no_form() -> None:
    page = reference(next(d for d in all_dialects() if d.name == "cisco-ios"))
    mode = page[page.index("\n## In crypto isakmp policy\n") :]
    section = mode[mode.index("### `lifetime`") :].split("\n### ")[0].split("\n## ")[0]
    assert "\nlifetime seconds\n" in section
    assert "a number from 1 to 4294967295" in section
    assert "Default: 86400." in section
    assert "`no lifetime`: as if it had not been written." in section


def test_the_stem_is_not_told_twice() -> None:
    _, command = of("cisco-ios", "root", "crypto isakmp policy")
    assert [type(t).__name__ for t in behind_stem(command)] == ["Argument"]
