"""From nonces and a shared secret to the keys of an IKE SA and its Child SAs; the AUTH of a shared key.

Argument names are those of RFC 7296: `ni`, `nr` are the nonces' data, `spi_i`, `spi_r` the 8 octets of the
IKE header, `shared` is g^ir.
"""

from dataclasses import dataclass

from kakehashi.crypto.prf import Prf

_KEY_PAD = b"Key Pad for IKEv2"  # RFC 7296 section 2.15: 17 octets, no terminating zero


@dataclass(frozen=True, slots=True, repr=False)
class IkeKeys:
    """The seven keys of RFC 7296 section 2.14. SK_ai and SK_ar are empty with an AEAD cipher."""

    sk_d: bytes
    sk_ai: bytes
    sk_ar: bytes
    sk_ei: bytes
    sk_er: bytes
    sk_pi: bytes
    sk_pr: bytes

    def __repr__(self) -> str:
        return "IkeKeys(***)"


@dataclass(frozen=True, slots=True, repr=False)
class ChildKeys:
    """Keys of a Child SA's two ESP SAs: `i` protects what the exchange's initiator sends, `r` the rest."""

    encryption_i: bytes
    integrity_i: bytes
    encryption_r: bytes
    integrity_r: bytes

    def __repr__(self) -> str:
        return "ChildKeys(***)"


def skeyseed(prf: Prf, ni: bytes, nr: bytes, shared: bytes) -> bytes:
    """SKEYSEED = prf(Ni | Nr, g^ir) (RFC 7296 section 2.14)."""
    return prf(ni[: prf.nonce_prefix] + nr[: prf.nonce_prefix], shared)


def skeyseed_rekey(prf: Prf, sk_d: bytes, shared: bytes, ni: bytes, nr: bytes) -> bytes:
    """SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr) (RFC 7296 section 2.18).

    `prf` is the old IKE SA's, and the nonces count whole with every prf.
    """
    return prf(sk_d, shared + ni + nr)


def ike_keys(
    prf: Prf,
    skeyseed: bytes,
    ni: bytes,
    nr: bytes,
    spi_i: bytes,
    spi_r: bytes,
    encryption_size: int,
    integrity_size: int,
) -> IkeKeys:
    """{SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr).

    Sizes in octets as `sizes.encryption_key_size` and `sizes.integrity_key_size` give them (0 for AEAD).
    """
    p, a, e = prf.key_size, integrity_size, encryption_size
    keys = _split(prf.plus(skeyseed, ni + nr + spi_i + spi_r, 3 * p + 2 * a + 2 * e), p, a, a, e, e, p, p)
    return IkeKeys(*keys)


def child_keymat(prf: Prf, sk_d: bytes, ni: bytes, nr: bytes, length: int, shared: bytes = b"") -> bytes:
    """KEYMAT = prf+(SK_d, [g^ir (new) |] Ni | Nr) (RFC 7296 section 2.17): `length` octets."""
    return prf.plus(sk_d, shared + ni + nr, length)


def child_keys(
    prf: Prf,
    sk_d: bytes,
    ni: bytes,
    nr: bytes,
    encryption_size: int,
    integrity_size: int,
    shared: bytes = b"",
) -> ChildKeys:
    """KEYMAT cut up by RFC 7296 section 2.17: the initiator's direction first, encryption before integrity.

    Initiator means that of the exchange which makes the Child SA.
    """
    e, a = encryption_size, integrity_size
    return ChildKeys(*_split(child_keymat(prf, sk_d, ni, nr, 2 * (e + a), shared), e, a, e, a))


def auth_psk(
    prf: Prf, secret: bytes, message: bytes, nonce: bytes, sk_p: bytes, id_payload_body: bytes
) -> bytes:
    """AUTH by shared key (RFC 7296 section 2.15): prf(prf(secret, "Key Pad for IKEv2"), SignedOctets)."""
    return prf(prf(secret, _KEY_PAD), signed_octets(prf, message, nonce, sk_p, id_payload_body))


def signed_octets(prf: Prf, message: bytes, nonce: bytes, sk_p: bytes, id_payload_body: bytes) -> bytes:
    """RealMessage | the other side's nonce | prf(SK_p, RestOfIDPayload) (RFC 7296 section 2.15).

    For the initiator: its message of the IKE_SA_INIT that counted, whole and cookie included, Nr, SK_pi and
    the body of IDi without its generic header. For the responder: its message, Ni, SK_pr and IDr.
    """
    return message + nonce + prf(sk_p, id_payload_body)


def _split(keymat: bytes, *sizes: int) -> list[bytes]:
    parts, start = [], 0
    for size in sizes:
        parts.append(keymat[start : start + size])
        start += size
    return parts
