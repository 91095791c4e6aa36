"""How a device talks at its terminal, as data: prompts, sentences, and commands outside configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.dialects.debugging import Topic
from kakehashi.dialects.editing import Habits
from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional, Pattern, Word, prefixed
from kakehashi.dialects.kinds import Address, HostName, Number, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What is asked before a device starts again. `agreed`: the answers, in small letters, by which it does.

    Where what runs is not saved, `unsaved` is said, or asked if it ends in a blank; "yes" saves then.
    """

    question: str
    agreed: tuple[str, ...]
    unsaved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Of one device.

    `prompts`: what stands in the prompt's brackets in a mode; `{}` is the name of the object there. `enable`:
    it has a privilege of its own for what changes something. `do`: how commands from outside are typed while
    configuring, "" where they need nothing before them. `entering`: said where configuration begins.
    `invalid`, `incomplete`: said below the caret, where `{}` is the word, and at the end of a line. `saving`:
    said while the running configuration is written, then `saved`; `copying`: before, where it is a copy.
    `destination`: it is asked where a copy goes.
    """

    hostname: str
    prompts: Mapping[str, str]
    exec: tuple[Command, ...]
    habits: Habits
    enable: bool = True
    do: str = "do"
    entering: str = "Enter configuration commands, one per line.  End with CNTL/Z."
    invalid: str = "% Invalid input detected at '^' marker."
    incomplete: str = "% Incomplete command."
    saving: str = "Building configuration..."
    saved: str = "[OK]"
    destination: bool = False
    copying: str = ""
    more: str = "--More--"
    reload: Reload
    header: str = ""
    unprivileged: frozenset[str] = field(default_factory=frozenset)
    topics: tuple[Topic, ...] = ()  # what its `debug` can tell

    def inside(self, mode: str, name: str) -> str:
        """What stands in the brackets of the prompt."""
        return self.prompts.get(mode, "config").format(name)


def word_of(text: str, sentence: str) -> Word:
    """A keyword of a command outside configuration."""
    return Word(text, sentence)


def plain(key: str, sentence: str, *pattern: Pattern, words: tuple[Word, ...] = ()) -> Command:
    """A command outside configuration; its words are those of its key unless said. `no` is nothing to it."""
    stem = words or tuple(Word(text) for text in key.split())
    return Command(key=key, pattern=(*stem, *pattern), help=sentence, negation=Negation.NONE)


def shown(show: tuple[Command, ...], clear: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands of `show` and `clear` that the dialect has, with that word before them."""
    sentences = {"show": "Show running system information", "clear": "Reset functions"}
    found: list[Command] = []
    for verb, commands in (("show", show), ("clear", clear)):
        for command in prefixed((Word(verb, sentences[verb]),), commands):
            found.append(
                Command(
                    key=f"{verb} {command.key}",
                    pattern=command.pattern,
                    help=command.help,
                    negation=Negation.NONE,
                )
            )
    return tuple(found)


def common(source: Word) -> tuple[Command, ...]:
    """What every device takes, outside of configuration. `source`: the word before a ping's source."""
    show = Word("show", "Show running system information")
    running = Word("running-config", "What runs now")
    startup = Word("startup-config", "What is read at the next start")
    terminal = Word("terminal", "This terminal")
    return (
        plain("show running-config", "What runs now", words=(show, running)),
        plain("show startup-config", "What is read at the next start", words=(show, startup)),
        plain(
            "show interfaces brief",
            "The interfaces, a line each",
            words=(
                show,
                Word("ip", "IPv4"),
                Word("interface", "The interfaces"),
                Word("brief", "A line each"),
            ),
        ),
        plain("show version", "Which software runs", words=(show, Word("version", "Which software runs"))),
        plain(
            "show tech-support",
            "Everything that support may ask for, secrets masked",
            words=(show, Word("tech-support", "Everything that support may ask for, secrets masked")),
        ),
        plain("show history", "What was typed here", words=(show, Word("history", "What was typed here"))),
        plain("show clock", "The time", words=(show, Word("clock", "The time"))),
        plain("write", "Save what runs", Optional(Word("memory", "Into the startup configuration"))),
        plain(
            "copy running-config startup-config",
            "Save what runs",
            words=(Word("copy", "Copy a configuration"), running, startup),
        ),
        plain("reload", "Go back to what is saved", words=(Word("reload", "Go back to what is saved"),)),
        plain(
            "terminal length",
            "Lines of a page, 0 for no pages",
            Argument("lines", Number(0, 512), "Lines of a page, 0 for no pages"),
            words=(terminal, Word("length", "Lines of a page")),
        ),
        plain(
            "terminal width",
            "Columns",
            Argument("columns", Number(0, 512), "Columns"),
            words=(terminal, Word("width", "Columns")),
        ),
        plain(
            "terminal monitor",
            "The log is told here",
            words=(terminal, Word("monitor", "The log is told here")),
        ),
        plain(
            "terminal no monitor",
            "The log is not told here",
            words=(terminal, Word("no", "Take it back"), Word("monitor", "The log is not told here")),
        ),
        plain(
            "ping",
            "Send echo requests",
            *_probe(source),
            Optional(
                Either(
                    (Word("repeat", "How many"), Argument("repeat", Number(1, 1000), "How many")),
                    (Word("count", "How many"), Argument("repeat", Number(1, 1000), "How many")),
                )
            ),
            Optional(Word("size", "Octets of a packet"), Argument("size", Number(36, 18024), "Octets")),
            words=(Word("ping", "Send echo requests"),),
        ),
        plain(
            "traceroute",
            "Which way packets go",
            *_probe(source),
            words=(Word("traceroute", "Which way packets go"),),
        ),
    )


def _probe(source: Word) -> tuple[Pattern, ...]:
    """To whom, and from where."""
    return (
        Optional(Either((Word("ip", "By IPv4"),), (Word("ipv6", "By IPv6"),))),
        Either((Argument("address", Address(), "Its address"),), (Argument("host", HostName(), "Its name"),)),
        Optional(source, Argument("source", Text("an interface or an address"), "Where it comes from")),
    )


def configuring(sentence: str, terminal: str) -> Command:
    """`configure [terminal]`, with what `?` says of both words."""
    return plain(
        "configure", sentence, Optional(Word("terminal", terminal)), words=(Word("configure", sentence),)
    )


def leaving(privileged: bool) -> tuple[Command, ...]:
    """`exit` and its like."""
    found = [
        plain("exit", "Leave", words=(Word("exit", "Leave"),)),
        plain("quit", "Leave", words=(Word("quit", "Leave"),)),
        plain("logout", "Leave", words=(Word("logout", "Leave"),)),
    ]
    if privileged:
        found.append(plain("enable", "Become privileged", words=(Word("enable", "Become privileged"),)))
        found.append(
            plain("disable", "Be privileged no more", words=(Word("disable", "Be privileged no more"),))
        )
    return tuple(found)
