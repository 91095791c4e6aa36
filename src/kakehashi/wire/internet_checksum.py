"""The checksum of IP, ICMP, UDP and NHRP (RFC 1071)."""

import struct


def internet_checksum(octets: bytes) -> int:
    """16 bits; 0 over what has the right one in it. An odd octet counts as if a zero followed it."""
    padded = octets + bytes(len(octets) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
