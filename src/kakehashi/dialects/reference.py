"""The reference page of a dialect, in Markdown: every command, written out of the grammar."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from kakehashi.dialects.base import Dialect
from kakehashi.dialects.grammar import Argument, Command, Grammar, Mode, Negation, Support, Terminal, Word
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.notation import Notation
from kakehashi.dialects.syntax import behind_stem, display, syntax, terminals

Omitted = Mapping[tuple[str, str], str]

_WIDTH = 110
_COMMAND_LINE = "At the command line"
_TIED = "\0"  # a blank at which no line is broken
_LISTED = {
    Support.NOT_YET: ("Understood, not yet", "The VPN needs them, and they have no effect yet: a warning."),
    Support.THE_HOSTS: ("The host's", "They bring a line up, which the host does that kakehashi runs on."),
}


def reference(dialect: Dialect) -> str:
    """The page. It ends with a newline."""
    lines = [*_introduction(dialect), *_command_line(dialect)]
    for mode in _modes(dialect.grammar):
        lines += _mode(mode, dialect)
    return "\n".join(lines).rstrip() + "\n"


def _introduction(dialect: Dialect) -> Iterator[str]:
    name = dialect.notation.placeholder("name")
    yield f"# {dialect.title}: every command"
    yield "Written by `make reference` out of the grammar that reads configurations; do not edit it."
    yield f"What the commands do together says [{dialect.name}](../{dialect.name}.md)."
    yield ""
    yield f"*`{name}`* is a value; `[ ]` may be left out; `{{ | }}` is one of several; `...` may be repeated."
    yield "Keywords may be typed in any case and as short as they are unambiguous. Behind `no`, the words of"
    yield "a command's heading are enough; what is written behind them says which of several lines is meant."
    yield "A command with a section of its own acts."
    title, anchor = _COMMAND_LINE.lower(), _anchor(_COMMAND_LINE)
    yield f"What is typed outside of the configuration stands under [{title}](#{anchor})."
    yield ""
    yield "| mode | opened by | acts | not yet | the host's | not ours |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for mode in _modes(dialect.grammar):
        opened = ", ".join(f"`{words}`" for words in _openers(mode, dialect.grammar))
        counts = (sum(c.support is s for c in mode.commands) for s in Support)
        yield f"| [{mode.title}](#{_anchor(_title(mode))}) | {opened} | {' | '.join(map(str, counts))} |"
    yield ""


def _command_line(dialect: Dialect) -> Iterator[str]:
    yield f"## {_COMMAND_LINE}"
    yield "Of `kakehashi console` and SSH; those of `show` and `clear` also as `kakehashi show ...`."
    yield ""
    yield "| command | what |"
    yield "| --- | --- |"
    later = {Support.OURS: "", Support.NOT_YET: " (not yet)"}
    found = [c for c in manner_of(dialect).exec if c.support in later]
    lines = {syntax(c.pattern, dialect.notation): c.help + later[c.support] for c in found}
    yield from (f"| `{_cell(text)}` | {_cell(what)} |" for text, what in sorted(lines.items()))
    yield ""


def _modes(grammar: Grammar) -> tuple[Mode, ...]:
    return tuple(mode for mode in (grammar.root, *grammar.modes) if mode.commands)


def _title(mode: Mode) -> str:
    return f"In {mode.title}"


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _openers(mode: Mode, grammar: Grammar) -> tuple[str, ...]:
    found = (c for m in _modes(grammar) for c in m.commands if c.enters == mode.name)
    return tuple(dict.fromkeys(f"{c.words} ..." if len(c.pattern) > c.stem else c.words for c in found))


def _mode(mode: Mode, dialect: Dialect) -> Iterator[str]:
    yield f"## {_title(mode)}"
    openers = [c for m in _modes(dialect.grammar) for c in m.commands if c.enters == mode.name]
    if openers and all(c.support is Support.NOT_YET for c in openers):
        yield "The command that opens this mode is not yet acted on, and with it nothing in here."
        yield ""
    for heading, commands in _by_heading(mode, dialect.notation).items():
        yield f"### `{heading}`"
        yield from _commands(commands, mode, dialect)
    for support, (title, sentence) in _LISTED.items():
        listed = [c for c in mode.commands if c.support is support]
        if listed:
            yield f"### {title} ({mode.title})"
            yield sentence
            yield ""
            yield "| command | what |"
            yield "| --- | --- |"
            yield from dict.fromkeys(f"| `{c.words}` | {_cell(c.help)} |" for c in listed)
            yield ""
    foreign = sorted({c.words for c in mode.commands if c.support is Support.NOT_OURS})
    if foreign:
        yield f"### Not ours ({mode.title})"
        yield "They do not concern the VPN: kept, and named once."
        yield ""
        joined = ", ".join(f"`{words}`".replace(" ", _TIED) for words in foreign)
        yield from (line.replace(_TIED, " ") for line in wrap(joined, _WIDTH, break_on_hyphens=False))
        yield ""


def _by_heading(mode: Mode, notation: Notation) -> dict[str, list[Command]]:
    """The commands that act by the words with which they begin."""
    found: dict[str, list[Command]] = {}
    for command in mode.commands:
        if command.support is Support.OURS:
            first = next(terminals(command.pattern))
            found.setdefault(command.words or display(first, notation), []).append(command)
    return found


def _commands(commands: Sequence[Command], mode: Mode, dialect: Dialect) -> Iterator[str]:
    sentences = dict.fromkeys(c.help for c in commands)
    opens = dict.fromkeys(c.enters for c in commands if c.enters)
    yield from (f"{sentence}." for sentence in sentences)
    yield from (f"Opens the mode *{dialect.grammar.mode(name).title}*." for name in opens)
    yield ""
    yield "```"
    for command in commands:
        yield from wrap(
            syntax(command.pattern, dialect.notation),
            _WIDTH,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    yield "```"
    yield from _without(commands, mode, dialect.omitted)
    rows = dict.fromkeys(_row(t, dialect.notation) for c in commands for t in behind_stem(c))
    if rows:
        yield ""
        yield "| word | what | takes |"
        yield "| --- | --- | --- |"
        yield from rows
    yield ""


def _without(commands: Sequence[Command], mode: Mode, omitted: Omitted) -> Iterator[str]:
    """The `no` form, and what holds where the command is not there."""
    command = commands[0]
    no = f"`no {command.words}`" if command.words else "`no` before it"
    match command.negation:
        case Negation.REMOVES:
            yield f"{no}: as if it had not been written."
        case Negation.SETS:
            yield f"{no}: the opposite."
        case Negation.NONE:
            yield "There is no `no`."
    defaults = dict.fromkeys(omitted[mode.name, c.key] for c in commands if (mode.name, c.key) in omitted)
    yield from (f"Default: {default}." for default in defaults)


def _row(terminal: Terminal, notation: Notation) -> str:
    shown = f"`{display(terminal, notation)}`"
    if isinstance(terminal, Word):
        return f"| {shown} | {_cell(terminal.help)} | |"
    return f"| *{shown}* | {_cell(terminal.help)} | {_cell(_taken(terminal))} |"


def _taken(argument: Argument) -> str:
    """What an argument takes: its words with what they mean, or in general."""
    if argument.rest:
        return "the rest of the line"
    words = argument.kind.words
    if argument.kind.forms or not all(sentence for _, sentence in words):
        return argument.kind.expected
    return "; ".join(f"`{word}` {sentence}" for word, sentence in words) or argument.kind.expected


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
