"""What a peer has presented, and what would have been accepted, each in one line for the log."""

from collections.abc import Sequence

from kakehashi.crypto.signatures import key_text
from kakehashi.model.certificate import CertificateUse, RevocationMethod
from kakehashi.model.identity import Identity
from kakehashi.pki.certificate import BadCertificate, name_text, read
from kakehashi.pki.keyring import Keyring

_MOST = 4  # authorities that are named


def offered_text(presented: Sequence[bytes]) -> str:
    """The peer's own certificate, and how many came along."""
    if not presented:
        return "no certificate"
    try:
        leaf = read(presented[0])
    except BadCertificate:
        return f"{len(presented)} certificates, the first of {len(presented[0])} octets"
    others = f", with {len(presented) - 1} more" if len(presented) > 1 else ""
    return (
        f"{leaf} by {name_text(leaf.issuer)}, {leaf.not_before:%Y-%m-%d} to {leaf.not_after:%Y-%m-%d}, "
        f"{key_text(leaf.key)}{others}"
    )


def allowed_text(keyring: Keyring, identity: Identity, use: CertificateUse) -> str:
    """What `keyring` accepts of who says that it is `identity`."""
    trusted = keyring.trusted(use)
    more = ", ..." if len(trusted) > _MOST else ""
    parts = [f"a certificate by {' or '.join(map(str, trusted[:_MOST])) or 'nobody'}{more}"]
    if use.attributes:
        parts.append(f"certificate map {', '.join(wanted.name for wanted in use.attributes)}")
    else:
        parts.append(f"for {identity}")
    if use.key is not None:
        parts.append(use.key.value)
    checks = [method.value for method in use.revocation if method is not RevocationMethod.NONE]
    if checks:
        parts.append(f"not revoked by {' or '.join(checks)}")
    return ", ".join(parts)
