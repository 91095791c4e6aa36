"""`debug`, `no debug`, `undebug`, `show debugging`: what a terminal is told down to single messages.

A device names what it can tell by words of its own; behind them stand the names that events bear (V2-52).
"""

from dataclasses import dataclass
from typing import Any

from kakehashi.dialects.grammar import Argument, Command, Either, Negation, Optional, Pattern, Word
from kakehashi.dialects.kinds import Choice, Text

ALL = ("ikev2", "ike", "ipsec", "gateway")


@dataclass(frozen=True, slots=True)
class Topic:
    """`words`: behind `debug`. `title`: what the device calls it when it is switched on. `detail`: words
    that may follow and change nothing, for everything is told.
    """

    words: tuple[Word, ...]
    title: str
    subjects: tuple[str, ...]
    detail: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its words."""
        return " ".join(word.text for word in self.words)


EVERYTHING = Topic((Word("all", "Everything"),), "All possible", ALL)


def debugging(topics: tuple[Topic, ...]) -> tuple[Command, ...]:
    """The commands of a device that can tell of these."""
    debug = Word("debug", "Tell what happens while it happens")
    undebug = Word("undebug", "Tell it no more")
    show = Word("show", "Show running system information")
    which = Either(*(_pattern(topic) for topic in (*topics, EVERYTHING)))
    return (
        Command(
            key="debug",
            pattern=(debug, which),
            help="Tell what happens while it happens",
            negation=Negation.REMOVES,
        ),
        Command(key="undebug", pattern=(undebug, which), help="Tell it no more", negation=Negation.NONE),
        Command(
            key="show debugging",
            pattern=(show, Word("debugging", "What is told"), Optional(which)),
            help="What is told",
            negation=Negation.NONE,
        ),
    )


def chosen(topics: tuple[Topic, ...], values: dict[str, Any]) -> Topic:
    """Which topic the values of such a command mean; all of them where they mean none."""
    wanted = values.get("topic")
    wanted = wanted[-1] if isinstance(wanted, tuple) else wanted
    return next((topic for topic in topics if topic.name == wanted), EVERYTHING)


def _pattern(topic: Topic) -> tuple[Pattern, ...]:
    *before, last = topic.words
    marked: tuple[Pattern, ...] = (*before, Word(last.text, last.help, ("topic", topic.name)))
    if not topic.detail:
        return marked
    choice = Choice({word: (word, "How much of it: all of it is told") for word in topic.detail})
    return (*marked, Optional(Argument("detail", choice, "How much of it: all of it is told")))


def diagnosis(subject: Word) -> Command:
    """`show crypto diagnosis`: why tunnels are not up (CI-14). The devices have no such command."""
    sentence = "Why tunnels are not up"
    return Command(
        key="show diagnosis",
        pattern=(
            Word("show", "Show running system information"),
            subject,
            Word("diagnosis", sentence),
            Optional(Argument("tunnel", Text("the name of a tunnel interface"), "One tunnel interface")),
        ),
        help=sentence,
        negation=Negation.NONE,
    )
