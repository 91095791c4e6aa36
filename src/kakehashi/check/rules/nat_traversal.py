"""A NAT is between the ends, and ESP would not pass it: RFC 3948 puts it into UDP. AH passes none."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

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
    protections = tunnel.ipsec.protections()
    if protections and all(protection.ah != IntegrityId.NONE for protection in protections):
        yield Remark(
            rule="ah-behind-nat",
            severity=Severity.ERROR,
            message=f"{subject.name} wants AH, and a NAT is between the two ends: AH covers the addresses "
            "that the NAT changes (RFC 3715 section 2.1)",
            where=where(tunnel.source),
            fix="leave AH out; ESP with authentication passes the NAT",
        )
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
