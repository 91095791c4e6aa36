"""Certificates at the command line of NEC IX (V2-18): files of its own storage, kept without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.console.certificates.dialogue import Dialogue
from kakehashi.console.router import RefusedError
from kakehashi.dialects.matching import Match
from kakehashi.gateway.control import Request

if TYPE_CHECKING:
    from kakehashi.console.session import Session

_SCHEME = "file:"


class NecIxCertificates(Dialogue):
    """`pki`, wherever it is typed. What is kept is in the storage and no line of the configuration."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.steps = {
            "pki cert import": self._import,
            "pki pkcs12 import": self._import,
            "pki cert erase": self._erase,
        }

    async def _import(self, match: Match) -> None:
        name, url = match.values["name"], match.values["url"]
        if not url.startswith(_SCHEME) or not url[len(_SCHEME) :]:
            raise RefusedError("the device takes files of its own storage alone: write `url file:PATH`")
        said = {"name": name, "file": url[len(_SCHEME) :]}
        if match.command.key == "pki pkcs12 import":
            password = match.values.get("password") or await self.ask("Password: ", hidden=True)
            said |= {"kind": "pkcs12", "password": password}
        answer = await self.request("import", **said)
        await self._forget(name)
        for note in answer["notes"]:
            self.say(f"% {note}")

    async def _erase(self, match: Match) -> None:
        name = match.values["name"]
        await self._forget(name)
        if not (await self.request("erase", name=name))["found"]:
            raise RefusedError(f"there is no certificate {name}")

    async def _forget(self, name: str) -> None:
        """A line that loads another file at each start has no say any more."""
        router = self._session.router
        text = (await router.answer(Request("configuration", ("running",))))["text"]
        for line in str(text).splitlines():
            if line.startswith("pki ") and f" name {name} " in f"{line} ":
                await router.type((), f"no {line.strip()}")
