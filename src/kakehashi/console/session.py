"""A session at the router's command line: lines in, what the device would print out. It knows no terminal,
no socket and no clock; it asks the gateway as `Router` and the person as `Screen`.
"""

import os
from collections.abc import Callable

from kakehashi.console.accounts import hashed
from kakehashi.console.certificates import dialogue_of
from kakehashi.console.filters import FILTERS, Filter, FilterError, parse_filter
from kakehashi.console.outside import Outside, unprivileged
from kakehashi.console.pager import paged
from kakehashi.console.place import Place, in_configuration
from kakehashi.console.refusal import refusal
from kakehashi.console.router import RefusedError, Router
from kakehashi.console.screen import EndOfInputError, Screen
from kakehashi.dialects.base import Dialect
from kakehashi.dialects.completion import Completion, completions_at
from kakehashi.dialects.cursor import leaving
from kakehashi.dialects.editing import spelled_out
from kakehashi.dialects.grammar import Command, Mode, Negation, Optional, Support, Word
from kakehashi.dialects.help import Help, help_at, written
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.matching import Failure, Match, match_line
from kakehashi.dialects.vocabulary import REST

LONGEST_LINE = 4000
REMEMBERED = 50
_LEAVING = ("exit", "end")


class Session:
    """Of one person. `privileged`: may change things at once; `unlock`: is that the password of `enable`?
    None: there is none to be asked for.
    """

    def __init__(
        self,
        router: Router,
        screen: Screen,
        dialect: Dialect,
        *,
        hostname: str = "",
        privileged: bool = True,
        unlock: Callable[[str], bool] | None = None,
    ) -> None:
        self.router, self.screen, self.dialect = router, screen, dialect
        self.manner = manner_of(dialect)
        self.hostname = hostname
        self.privileged = privileged or not self.manner.enable
        self.unlock = unlock
        self.place = Place()
        self.length: int | None = None  # None: as many as the terminal has
        self.history: list[str] = []
        self.is_over = False
        self.certificates = dialogue_of(self)
        self._outside = Outside(self)

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        return self.place.prompt(self.hostname, self.manner, self.privileged)

    async def run(self, text: str) -> None:
        """A line, as it was typed. Never raises for what it says."""
        text = text.replace("\t", " ").strip()
        if not text or text.startswith("!"):
            return
        if len(text) > LONGEST_LINE:
            self.say("% the line is too long")
            return
        self.history = [*self.history, text][-REMEMBERED:]
        try:
            await self._run(text)
        except RefusedError as error:
            said = str(error)
            self.say(said if said.startswith("%") or "\n" in said else f"% {said}")
        except EndOfInputError:
            self.say("")

    def end(self) -> None:
        """Ctrl-Z: out of the configuration."""
        self.place = Place()

    def say(self, text: str) -> None:
        """A line or several."""
        self.screen.write(text + "\n")

    async def show(self, text: str) -> None:
        """An output, page by page."""
        length = self.screen.height if self.length is None else self.length
        await paged(self.screen, text, length, self.manner.more)

    def help(self, text: str) -> str:
        """What `?` shows behind `text`."""
        mode, rest = self._reading(text)
        found = help_at(mode, rest, self.dialect.notation)
        if isinstance(found, Failure):
            if len(found.ambiguous) > 1 or not found.expected:
                return written(found, self.dialect.notation)
            return refusal(found, mode, self.manner, text, len(self.prompt))
        if not self.place.configures or mode is FILTERS:
            hidden = ("end", "no", "exit") if mode is FILTERS else ("end", "no")
            found = Help(tuple(line for line in found.lines if line.text not in hidden), found.begun)
        return written(found, self.dialect.notation) if found.lines else "% Unrecognized command"

    def complete(self, text: str) -> Completion:
        """What Tab makes of `text`."""
        mode, rest = self._reading(text)
        found = completions_at(mode, rest)
        return Completion(text[: len(text) - len(rest)] + found.text, found.candidates)

    async def _run(self, text: str) -> None:
        if not self.place.configures:
            await self._run_outside(text)
            return
        words = text.split()
        if left := leaving(words, self.place.mode):
            depth = len(self.place.frames) - 1 if left == "exit" else 0
            self.place = self.place.upto(depth)
            return
        if self.manner.do and words[0].lower() == self.manner.do and len(words) > 1:
            await self._run_outside(text.split(None, 1)[1], margin=len(text) - len(text.split(None, 1)[1]))
            return
        await self._configure(text, words)

    async def _configure(self, text: str, words: list[str]) -> None:
        """A line belongs to the innermost mode that takes it; an outer one is entered again for its own. But
        whole words of an outer mode are meant there, and so is what is the VPN's there alone.
        """
        failures: list[tuple[Failure, Mode]] = []
        taken: list[tuple[int, Match]] = []
        for depth in range(len(self.place.frames), 0, -1):
            mode = self.place.frames[depth - 1].mode
            found = match_line(words, mode.commands)
            if isinstance(found, Match):
                taken.append((depth, found))
            else:
                failures.append((found, mode))
        if taken:
            depth, match = min(taken, key=lambda pair: (*_doubt(words, pair[1]), -pair[0]))
            await self._type(self.place.upto(depth), match, words)
            return
        if self.place.mode.unknown is not Support.OURS:
            await self.router.type(self.place.path, text)
            return
        if not self.manner.do and self._is_outside(text):
            await self._run_outside(text)
            return
        failure, mode = max(failures, key=lambda pair: pair[0].position)
        self.say(refusal(failure, mode, self.manner, text, len(self.prompt)))

    async def _type(self, place: Place, match: Match, words: list[str]) -> None:
        if not match.negated and match.command.key in self.certificates.steps:
            await self.certificates.run(match)
            return
        spelled = spelled_out(words, place.mode.commands)
        if "secret" in words or "password" in words:
            spelled = hashed(spelled, self.dialect.name, os.urandom(12))
        afterwards = await self.certificates.before(match)
        answer = await self.router.type(place.path, spelled)
        enters = match.command.enters and not match.negated
        self.place = place.opened(match, spelled, self.dialect.grammar) if enters else place
        self.hostname = str(answer.get("hostname", self.hostname))
        if afterwards is not None:
            await afterwards()
        for warning in answer.get("warnings", ()):
            self.say(f"% {warning}")

    async def _run_outside(self, text: str, margin: int = 0) -> None:
        command, bar, behind = text.partition("|")
        words = command.split()
        commands = self._outside_commands()
        found = match_line(words, commands)
        if isinstance(found, Failure):
            mode = _outside(commands)
            self.say(refusal(found, mode, self.manner, text, len(self.prompt) + margin))
            return
        chosen: Filter | None = None
        if bar:
            try:
                read = parse_filter(behind)
            except FilterError as error:
                self.say(f"% {error}")
                return
            if isinstance(read, Failure):
                begin = len(self.prompt) + margin + len(command) + 1
                self.say(refusal(read, FILTERS, self.manner, behind, begin))
                return
            chosen = read
        await self._outside.run(found, words, chosen)

    def enter_configuration(self) -> None:
        """`configure terminal`."""
        self.place = in_configuration(self.dialect.grammar)
        self.say(self.manner.entering)

    def _outside_commands(self) -> tuple[Command, ...]:
        """What may be typed outside of the configuration."""
        if self.privileged:
            return self.manner.exec
        return tuple(c for c in self.manner.exec if unprivileged(c))

    def _reading(self, text: str) -> tuple[Mode, str]:
        """In which mode a line that is being typed is read, and what of it."""
        line = text.lstrip()
        outside = not self.place.configures
        if not outside and self.manner.do:
            first, blank, rest = line.partition(" ")
            if blank and first.lower() == self.manner.do:
                outside, line = True, rest.lstrip()
        if not outside and not self.manner.do and "|" in line:
            outside = self._is_outside(line)
        if outside:
            command, bar, behind = line.partition("|")
            if bar and command.split():
                return FILTERS, behind.lstrip()
            return _outside(self._outside_commands()), line
        return self._inside(), line

    def _is_outside(self, text: str) -> bool:
        """Is it a command from outside of the configuration, whatever is chosen of its output?"""
        return isinstance(match_line(text.partition("|")[0].split(), self.manner.exec), Match)

    def _inside(self) -> Mode:
        """The innermost mode, and what may be typed there besides."""
        mode = self.place.mode
        more = (_DO,) if self.manner.do else self.manner.exec
        taken = {c.words.split()[0] for c in mode.commands if c.stem}
        more = tuple(c for c in more if c.words.split()[0] not in taken and c.words not in _LEAVING)
        return Mode(name=mode.name, title=mode.title, commands=(*mode.commands, *more), unknown=mode.unknown)


_DO = Command(
    key="do",
    pattern=(Word("do", "A command from outside of the configuration"), Optional(REST)),
    help="A command from outside of the configuration",
    negation=Negation.NONE,
)


def _doubt(words: list[str], match: Match) -> tuple[bool, bool]:
    """Is it shortened, and is it nothing that we do?"""
    typed = [word.lower() for word in words[1 if match.negated else 0 :]]
    is_ours = match.command.support in (Support.OURS, Support.NOT_YET)
    return typed[: match.command.stem] != match.command.words.split(), not is_ours


def _outside(commands: tuple[Command, ...]) -> Mode:
    return Mode(name="exec", title="the command line", commands=commands)
