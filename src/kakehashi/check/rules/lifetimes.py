"""Rekeys that cannot be as they are written, and deletes that are kept back alone."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import CommitBit, Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel


def check_rekey(subject: Subject) -> Iterator[Remark]:
    """A rekey earlier than half the lifetime acts as half (V1-19)."""
    tunnel = subject.tunnel
    found: list[tuple[str, int, int]] = []
    if isinstance(tunnel, Ikev2Tunnel):
        found += [
            ("the IKE SA", tunnel.ike.rekey.before_end, tunnel.ike.rekey.lifetime),
            ("the Child SAs", tunnel.ipsec.rekey.before_end, tunnel.ipsec.rekey.lifetime),
        ]
    elif isinstance(tunnel, Ikev1Tunnel):
        found += [("the SAs", tunnel.ipsec.rekey_before_end, p.lifetime) for p in tunnel.ipsec.proposals]
    for what, before, lifetime in found:
        if before > lifetime / 2:
            yield Remark(
                rule="rekey-margin",
                severity=Severity.WARNING,
                message=f"{subject.name}: {what} would be rekeyed {before} s before the end of {lifetime} s, "
                "which is more than half; half is what happens",
                where=where(tunnel.source),
                fix=f"write {lifetime // 2} s or less, or a longer lifetime",
            )


def check_send_delete(subject: Subject) -> Iterator[Remark]:
    """Without deletes a rekey leaves the peer with SAs that we no longer have (V2-15)."""
    tunnel = subject.tunnel
    if isinstance(tunnel, Ikev2Tunnel) and not tunnel.ike.send_delete and tunnel.ike.start_rekey:
        yield Remark(
            rule="suppress-delete-only",
            severity=Severity.WARNING,
            message=f"{subject.name}: deletes are suppressed and rekeys are not: after each rekey the peer "
            "keeps an SA that is no more",
            where=where(tunnel.source),
            fix="add `ikev2 suppress send-rekey`, or take `ikev2 suppress send-delete` out",
        )


def check_commit_bit(subject: Subject) -> Iterator[Remark]:
    """Only a responder sets the commit bit (V1-16)."""
    tunnel = subject.tunnel
    if (
        isinstance(tunnel, Ikev1Tunnel)
        and tunnel.ipsec.commit_bit is not CommitBit.OFF
        and not subject.peer_can_begin
    ):
        yield Remark(
            rule="commit-bit-initiator",
            severity=Severity.WARNING,
            message=f"{subject.name} has the commit bit, and always begins: an initiator does not set it",
            where=where(tunnel.source),
            fix="set it on the other end",
        )
