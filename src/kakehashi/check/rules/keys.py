"""Pre-shared keys that can be guessed, and the mode that lets everybody try (RFC 2409 section 5.4)."""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Tunnel
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel

_LEAST = 12  # octets; RFC 7296 section 2.15 wants as much randomness as the strongest key negotiated has


def check_keys(subject: Subject) -> Iterator[Remark]:
    """Short keys; and aggressive mode, whose hash over the key anybody gets who asks."""
    for secret, source in _secrets(subject):
        if 0 < len(secret.octets) < _LEAST:
            yield Remark(
                rule="short-key",
                severity=Severity.NOTE,
                message=f"{subject.name}: the pre-shared key has only {len(secret.octets)} characters",
                where=where(source, subject.tunnel.source),
                fix="use 20 random characters or more, on both sides",
            )
        if _is_wide(secret):
            yield Remark(
                rule="key-letters",
                severity=Severity.WARNING,
                message=f"{subject.name}: the pre-shared key has letters beyond ASCII, such as full-width "
                "ones; two makers make different octets of them",
                where=where(source, subject.tunnel.source),
                fix="type the key anew in half-width letters, on both sides",
            )
    if isinstance(subject.tunnel, Ikev1Tunnel):
        for peer in subject.device.peers_of(subject.tunnel):
            if peer.mode is ExchangeMode.AGGRESSIVE:
                yield Remark(
                    rule="aggressive-psk",
                    severity=Severity.NOTE,
                    message=f"{subject.name}: aggressive mode shows a hash over the pre-shared key to "
                    "whoever sees one exchange; it can be guessed at leisure",
                    where=where(subject.line("1/mode", peer.source), peer.source, subject.tunnel.source),
                    fix="use a long random key, or main mode between fixed addresses",
                )


def check_main_mode(subject: Subject) -> Iterator[Remark]:
    """In main mode the key is needed before the peer has said who it is: for unknown peers but one."""
    if not isinstance(subject.tunnel, Ikev1Tunnel):
        return
    unknown = subject.device.peers_of_unknown_address
    if all(p.secret == unknown[0].secret for p in unknown):
        return
    for peer in subject.device.peers_of(subject.tunnel):
        if not peer.is_fixed and peer.mode is ExchangeMode.MAIN and peer.address == unknown[0].address:
            yield Remark(
                rule="main-mode-keys",
                severity=Severity.WARNING,
                message=f"{subject.name}: several peers of unknown address have different keys, and in main "
                "mode nobody knows which is whose",
                where=where(peer.source, subject.tunnel.source),
                fix="use aggressive mode with identities, or one key, or IKEv2",
            )


def _is_wide(secret: Secret) -> bool:
    """Is it text in UTF-8 that no keyboard of a router types? Octets of a hexadecimal key are hardly ever."""
    try:
        text = secret.octets.decode()
    except UnicodeDecodeError:
        return False
    return not text.isascii() and text.isprintable()


def _secrets(subject: Subject) -> Iterator[tuple[Secret, Source | None]]:
    tunnel = subject.tunnel
    if isinstance(tunnel, Ikev2Tunnel):
        for authentication in tunnel.sides:
            if authentication.secret is not None:
                yield authentication.secret, authentication.source
    for peer in subject.device.peers_of(tunnel):
        if peer.secret is not None:
            yield peer.secret, peer.source
