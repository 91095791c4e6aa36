"""Certificates at the command line of AlliedWare Plus (AW-09).

The walk-through of the manual is obeyed to the letter. What it does not print is marked `%` or reads as it
does there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.console.certificates.dialogue import Afterwards, Dialogue, Looked
from kakehashi.console.router import RefusedError
from kakehashi.dialects.awplus.certificates import DEFAULT_KEYS, enrolled_subject
from kakehashi.dialects.awplus.show.certificates import shown
from kakehashi.dialects.matching import Match
from kakehashi.model.certificate import Enrollment

if TYPE_CHECKING:
    from kakehashi.console.session import Session

_RULE = "-" * 65
_PASTE = 'Paste the certificate PEM file into the terminal.\nType "abort" to cancel.'
_COMPLETE = 'Complete ("END CERTIFICATE" detected).'
_VALID = "The certificate has been validated successfully."


class AwPlusCertificates(Dialogue):
    """`crypto pki` and `crypto key` outside of configuration; trustpoints as they come and go."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.steps = {
            "crypto pki authenticate": self._authenticate,
            "crypto pki enroll": self._enroll,
            "crypto pki import": self._import,
            "crypto pki export": self._export,
            "crypto key generate rsa": self._generate,
            "crypto key zeroize": self._zeroize,
        }

    async def before(self, match: Match) -> Afterwards | None:
        """A trustpoint is made, or goes with all that it holds."""
        if match.command.key != "crypto pki trustpoint":
            return None
        name = match.values["name"]
        is_known = name in (await self.names())["trustpoints"]

        async def made() -> None:
            self.say(f'Created trustpoint "{name}".')

        async def gone() -> None:
            await self.request("erase", name=name)

        if match.negated:
            return gone
        return None if is_known else made

    async def _authenticate(self, match: Match) -> None:
        name = match.values["name"]
        trustpoint = await self._trustpoint(name)
        if trustpoint["enrollment"] == Enrollment.SELF_SIGNED.value:
            await self.request("enroll", name=name, subject=self._subject(trustpoint))
        else:
            text = await self._paste()
            looked = await self.look(name, data=text)
            self._show(looked)
            if looked.certificates[0].is_self_signed:
                self.say("This is a self-signed CA certificate.")
            elif looked.certificates[0].is_authority:
                self.say("This is a CA certificate.")
            else:
                raise RefusedError("This is not a valid CA certificate.")
            if not await self._accepts(looked, trustpoint["fingerprints"]):
                return
            await self.request("authenticate", name=name, data=text)
        self.say(f'Successfully authenticated trustpoint "{name}".')

    async def _enroll(self, match: Match) -> None:
        name = match.values["name"]
        trustpoint = await self._trustpoint(name)
        self.say(f'Using private key "{trustpoint["key"]}"...')
        answer = await self.request("enroll", name=name, subject=self._subject(trustpoint))
        if trustpoint["enrollment"] == Enrollment.SELF_SIGNED.value:
            self.say("Successfully enrolled the local server.")
            return
        self.say("Cut and paste this request to the certificate authority:")
        self.say(f"{_RULE}\n{answer['text'].strip()}\n{_RULE}")

    async def _import(self, match: Match) -> None:
        name, values = match.values["name"], match.values
        trustpoint = await self._trustpoint(name)
        if "which" in values:
            password = await self.ask("Enter passphrase: ", hidden=True)
            said = {"file": values["file"], "password": password}
            self._show(await self.look(name, **said))
            await self.request("import", name=name, kind="pkcs12", **said)
            self.say("The certificate was successfully imported.")
            return
        said = {"file": values["file"]} if "file" in values else {"data": await self._paste()}
        looked = await self.look(name, **said)
        self._show(looked)
        first = looked.certificates[0]
        if first.is_authority:
            self.say(f"This is a {'self-signed ' if first.is_self_signed else ''}CA certificate.")
        else:
            self.say("This is not a valid CA certificate. Attempting to import as a server certificate.")
            if not first.is_own:
                raise RefusedError("Its key is not the one of this device: make a request (enroll) first.")
        if await self._accepts(looked, trustpoint["fingerprints"]):
            await self.request("import", name=name, **said)
            self.say("The certificate was successfully imported.")

    async def _export(self, match: Match) -> None:
        name, values = match.values["name"], match.values
        await self._trustpoint(name)
        if "which" in values:
            password = await self.ask("Enter passphrase: ", hidden=True)
            if await self.ask("Enter passphrase again: ", hidden=True) != password:
                raise RefusedError("The passphrases differ.")
            await self.request(
                "export",
                name=name,
                kind="pkcs12",
                which=values["which"],
                password=password,
                file=values["file"],
            )
        elif "file" in values:
            await self.request("export", name=name, which="ca", file=values["file"])
        else:
            self.say((await self.request("export", name=name, which="ca"))["text"].rstrip())
            return
        self.say("Successfully exported.")

    async def _generate(self, match: Match) -> None:
        label, bits = match.values.get("label", DEFAULT_KEYS), match.values.get("bits", 2048)
        if label in (await self.names())["keys"]:
            raise RefusedError(f'The key "{label}" is there already; `crypto key zeroize rsa {label}` first.')
        self.say(f'Generating {bits}-bit key "{label}"...')
        await self.request("generate", name=label, bits=str(bits))

    async def _zeroize(self, match: Match) -> None:
        gone = (await self.request("zeroize", name=match.values.get("label", "")))["keys"]
        self.say("\n".join(f'Deleted key "{name}".' for name in gone) or "There are no keys.")

    async def _trustpoint(self, name: str) -> dict[str, object]:
        found = (await self.names())["trustpoints"].get(name)
        if found is None:
            raise RefusedError(f'There is no trustpoint "{name}" (`crypto pki trustpoint {name}` makes it).')
        return dict(found)

    def _subject(self, trustpoint: dict[str, object]) -> str:
        name = self._session.hostname or self._session.manner.hostname
        return enrolled_subject(str(trustpoint["subject"]), name)

    async def _paste(self) -> str:
        self.say(_PASTE)
        text = await self.pasted(lambda line: line.strip() == "-----END CERTIFICATE-----", "abort")
        self.say(_COMPLETE)
        return text

    def _show(self, looked: Looked) -> None:
        """What is about to be accepted."""
        if not looked.certificates:
            raise RefusedError("There is no certificate in it.")
        self.say("\n".join(map(shown, looked.certificates)))

    async def _accepts(self, looked: Looked, fingerprints: object) -> bool:
        """Is it good, and does the person say yes, or has said so by `fingerprint`?"""
        if looked.complaint:
            raise RefusedError(f"The certificate could not be validated: {looked.complaint}")
        self.say(_VALID)
        first = looked.certificates[0]
        if isinstance(fingerprints, list) and {first.sha1.hex(), first.sha256.hex()} & set(fingerprints):
            self.say("Its fingerprint is the one of the trustpoint: it is accepted.")
            return True
        if await self.is_accepted("Accept this certificate? (y/n): "):
            return True
        self.say("The certificate was not accepted.")
        return False
