"""Certificates that are not valid, or not for long."""

from collections.abc import Iterator
from datetime import datetime

from kakehashi.check.configuration import Configuration, HeldCertificate
from kakehashi.check.report import Remark, Severity
from kakehashi.model.source import Source
from kakehashi.pki.expiry import ENDED, days_left, mark


def check_expiry(configuration: Configuration, at: datetime) -> Iterator[Remark]:
    """What has ended, what ends soon, and what is not valid yet, at the time `at`."""
    held = dict.fromkeys(configuration.certificates)
    for found in held:
        if found.not_before > at:
            yield _early(found)
        elif mark(found.not_after, at) is not None and not _is_renewed(found, held, at):
            yield _ended(found) if mark(found.not_after, at) == ENDED else _ending(found, at)


def _is_renewed(found: HeldCertificate, held: dict[HeldCertificate, None], at: datetime) -> bool:
    """Does another one of the same name and subject stand beside it, that is valid for longer?"""
    return any(
        (other.name, other.subject) == (found.name, found.subject)
        and other.not_before <= at
        and mark(other.not_after, at) is None
        for other in held
    )


def _early(found: HeldCertificate) -> Remark:
    return Remark(
        rule="certificate-not-yet-valid",
        severity=Severity.ERROR,
        message=f"the certificate {found.subject} ({_place(found)}) is valid only from "
        f"{found.not_before:%Y-%m-%d %H:%M} UTC on",
        where=_where(found),
        fix="see whether the clocks are right: of this host, and of whoever has issued it",
    )


def _ended(found: HeldCertificate) -> Remark:
    return Remark(
        rule="certificate-expired",
        severity=Severity.ERROR,
        message=f"the certificate {found.subject} ({_place(found)}) ended on "
        f"{found.not_after:%Y-%m-%d %H:%M} UTC: no peer accepts it any more",
        where=_where(found),
        fix=_fix(found),
    )


def _ending(found: HeldCertificate, at: datetime) -> Remark:
    days = days_left(found.not_after, at)
    left = "1 day" if days == 1 else f"{days} days"
    return Remark(
        rule="certificate-expires",
        severity=Severity.WARNING,
        message=f"the certificate {found.subject} ({_place(found)}) ends within {left}, on "
        f"{found.not_after:%Y-%m-%d %H:%M} UTC",
        where=_where(found),
        fix=_fix(found),
    )


def _fix(found: HeldCertificate) -> str:
    if found.is_own:
        return "ask the authority for a new one, and import it: `kakehashi pki enroll` makes the request"
    return "import the authority's new certificate, on both sides"


def _place(found: HeldCertificate) -> str:
    is_elsewhere = found.where is None or found.where.file != found.file
    return f"{found.name}, {found.file}" if is_elsewhere else found.name


def _where(found: HeldCertificate) -> tuple[Source, ...]:
    return () if found.where is None else (found.where,)
