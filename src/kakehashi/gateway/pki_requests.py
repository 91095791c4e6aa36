"""Certificates and keys as somebody at the router's command line handles them: one request, one answer.

The request's first word says what is wanted, its text has the particulars as JSON, each a text. What changes
the store counts at once: IKE is given the keyring made anew, and no SA is touched.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from kakehashi.gateway.certificates import Certificates
from kakehashi.gateway.control import Answer, Request, failure
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.files import replace_file
from kakehashi.gateway.log import Log
from kakehashi.gateway.pki_store import PkiError, Store
from kakehashi.gateway.status import to_json
from kakehashi.ike.effects import Level
from kakehashi.model.certificate import CertificateStatus, KeyKind, Trustpoint
from kakehashi.model.gateway import Gateway
from kakehashi.pki.keyring import Keyring

Said = Mapping[str, str]


class PkiRequests:
    """`folder`: where files are that are named without a path, the router's flash. `running`: what runs.
    `trust`: gives IKE another keyring.
    """

    def __init__(
        self,
        certificates: Certificates,
        folder: Path,
        running: Callable[[], Gateway],
        trust: Callable[[Keyring], None],
        log: Log,
    ) -> None:
        self._certificates = certificates
        self._folder = folder
        self._running = running
        self._trust = trust
        self._log = log
        self._lock = asyncio.Lock()
        self._steps: dict[str, Callable[[Said], Awaitable[Answer]]] = {
            "names": self._names,
            "look": self._look,
            "authenticate": self._authenticate,
            "enroll": self._enroll,
            "import": self._import,
            "export": self._export,
            "erase": self._erase,
            "generate": self._generate,
            "zeroize": self._zeroize,
        }

    async def answer(self, request: Request) -> Answer:
        """The answer, or why not."""
        step = self._steps.get(request.words[0] if request.words else "")
        try:
            said = json.loads(request.text or "{}")
        except ValueError:
            said = None
        if step is None or not isinstance(said, dict):
            return failure("no such request about certificates")
        try:
            async with self._lock:
                return await step({str(key): str(value) for key, value in said.items()})
        except (PkiError, GatewayError) as error:
            return failure(str(error))

    @property
    def _store(self) -> Store:
        return self._certificates.store

    async def _names(self, _: Said) -> Answer:
        """What the configuration has of trustpoints, and what of names and keys is in the store."""
        configured = {t.name: _particulars(t) for t in self._running().trustpoints}
        keys = {key.name: key.text for key in self._store.key_statuses()}
        return _text("") | {"trustpoints": configured, "names": list(self._store.names()), "keys": keys}

    async def _look(self, said: Said) -> Answer:
        """The certificates of a text or a file, and what is wrong with the first for that name."""
        data, password = self._data(said), _password(said)
        found = self._store.examine(said["name"], data, password)
        return _text("") | {
            "certificates": [as_json(status) for status in found.certificates],
            "complaint": found.complaint,
            "key": found.has_key,
        }

    async def _authenticate(self, said: Said) -> Answer:
        self._store.authenticate(said["name"], self._data(said))
        return self._changed(f"the authority of {said['name']} is trusted")

    async def _enroll(self, said: Said) -> Answer:
        """Our request, or our certificate where the trustpoint signs for itself."""
        trustpoint = self._trustpoint(said["name"])
        if "subject" in said:
            trustpoint = replace(trustpoint, subject=said["subject"])
        if "key" in said:
            trustpoint = replace(trustpoint, key_name=said["key"])
        if "address" in said:
            trustpoint = replace(trustpoint, alternatives=(*trustpoint.alternatives, said["address"]))
        if not self._store.has_key(trustpoint):
            await asyncio.to_thread(self._store.make_key_of, trustpoint)
        text = self._store.enroll(trustpoint).decode()
        key = trustpoint.key_name or trustpoint.name
        return self._changed(f"a request of {trustpoint.name} was made") | {"text": text, "key": key}

    async def _import(self, said: Said) -> Answer:
        """Into the store, from a text or from a file."""
        name, data, password = said["name"], self._data(said), _password(said)
        if said.get("kind") == "pkcs12":
            imported = self._store.import_pkcs12(name, data, password)
        else:
            imported = self._store.import_certificate(name, data, password)
        what = self._changed(f"certificates of {name} were imported")
        return what | {"own": imported.own is not None, "notes": list(imported.notes)}

    async def _export(self, said: Said) -> Answer:
        """PEM of certificates, never of a key; PKCS #12 with the key only encrypted, and only into a file."""
        name, which = said["name"], said.get("which", "")
        if said.get("kind") == "pkcs12":
            password = _password(said)
            if not password:
                raise PkiError("a file with a private key needs a password")
            data = self._store.export_pkcs12(name, password, with_own=which != "ca")
        else:
            data = self._store.export_pem(name, which)
        if "file" not in said:
            return _text(data.decode() if said.get("kind") != "pkcs12" else "")
        path = self._place(said["file"])
        if path.exists():
            raise PkiError(f"{path.name} is there already")
        try:
            replace_file(path, data)
        except OSError as error:
            raise PkiError(f"{path.name}: {error.strerror}") from None
        return self._changed(f"certificates of {name} were exported")

    async def _erase(self, said: Said) -> Answer:
        found = self._store.erase(said["name"])
        return self._changed(f"the certificates of {said['name']} were erased") | {"found": found}

    async def _generate(self, said: Said) -> Answer:
        """A pair of keys, in the place of one of that name."""
        kind = KeyKind[said.get("kind", "RSA")]
        bits = int(said.get("bits", "2048"))
        await asyncio.to_thread(self._store.make_key, said["name"], kind, bits)
        return self._changed(f"the keys {said['name']} were made")

    async def _zeroize(self, said: Said) -> Answer:
        """One pair of keys with its copies, or all."""
        wanted = [said["name"]] if said.get("name") else [key.name for key in self._store.key_statuses()]
        gone = [name for name in wanted if self._store.erase_key(name)]
        if said.get("name") and not gone:
            raise PkiError(f"there are no keys {said['name']}")
        return self._changed(f"the keys {', '.join(gone) or '-'} were erased") | {"keys": gone}

    def _changed(self, what: str) -> Answer:
        """It counts from now on."""
        self._log.say(Level.NOTICE, f"typed: {what}", name="certificates")
        self._trust(self._certificates.load(self._running()))
        return _text("")

    def _trustpoint(self, name: str) -> Trustpoint:
        found = next((t for t in self._running().trustpoints if t.name == name), None)
        if found is None:
            raise PkiError(f"there is no trustpoint {name}")
        return found

    def _data(self, said: Said) -> bytes:
        if "file" not in said:
            return said.get("data", "").encode()
        path = self._place(said["file"])
        try:
            return path.read_bytes()
        except OSError as error:
            raise PkiError(f"{said['file']}: {error.strerror}") from None

    def _place(self, name: str) -> Path:
        """A file of the router's flash: who sits at its command line is not at home on its host."""
        scheme, colon, rest = name.partition(":")
        plain = rest.lstrip("/") if colon and scheme in ("flash", "file", "nvram", "disk0") else name
        if not plain or "/" in plain or plain.startswith("."):
            raise PkiError(f"{name}: a file is named as it is called in the folder of the configuration")
        return self._folder / plain


