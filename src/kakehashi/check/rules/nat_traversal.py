"""A NAT is between the ends, and ESP would not pass it: RFC 3948 puts it into UDP."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.tunnel import Ikev2Tunnel

_LINES = {
    ("nec-ix", 1): "`ike nat-traversal`",
    ("nec-ix", 2): "`ikev2 nat-traversal`",
    ("cisco-ios", 1): "`crypto ipsec nat-transparency udp-encapsulation`",
    ("cisco-ios", 2): "`crypto ipsec nat-transparency udp-encapsulation`",
}


def check_nat_traversal(subject: Subject) -> Iterator[Remark]:
    """Is it off where it is needed? NAT traversal takes both ends."""
    tunnel = subject.tunnel
    if not subject.nat or not tunnel.enabled:
        return
    peers = subject.device.peers_of(tunnel)
    if isinstance(tunnel, Ikev2Tunnel):
        version, on, line = 2, tunnel.ike.nat_traversal, None
    else:
        version, on = 1, all(peer.nat_traversal for peer in peers)
        line = next((peer.source for peer in peers if not peer.nat_traversal), None)
    if on:
        return
    words = _LINES.get((subject.device.gateway.dialect, version))
    yield Remark(
        rule="no-nat-traversal",
        severity=Severity.ERROR,
        message=f"{subject.name} has NAT traversal switched off, and a NAT is between the two ends: ESP does "
        "not pass it",
        where=where(line, tunnel.source),
        fix=f"switch NAT traversal on: {words}" if words else "",
    )
