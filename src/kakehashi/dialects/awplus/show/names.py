"""The names that the device prints, and the tables that it prints them in.

Of its show commands the manual (613-003360) gives the names alone, no listing. The columns here are those of
public guides for the device; how wide they are is ours.
"""

from kakehashi.dialects.awplus.words import CIPHERS, GCMS, GROUPS, INTEGRITIES
from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import IkeSaState
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

WIDTH = 80
RULE = "-" * WIDTH
MASK = "********"
STATES = {
    IkeSaState.CONNECTING: "Connecting",
    IkeSaState.ESTABLISHED: "Established",
    IkeSaState.REKEYING: "Rekeying",
    IkeSaState.DELETING: "Deleting",
}
AUTHENTICATIONS = {AuthenticationMethod.PSK: "PSK", AuthenticationMethod.SIGNATURE: "Certificate"}
_HASHES = {
    HashAlgorithm.SHA: "SHA1",
    HashAlgorithm.SHA2_256: "SHA256",
    HashAlgorithm.SHA2_512: "SHA512",
}


def cipher_name(cipher: Cipher | None) -> str:
    """`AES256`, with GCM too: that is told as the integrity."""
    if cipher is None:
        return "-"
    if cipher.id in (identifier for identifier, _ in GCMS.values()):
        return f"AES{cipher.key_bits}"
    known = (word.upper() for word, (one, _) in CIPHERS.items() if one == cipher)
    return next(known, str(cipher).removeprefix("ENCR_"))


def integrity_name(cipher: Cipher | None, integrity: IntegrityId | HashAlgorithm | None) -> str:
    """`SHA256`, or `GCM16`."""
    if cipher is not None:
        gcm = next((word.upper() for word, (one, _) in GCMS.items() if one == cipher.id), "")
        if gcm:
            return gcm
    if isinstance(integrity, HashAlgorithm):
        return _HASHES.get(integrity, integrity.name)
    if integrity is None or integrity == IntegrityId.NONE:
        return "-"
    known = (word.upper() for word, (one, _) in INTEGRITIES.items() if one == integrity)
    return next(known, integrity.name.removeprefix("AUTH_"))


def group_name(group: KeyExchangeId) -> str:
    """`14`, or `-` without one."""
    if group == KeyExchangeId.NONE:
        return "-"
    return next((word for word, (one, _) in GROUPS.items() if one == group), str(int(group)))


def identity_name(identity: Identity | None) -> str:
    """An identity as the configuration writes it."""
    return identity.text if identity is not None else "-"


def seconds(remaining: float) -> str:
    """`28796s`."""
    return f"{max(0, int(remaining))}s"


def expiry(lifetime: int) -> str:
    """`24h`, or `90m`, or `3601s`."""
    for unit, size in (("h", 3600), ("m", 60)):
        if lifetime % size == 0:
            return f"{lifetime // size}{unit}"
    return f"{lifetime}s"


def selector_name(selector: TrafficSelector) -> str:
    """The addresses of a selector."""
    return str(TrafficSelector(selector.start, selector.end))


def row(*cells: tuple[object, int]) -> str:
    """Cells of so many columns, the last one without blanks behind it."""
    return "".join(f"{text!s:<{width - 1}} " for text, width in cells).rstrip()


def page(lines: list[str]) -> str:
    """Lines as one text; nothing for none."""
    return "\n".join(lines) + "\n" if lines else ""