def as_json(status: CertificateStatus) -> dict[str, Any]:
    """A certificate for an answer; `from_json` reads it."""
    return dict(to_json(status, with_keys=False))


def from_json(content: Mapping[str, Any]) -> CertificateStatus:
    """A certificate of an answer."""
    found: dict[str, Any] = {}
    for field in fields(CertificateStatus):
        value = content[field.name]
        if field.name in ("not_before", "not_after"):
            value = datetime.fromisoformat(value)
        elif field.name in ("md5", "sha1", "sha256"):
            value = bytes.fromhex(value)
        elif isinstance(value, list):
            value = tuple(value)
        found[field.name] = value
    return CertificateStatus(**found)


def _particulars(trustpoint: Trustpoint) -> dict[str, Any]:
    """What a dialogue needs to know of a trustpoint."""
    return {
        "enrollment": trustpoint.enrollment.value,
        "subject": trustpoint.subject,
        "alternatives": list(trustpoint.alternatives),
        "key": trustpoint.key_name or trustpoint.name,
        "bits": trustpoint.key_bits,
        "fingerprints": [f.hex() for f in trustpoint.fingerprints],
    }


def _password(said: Said) -> bytes | None:
    return said["password"].encode() if said.get("password") else None


def _text(text: str) -> Answer:
    return {"ok": True, "text": text}
