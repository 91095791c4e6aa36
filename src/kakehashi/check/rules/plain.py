"""Tunnels that nothing protects."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.tunnel import PlainTunnel

_PROTECT = {
    "cisco-ios": "add `tunnel protection ipsec profile NAME` on both sides",
    "awplus": "add `tunnel protection ipsec` on both sides",
    "nec-ix": "use `tunnel mode ipsec-ikev2` on both sides",
}


def check_plain(subject: Subject) -> Iterator[Remark]:
    """Who is on the way reads the packets; who knows both addresses may send some (RFC 2784 section 7)."""
    tunnel = subject.tunnel
    if isinstance(tunnel, PlainTunnel) and tunnel.enabled:
        yield Remark(
            rule="in-the-clear",
            severity=Severity.NOTE,
            message=f"{subject.name} is GRE without IPsec: its packets are readable on their way, and "
            "anybody may send some in the peer's name",
            where=where(tunnel.source),
            fix=_PROTECT.get(subject.device.gateway.dialect, ""),
        )
