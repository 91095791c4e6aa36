"""Keys and certificates of a running gateway: from disk to the core, news about them, and their expiry."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from ssl import DER_cert_to_PEM_cert

from kakehashi.gateway import http
from kakehashi.gateway.log import Log
from kakehashi.gateway.pki_store import PkiError, Store, expiring, expiry_text, statuses
from kakehashi.ike.effects import Level
from kakehashi.model.certificate import CertificateImport
from kakehashi.model.gateway import Gateway
from kakehashi.model.names import NameService
from kakehashi.model.status import Status
from kakehashi.pki.expiry import ENDED, mark, next_mark
from kakehashi.pki.keyring import Keyring
from kakehashi.pki.verdict import Fetch

_MAX_AT_ONCE = 16
_LOOK_AGAIN, _NOT_SOONER = 3600.0, 1.0  # seconds between two looks at the expiry
# The nearer the end, the louder: by days that are left.
_LEVELS = {30: Level.NOTICE, 7: Level.WARNING, 1: Level.ERROR, ENDED: Level.ERROR}


class Certificates:
    """`changed` is called when the keyring has learned something: who waits may go on."""

    def __init__(
        self, store: Store, log: Log, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self.store = store
        self.keyring = Keyring({}, clock)
        self._log = log
        self._clock = clock
        self._changed = changed
        self._asked: dict[Fetch, asyncio.Task[None]] = {}
        self._told: dict[tuple[str, bytes], int] = {}
        self._names = NameService()

    def load(self, gateway: Gateway) -> Keyring:
        """The keyring of a configuration: its lines that load files are carried out first."""
        self._names = gateway.names
        for line in gateway.certificate_imports:
            self._import(line, gateway)
        self.keyring, complaints = self.store.keyring(gateway.trustpoints)
        for complaint in complaints:
            self._log.say(Level.ERROR, complaint, name="certificates")
        self.warn()
        return self.keyring

    def added_to(self, status: Status) -> Status:
        """What `show` tells, with the certificates."""
        return replace(status, certificates=statuses(self.keyring), keys=self.store.key_statuses())

    def authorities(self, name: str) -> str:
        """Who vouches for a log host: the anchors of a trustpoint, or a file, as PEM. LookupError."""
        if "/" in name:
            try:
                return Path(name).read_text("ascii")
            except (OSError, ValueError) as error:
                raise LookupError(f"{name} cannot be read: {error}") from None
        entry = self.keyring.entries.get(name)
        if entry is None or not entry.anchors:
            raise LookupError(f"the trustpoint {name} has no certificate of an authority")
        return "".join(DER_cert_to_PEM_cert(anchor.der) for anchor in entry.anchors)

    def fetch(self, wanted: tuple[Fetch, ...]) -> None:
        """Ask for what is not being asked for already."""
        for one in wanted:
            if one not in self._asked and len(self._asked) < _MAX_AT_ONCE:
                self._asked[one] = asyncio.create_task(self._fetch(one))

    def warn(self) -> None:
        """Tell once at each mark what is about to expire."""
        now = self._clock()
        for status, days in expiring(self.keyring, now):
            passed = mark(status.not_after, now)
            key = (status.name, status.sha256)
            if passed is not None and self._told.get(key) != passed:
                self._told[key] = passed
                name = "certificate-expired" if passed == ENDED else "certificate-expires"
                self._log.say(_LEVELS[passed], expiry_text(status, days), name=name)

    async def run(self) -> None:
        """Look at the expiry for as long as the gateway runs."""
        while True:
            await asyncio.sleep(self._until_next_mark())
            self.warn()

    def _until_next_mark(self) -> float:
        """Seconds; not for long, for clocks are set, and certificates come at any time."""
        now = self._clock()
        marks = [at for status in statuses(self.keyring) if (at := next_mark(status.not_after, now))]
        wait = (min(marks) - now).total_seconds() if marks else _LOOK_AGAIN
        return max(_NOT_SOONER, min(wait, _LOOK_AGAIN))

    async def stop(self) -> None:
        """Ask for nothing more."""
        tasks = list(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, wanted: Fetch) -> None:
        try:
            data, error = await http.fetch(wanted, self._names)
        finally:
            self._asked.pop(wanted, None)
        if error:
            text = f"{wanted.kind.value} of {wanted.url}: {error}"
            self._log.say(Level.WARNING, text, name="revocation")
        self.keyring.learn(wanted, data, error)
        self._changed()

    def _import(self, line: CertificateImport, gateway: Gateway) -> None:
        """A line that loads a file; what is in the store stays where the file is not there any more."""
        where = f"{line.source}: " if line.source else ""
        folder = Path(line.source.file).parent if line.source else Path()
        file = folder / line.file
        try:
            data = file.read_bytes()
        except OSError as error:
            if line.name not in self.store.names():
                text = f"{where}{file}: {error.strerror}; there is no certificate {line.name}"
                self._log.say(Level.ERROR, text, name="certificates")
            return
        try:
            if line.pkcs12:
                password = line.password.octets if line.password else None
                self.store.import_pkcs12(line.name, data, password)
            else:
                self.store.import_certificate(line.name, data)
        except PkiError as error:
            self._log.say(Level.ERROR, f"{where}{file}: {error}", name="certificates")
