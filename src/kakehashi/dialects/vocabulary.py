"""Small patterns that many commands share, and the commands made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.dialects.grammar import Argument, Command, Negation, Optional, Pattern, Support, Word
from kakehashi.dialects.kinds import Number, Text

REST = Argument("rest", Text("anything"), "Anything", rest=True)


def number(name: str, low: int, high: int, sentence: str = "") -> Argument:
    """A number."""
    return Argument(name, Number(low, high), sentence)


def text(name: str, what: str, sentence: str = "") -> Argument:
    """Any one word. `what` it is will do as its sentence."""
    return Argument(name, Text(what), sentence or what[:1].upper() + what[1:])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A device's keywords, each with the sentence that `?` shows for it where a command has no other."""

    sentences: Mapping[str, str]

    def said(self, text: str) -> tuple[Word, ...]:
        """Keywords in a row."""
        return tuple(self.word(word) for word in text.split())

    def word(self, text: str, sentence: str = "", sets: tuple[str, object] | None = None) -> Word:
        """One keyword, with its own sentence or the common one."""
        return Word(text, sentence or self.sentences.get(text, ""), sets)

    def flag(self, text: str, sentence: str = "", value: object = True) -> Word:
        """A keyword that stands for itself in the values of the line."""
        return self.word(text, sentence, (text, value))

    def command(
        self,
        key: str,
        *pattern: Pattern,
        sentence: str,
        enters: str | None = None,
        negation: Negation = Negation.REMOVES,
        support: Support = Support.OURS,
    ) -> Command:
        """A command whose pattern begins with the words of its key."""
        return Command(
            key=key,
            pattern=(*self.said(key), *pattern),
            help=sentence,
            enters=enters,
            negation=negation,
            support=support,
        )

    def not_yet(self, key: str, sentence: str, enters: str | None = None) -> Command:
        """A command that the VPN needs and that has no effect yet."""
        return self._anyhow(key, sentence, enters, Support.NOT_YET)

    def not_ours(self, key: str, enters: str | None = None) -> Command:
        """A command that does not concern the VPN."""
        return self._anyhow(key, "Not part of the VPN", enters, Support.NOT_OURS)

    def the_hosts(self, key: str, sentence: str, enters: str | None = None) -> Command:
        """A command that the host does in the device's stead."""
        return self._anyhow(key, sentence, enters, Support.THE_HOSTS)

    def _anyhow(self, key: str, sentence: str, enters: str | None, support: Support) -> Command:
        """A command, whatever stands behind its words."""
        return self.command(key, Optional(REST), sentence=sentence, enters=enters, support=support)
