"""Rekeys that cannot be as they are written, and deletes that are kept back alone."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import CommitBit, Ikev1Tunnel
from kakehashi.model.tunnel import Ikev2Tunnel


def check_rekey(subject: Subject) -> Iterator[Remark]:
    """A rekey earlier than half the lifetime acts as half (V1-19)."""
    tunnel = subject.tunnel
    found: list[tuple[str, str, int, int]] = []
    if isinstance(tunnel, Ikev2Tunnel):
        ike, child = tunnel.ike.rekey, tunnel.ipsec.rekey
        found += [
            ("1/lifetime", "the IKE SA", ike.before_end, ike.lifetime),
            ("2/lifetime", "the Child SAs", child.before_end, child.lifetime),
        ]
    elif isinstance(tunnel, Ikev1Tunnel):
        found += [
            ("2/lifetime", "the SAs", tunnel.ipsec.rekey_before_end, p.lifetime)
            for p in tunnel.ipsec.proposals
        ]
    for parameter, what, before, lifetime in found:
        if before > lifetime / 2:
            yield Remark(
                rule="rekey-margin",
                severity=Severity.WARNING,
                message=f"{subject.name}: {what} would be rekeyed {before} s before the end of {lifetime} s, "
                "which is more than half; half is what happens",
                where=where(subject.line(parameter), tunnel.source),
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
