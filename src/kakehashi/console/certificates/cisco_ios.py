"""Certificates at the command line of Cisco IOS: `crypto pki` and `crypto key`, typed while configuring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.console.certificates.dialogue import Afterwards, Dialogue
from kakehashi.console.router import RefusedError
from kakehashi.dialects.matching import Match
from kakehashi.model.certificate import Enrollment

if TYPE_CHECKING:
    from kakehashi.console.session import Session

_END = 'End with a blank line or the word "quit" on a line by itself'
_REMOVING = """\
% Removing an enrolled trustpoint will destroy all certificates
 received from the related Certificate Authority.
"""
_BEGIN_PEM, _END_PEM = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class CiscoIosCertificates(Dialogue):
    """What is typed leaves no line; a trustpoint that goes takes its certificates along."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.steps = {
            "crypto pki authenticate": self._authenticate,
            "crypto pki enroll": self._enroll,
            "crypto pki import": self._import,
            "crypto pki export": self._export,
            "crypto key generate": self._generate,
            "crypto key zeroize": self._zeroize,
        }

    async def before(self, match: Match) -> Afterwards | None:
        if match.command.key != "crypto pki trustpoint" or not match.negated:
            return None
        name = match.values["name"]
        if name not in (await self.names())["names"]:
            return None
        self.say(_REMOVING)
        if not await self.is_accepted("Are you sure you want to do this? [yes/no]: "):
            raise RefusedError("nothing is changed")

        async def gone() -> None:
            await self.request("erase", name=name)
            self.say("% Be sure to ask the CA administrator to revoke your certificates.\n")

        return gone

    async def _authenticate(self, match: Match) -> None:
        name = match.values["name"]
        trustpoint = await self._trustpoint(name)
        if trustpoint["enrollment"] != Enrollment.TERMINAL.value:
            raise RefusedError(
                "only `enrollment terminal` has an authority that is pasted; SCEP is not there yet"
            )
        self.say(f"\nEnter the base 64 encoded CA certificate.\n{_END}\n")
        text = await self._paste()
        looked = await self.look(name, data=text)
        first = looked.certificates[0]
        if looked.complaint:
            raise RefusedError(f"Error in saving certificate: {looked.complaint}")
        self.say("Certificate has the following attributes:")
        self.say(
            f"       Fingerprint MD5: {_groups(first.md5)} \n      Fingerprint SHA1: {_groups(first.sha1)} \n"
        )
        known = trustpoint["fingerprints"]
        if isinstance(known, list) and known:
            if not {first.md5.hex(), first.sha1.hex(), first.sha256.hex()} & set(known):
                raise RefusedError(
                    "the fingerprint of the trustpoint is another: the certificate is not accepted"
                )
            self.say("Certificate validated - fingerprints matched.")
        elif not await self.is_accepted("% Do you accept this certificate? [yes/no]: "):
            self.say("% CA certificate was not accepted")
            return
        await self.request("authenticate", name=name, data=text)
        self.say("Trustpoint CA certificate accepted.\n% Certificate successfully imported\n")

    async def _enroll(self, match: Match) -> None:
        name = match.values["name"]
        trustpoint = await self._trustpoint(name)
        if trustpoint["enrollment"] == Enrollment.URL.value:
            raise RefusedError("SCEP is not there yet: `enrollment terminal`, and paste")
        said = {"name": name} | await self._keys(trustpoint)
        alternatives = [str(one) for one in _listed(trustpoint["alternatives"])]
        full = next((one for one in alternatives if "." in one and not one[0].isdigit()), "")
        subject = str(trustpoint["subject"]) or f"hostname={full or self._host()}"
        said["subject"] = subject
        self.say("% Start certificate enrollment .. \n")
        self.say(f"% The subject name in the certificate will include: {subject}")
        if full:
            self.say(f"% The subject name in the certificate will include: {full}")
        if await self.is_accepted("% Include the router serial number in the subject name? [yes/no]: "):
            self.say("% there is no serial number here; it is left out")
        if await self.is_accepted("% Include an IP address in the subject name? [no]: ", default=False):
            said["address"] = await self.ask("Enter Interface name or IP Address[]: ")
        self_signed = trustpoint["enrollment"] == Enrollment.SELF_SIGNED.value
        if self_signed:
            if await self.is_accepted("Generate Self Signed Router Certificate? [yes/no]: "):
                await self.request("enroll", **said)
                self.say("\nRouter Self Signed Certificate successfully created\n")
            return
        if not await self.is_accepted("Display Certificate Request to terminal? [yes/no]: "):
            return
        again = True
        while again:
            text = str((await self.request("enroll", **said))["text"])
            plain = "\n".join(line for line in text.strip().splitlines() if not line.startswith("-----"))
            self.say("Certificate Request follows:\n")
            self.say(f"{plain}\n\n---End - This line not part of the certificate request---\n")
            again = await self.is_accepted("Redisplay enrollment request? [yes/no]: ")

    async def _import(self, match: Match) -> None:
        name, values = match.values["name"], match.values
        match values["kind"]:
            case "certificate":
                await self._import_own(name)
            case "pkcs12":
                self.say("% Importing pkcs12...")
                await self._made(name)
                said = {"file": values["file"], "password": values["password"], "kind": "pkcs12"}
                await self.request("import", name=name, **said)
                self.say("CRYPTO_PKI: Imported PKCS12 file successfully.")
            case _:
                await self._import_pem(name, values["password"])

    async def _import_own(self, name: str) -> None:
        await self._trustpoint(name)
        self.say(f"\nEnter the base 64 encoded certificate.\n{_END}\n")
        text = await self._paste()
        looked = await self.look(name, data=text)
        if not looked.certificates[0].is_own:
            raise RefusedError(
                "Failed to parse or verify imported certificate: its key is not the one of this router"
            )
        if looked.complaint:
            raise RefusedError(f"Failed to parse or verify imported certificate: {looked.complaint}")
        await self.request("import", name=name, data=text)
        self.say("% Router Certificate successfully imported\n")

    async def _import_pem(self, name: str, password: str) -> None:
        """The authority, the key and the certificate, one after the other."""
        parts = []
        for what in (
            "CA certificate",
            "encrypted private General Purpose key",
            "General Purpose certificate",
        ):
            self.say(f'% Enter PEM-formatted {what}.\n% End with a blank line or "quit" on a line by itself.')
            parts.append(await self._paste(is_key="key" in what))
        await self._made(name)
        await self.request("import", name=name, data="".join(parts), password=password)
        self.say("% PEM files import succeeded.")

    async def _export(self, match: Match) -> None:
        name, values = match.values["name"], match.values
        if values["kind"] == "pkcs12":
            said = {"kind": "pkcs12", "password": values["password"], "file": values["file"]}
            await self.request("export", name=name, **said)
            self.say("CRYPTO_PKI: Exported PKCS12 file successfully.")
            return
        for title, which in (("CA certificate", "ca"), ("General Purpose Certificate", "own")):
            self.say(f"% {title}:")
            self.say(str((await self.request("export", name=name, which=which))["text"]))

    async def _generate(self, match: Match) -> None:
        values = match.values
        label, kind = _one(values.get("label")) or self._host(), str(values["kind"])
        bits = _one(values.get("bits"))
        if not bits:
            self.say("Choose the size of the key modulus in the range of 2048 to 4096 for your")
            self.say("  General Purpose Keys.\n")
            bits = await self.ask("How many bits in the modulus [2048]: ") or "2048"
            if not bits.isdigit():
                raise RefusedError(f"`{bits}` is no number of bits")
        if label in (await self.names())["keys"]:
            self.say(f"% You already have {kind.replace('ECDSA', 'EC')} keys defined named {label}.")
            if not await self.is_accepted("% Do you really want to replace them? [yes/no]: "):
                return
        self.say(f"The name for the keys will be: {label}\n")
        await self.request("generate", name=label, kind=kind, bits=bits)
        word = "exportable" if values.get("exportable") else "non-exportable"
        name = "RSA" if kind == "RSA" else "EC"
        if kind == "RSA":
            self.say(f"% The key modulus size is {bits} bits")
        self.say(f"% Generating {bits} bit {name} keys, keys will be {word}...\n[OK]\n")

    async def _zeroize(self, match: Match) -> None:
        label = match.values.get("label", "")
        self.say(f"% Keys to be removed are named '{label}'." if label else "% All keys will be removed.")
        self.say("% All router certs issued using these keys will also be removed.")
        if await self.is_accepted("Do you really want to remove these keys? [yes/no]: "):
            await self.request("zeroize", name=label)

    async def _keys(self, trustpoint: dict[str, object]) -> dict[str, str]:
        """A trustpoint that names no keys uses those of the router's own name, if there are any."""
        there = (await self.names())["keys"]
        is_unnamed = trustpoint["key"] == trustpoint["name"]
        return {"key": self._host()} if is_unnamed and self._host() in there else {}

    async def _made(self, name: str) -> None:
        """A trustpoint comes with what is imported for it."""
        if name not in (await self.names())["trustpoints"]:
            await self._session.router.type((), f"crypto pki trustpoint {name}")

    async def _trustpoint(self, name: str) -> dict[str, object]:
        found = (await self.names())["trustpoints"].get(name)
        if found is None:
            raise RefusedError(f"CA trustpoint for label {name} not known.")
        return dict(found) | {"name": name}

    def _host(self) -> str:
        return self._session.hostname or self._session.manner.hostname

    async def _paste(self, is_key: bool = False) -> str:
        """As PEM; base64 without its first and last lines will do."""
        seen = False

        def is_last(line: str) -> bool:
            nonlocal seen
            plain = line.strip()
            seen = seen or bool(plain)
            return plain.lower() == "quit" or (seen and not plain)

        lines = [line.strip() for line in (await self.pasted(is_last)).splitlines()]
        kept = [line for line in lines if line and line.lower() != "quit"]
        if not kept:
            raise RefusedError("nothing was pasted")
        if not is_key and not kept[0].startswith("-----BEGIN"):
            kept = [_BEGIN_PEM, *kept, _END_PEM]
        return "\n".join(kept) + "\n"


def _groups(octets: bytes) -> str:
    digits = octets.hex().upper()
    return " ".join(digits[i : i + 8] for i in range(0, len(digits), 8))


def _one(value: object) -> str:
    """Of words that may be said in any order, that is several times, the last."""
    if isinstance(value, tuple):
        return str(value[-1]) if value else ""
    return "" if value is None else str(value)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
