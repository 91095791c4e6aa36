"""Vendor IDs that tell a capability, byte for byte."""

import enum
import hashlib
from typing import Final


class Capability(enum.Enum):
    """What a peer says that it can do."""

    NAT_T_RFC3947 = "NAT traversal by RFC 3947"
    NAT_T_DRAFT_03 = "NAT traversal by draft-ietf-ipsec-nat-t-ike-03"
    NAT_T_DRAFT_02 = "NAT traversal by draft-ietf-ipsec-nat-t-ike-02"
    NAT_T_DRAFT_02_N = "NAT traversal by draft-ietf-ipsec-nat-t-ike-02, hashed with its line's end"
    NAT_T_DRAFT_00 = "NAT traversal by draft-ietf-ipsec-nat-t-ike-00"
    DPD = "dead peer detection"
    XAUTH = "XAUTH"
    CISCO_UNITY = "Cisco Unity"
    FRAGMENTATION = "IKE fragmentation"


def _md5(text: bytes) -> bytes:
    return hashlib.md5(text, usedforsecurity=False).digest()


# RFC 3947 section 3.1; each draft in its section of the same number.
NAT_T_RFC3947: Final = _md5(b"RFC 3947")
NAT_T_DRAFT_03: Final = _md5(b"draft-ietf-ipsec-nat-t-ike-03")
NAT_T_DRAFT_02: Final = _md5(b"draft-ietf-ipsec-nat-t-ike-02")
# draft-02 printed the digest of the name with a line feed, and most of what speaks draft-02 sends that one.
NAT_T_DRAFT_02_N: Final = _md5(b"draft-ietf-ipsec-nat-t-ike-02\n")
NAT_T_DRAFT_00: Final = _md5(b"draft-ietf-ipsec-nat-t-ike-00")

DPD: Final = bytes.fromhex("afcad71368a1f1c96b8696fc7757 0100")
"""RFC 3706 section 5.1: 14 octets, then the major and the minor version."""
XAUTH: Final = bytes.fromhex("09002689dfd6b712")
"""draft-beaulieu-ike-xauth-02 section 2."""
CISCO_UNITY: Final = _md5(b"CISCO-UNITY")[:14] + b"\1\0"
"""Cisco's client protocol: 14 octets, then the major and the minor version."""
FRAGMENTATION: Final = _md5(b"FRAGMENTATION")
"""IKE fragmentation ([MS-IKEE] section 3.1.5.1)."""
FRAGMENTATION_CAPABILITIES: Final = FRAGMENTATION + bytes.fromhex("80000000")
"""The same as Cisco sends it: with the capability to take fragments, of main and of aggressive mode."""

_WHOLE: Final = {
    NAT_T_RFC3947: Capability.NAT_T_RFC3947,
    NAT_T_DRAFT_03: Capability.NAT_T_DRAFT_03,
    NAT_T_DRAFT_02: Capability.NAT_T_DRAFT_02,
    NAT_T_DRAFT_02_N: Capability.NAT_T_DRAFT_02_N,
    NAT_T_DRAFT_00: Capability.NAT_T_DRAFT_00,
    XAUTH: Capability.XAUTH,
}
_PREFIXES: Final = {
    DPD[:14]: Capability.DPD,
    CISCO_UNITY[:14]: Capability.CISCO_UNITY,
    FRAGMENTATION: Capability.FRAGMENTATION,
}


def capability(data: bytes) -> Capability | None:
    """What the octets of a Vendor ID payload tell, whatever version they carry; None for others."""
    return _WHOLE.get(data) or _PREFIXES.get(data[:14]) or _PREFIXES.get(data[:16])
