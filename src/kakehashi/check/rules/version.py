"""IKEv1 is deprecated (RFC 9395 section 2). Told once of a device."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import Ikev1Tunnel

_INSTEAD = {
    "nec-ix": "`tunnel mode ipsec-ikev2`",
    "cisco-ios": "`crypto ikev2 profile`",
    "awplus": "`version 2`",
}


def check_version(subject: Subject) -> Iterator[Remark]:
    """Its first tunnel of IKEv1."""
    tunnels = subject.device.gateway.tunnels
    if not isinstance(subject.tunnel, Ikev1Tunnel):
        return
    if subject.tunnel is not next(t for t in tunnels if isinstance(t, Ikev1Tunnel)):
        return
    instead = _INSTEAD.get(subject.device.gateway.dialect)
    yield Remark(
        rule="ikev1",
        severity=Severity.NOTE,
        message=f"{subject.name}: IKEv1 is deprecated (RFC 9395)",
        where=where(subject.tunnel.source),
        fix=f"make the tunnel with IKEv2 on both sides: {instead}" if instead else "",
    )
