"""The certificates that `check` can see: pasted into a file, named by one, or in the store of its gateway.

Keys are left where they are: only a file that has its key inside is read whole.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kakehashi.check.configuration import Configuration, HeldCertificate
from kakehashi.model.certificate import CertificateImport
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.source import Source
from kakehashi.pki.certificate import BadCertificate, Certificate, read
from kakehashi.pki.files import MAX_FILE, BadFile, Bundle, read_file, read_pkcs12

_STORED = (("cert", True), ("ca", False))
_MOST_FILES = 1000


def with_certificates(configuration: Configuration, state_dir: Path | None = None) -> Configuration:
    """The configuration with what can be seen of its certificates, and with findings about broken ones.

    `state_dir`: the folder that `kakehashi run` is given, None: its usual one. What cannot be opened is
    passed over: on another machine the files of the device are not there.
    """
    seen = _Seen(configuration)
    seen.look_at_pasted()
    seen.look_at_named()
    seen.look_at_store(state_dir or _usual_folder())
    return replace(
        configuration,
        certificates=tuple(dict.fromkeys(seen.held)),
        findings=(*configuration.findings, *seen.findings),
    )


class _Seen:
    """What was seen of one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self._file = configuration.file
        self._gateway = configuration.gateway
        self._lines = {t.name: t.source for t in configuration.gateway.trustpoints}
        self.held: list[HeldCertificate] = []
        self.findings: list[Finding] = []

    def look_at_pasted(self) -> None:
        for trustpoint in self._gateway.trustpoints:
            for der in trustpoint.certificates:
                try:
                    found = read(der)
                except BadCertificate as bad:
                    self._broken(f"trustpoint {trustpoint.name}", bad.sentence, trustpoint.source)
                    continue
                own = not found.is_authority and not found.is_self_issued
                self._hold(trustpoint.name, found, own, trustpoint.source, self._file)

    def look_at_named(self) -> None:
        for line in self._gateway.certificate_imports:
            path = Path(self._file).parent / line.file
            data = _octets(path)
            if data is None:
                continue
            try:
                bundle = _opened(data, line)
            except BadFile as bad:
                self._broken(str(path), str(bad), line.source)
                continue
            own = bundle.own()
            for found in bundle.certificates:
                self._hold(line.name, found, found is own, line.source, str(path))

    def look_at_store(self, folder: Path) -> None:
        for path, name, is_own in _stored(folder / f"{Path(self._file).stem}.pki"):
            data = _octets(path)
            if data is None:
                continue
            try:
                bundle = read_file(data)
            except BadFile as bad:
                self._broken(str(path), str(bad), self._lines.get(name))
                continue
            for found in bundle.certificates:
                self._hold(name, found, is_own, self._lines.get(name), str(path))

    def _hold(self, name: str, found: Certificate, is_own: bool, where: Source | None, file: str) -> None:
        self.held.append(
            HeldCertificate(
                name=name,
                subject=str(found),
                is_own=is_own,
                not_before=found.not_before,
                not_after=found.not_after,
                where=where,
                file=file,
            )
        )

    def _broken(self, what: str, why: str, where: Source | None) -> None:
        self.findings.append(
            Finding(
                Severity.WARNING,
                "broken-certificate",
                f"{what} cannot be used: {why}",
                where,
                "import it again from whoever has issued it",
            )
        )


def _opened(data: bytes, line: CertificateImport) -> Bundle:
    password = line.password.octets if line.password else None
    return read_pkcs12(data, password) if line.pkcs12 else read_file(data)


def _stored(folder: Path) -> Iterator[tuple[Path, str, bool]]:
    """Files of certificates, the names that they are kept under, and whether they are the device's own."""
    try:
        names = sorted(os.listdir(folder))[:_MOST_FILES]
    except OSError:
        return
    for kind, is_own in _STORED:
        ending = f".{kind}.pem"
        yield from ((folder / n, n.removesuffix(ending), is_own) for n in names if n.endswith(ending))


def _octets(path: Path) -> bytes | None:
    """None where there is nothing to be read. One octet more than a file may have tells that it has more."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError:
        return None


def _usual_folder() -> Path:
    """As `kakehashi run` chooses it where nothing is said."""
    if getattr(os, "geteuid", lambda: 1)() == 0:
        return Path("/var/lib/kakehashi")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kakehashi"
