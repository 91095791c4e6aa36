"""IKEv1 is deprecated (RFC 9395 section 2). Told once of a device.

Nothing is said of where people dial in by L2TP: what their systems bring has no other.
"""

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
    """Its first tunnel of IKEv1 that has another device at its end."""
    gateway = subject.device.gateway
    with_ikev1 = (
        tunnel
        for tunnel in gateway.tunnels
        if isinstance(tunnel, Ikev1Tunnel) and gateway.l2tp_server(tunnel.interface) is None
    )
    if subject.tunnel is not next(with_ikev1, None):
        return
    instead = _INSTEAD.get(gateway.dialect)
    yield Remark(
        rule="ikev1",
        severity=Severity.NOTE,
        message=f"{subject.name}: IKEv1 is deprecated (RFC 9395)",
        where=where(subject.tunnel.source),
        fix=f"make the tunnel with IKEv2 on both sides: {instead}" if instead else "",
    )
