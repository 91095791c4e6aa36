"""What can go wrong in this layer: the closed list of errors."""

# ruff: noqa: N818 (the names say what happened, which "Error" would only repeat)


class CryptoError(Exception):
    """Any of the errors below. The message never holds key material."""


class UnsupportedAlgorithm(CryptoError):
    """We do not implement this algorithm, not with this key length, or not in this combination."""


class IntegrityFailure(CryptoError):
    """What arrived is not what the peer sealed, or is too short to have been sealed at all."""


class BadPadding(CryptoError):
    """An authentic Encrypted payload whose ciphertext or Pad Length is malformed (RFC 7296 section 3.14)."""


class InvalidPublicValue(CryptoError):
    """A peer's public value has a wrong length, or fails the recipient's tests of its group (RFC 6989)."""
