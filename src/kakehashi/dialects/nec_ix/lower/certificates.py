"""Certificates of a tunnel, and the lines that load them (V2-18, V2-19)."""

from collections.abc import Iterator

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix.lower.settings import Settings
from kakehashi.dialects.report import Report
from kakehashi.model.certificate import CertificateImport, CertificateUse
from kakehashi.model.identity import Authentication, AuthenticationMethod
from kakehashi.model.secret import Secret

_SCHEME = "file:"


def read_imports(document: Document, report: Report) -> tuple[CertificateImport, ...]:
    """The files that go into the store, a later one of the same name in the place of an earlier one."""
    found: dict[str, CertificateImport] = {}
    for line in document.statements("pki cert import", "pki pkcs12 import"):
        name, url = line.get("name"), line.get("url", "")
        if line.negated:
            found.pop(name, None)
            continue
        if not url.startswith(_SCHEME) or not url[len(_SCHEME) :]:
            report.error(
                line.line,
                "invalid-value",
                f"`{url}` is no place for a certificate: the device takes files of its own storage alone",
                "write `url file:PATH`",
            )
            continue
        password = line.get("password")
        found[name] = CertificateImport(
            name=name,
            file=url[len(_SCHEME) :],
            pkcs12=line.key == "pki pkcs12 import",
            password=Secret(password.encode()) if password else None,
            source=report.source(line.line),
        )
    return tuple(found.values())


def own_use(settings: Settings) -> CertificateUse:
    """By which certificates this device proves who it is; without a line by any that it has."""
    return CertificateUse(names=_names(settings, "mycert"))


def peer_use(settings: Settings) -> CertificateUse:
    """Whose certificates the peer may have; without a line any authority's of the store."""
    return CertificateUse(names=_names(settings, "cacert"))


def check_use(
    tunnel: str,
    line: Statement,
    local: Authentication,
    peer: Authentication,
    settings: Settings,
    report: Report,
) -> None:
    """Say where a side has no certificate, or one that it does not use."""
    for side, kind, what in (
        (local, "mycert", "this device proves who it is by a certificate"),
        (peer, "cacert", "the peer is believed by a certificate"),
    ):
        named = list(_lines(settings, kind))
        if side.method is AuthenticationMethod.SIGNATURE and not named:
            where = side.source.line if side.source else line.line
            report.warning(
                where,
                "no-certificate",
                f"{tunnel}: {what}, and no line says which; any of the device's storage is used",
                f"add `ikev2 cert {kind} name NAME`",
            )
        elif side.method is not AuthenticationMethod.SIGNATURE and named:
            report.info(
                named[0].line,
                "unused-certificate",
                f"{tunnel}: `cert {kind}` has no effect, for that side has a pre-shared key",
            )


def _names(settings: Settings, kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.get("name") for line in _lines(settings, kind)))


def _lines(settings: Settings, kind: str) -> Iterator[Statement]:
    return (line for line in settings.all(f"cert {kind}") if not line.negated)
