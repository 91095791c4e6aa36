"""What the dialogues of all devices share: requests to the gateway, pasted text, questions."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kakehashi.console.router import RefusedError
from kakehashi.dialects.matching import Match
from kakehashi.gateway.control import Request
from kakehashi.gateway.pki_requests import from_json
from kakehashi.model.certificate import CertificateStatus

if TYPE_CHECKING:
    from kakehashi.console.session import Session

MOST_LINES = 2000  # of a pasted text
_ANSWERS = {"y": True, "yes": True, "n": False, "no": False}
_ATTEMPTS = 5

Step = Callable[[Match], Awaitable[None]]
Afterwards = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a text or a file holds, before it is accepted."""

    certificates: tuple[CertificateStatus, ...]
    complaint: str
    has_key: bool


class Dialogue:
    """Of one session. `steps`: by the key of a command of the device, what is done."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.steps: Mapping[str, Step] = {}

    async def run(self, match: Match) -> None:
        """Carry a command out. RefusedError, EndOfInputError."""
        if self._session.router.dialect:
            raise RefusedError("the configuration is in another language: type in that one to change it")
        await self.steps[match.command.key](match)

    async def before(self, match: Match) -> Afterwards | None:
        """Of a line of configuration: asked before; what is to be done when it is there. RefusedError."""
        return None

    async def request(self, action: str, **said: str) -> dict[str, Any]:
        """Ask the gateway. RefusedError."""
        return await self._session.router.answer(Request("pki", (action,), text=json.dumps(said)))

    async def names(self) -> dict[str, Any]:
        """The trustpoints of the configuration, the names and the keys of the store."""
        return await self.request("names")

    async def look(self, name: str, **said: str) -> Looked:
        """What is in a text (`data`) or a file (`file`). RefusedError."""
        answer = await self.request("look", name=name, **said)
        found = tuple(from_json(one) for one in answer["certificates"])
        return Looked(found, str(answer["complaint"]), bool(answer["key"]))

    def say(self, text: str) -> None:
        """A line or several."""
        self._session.say(text)

    async def ask(self, question: str, hidden: bool = False) -> str:
        """A line in answer."""
        return (await self._session.screen.ask(question, hidden)).strip()

    async def is_accepted(self, question: str, default: bool | None = None) -> bool:
        """Yes or no; an Enter that was pasted along is neither, unless there is a `default`."""
        for _ in range(_ATTEMPTS):
            answer = (await self.ask(question)).lower()
            if not answer and default is not None:
                return default
            if answer in _ANSWERS:
                return _ANSWERS[answer]
        return False

    async def pasted(self, is_last: Callable[[str], bool], cancel: str = "") -> str:
        """The lines up to the one that ends them, with it. RefusedError."""
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            line = await self._session.screen.ask("")
            if cancel and line.strip().lower() == cancel:
                raise RefusedError("cancelled: nothing is changed")
            lines.append(line)
            if is_last(line):
                return "\n".join(lines) + "\n"
        raise RefusedError(f"more than {MOST_LINES} lines are not read")
