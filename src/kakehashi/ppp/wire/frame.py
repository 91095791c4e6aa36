"""A PPP frame as L2TP carries it: no flags, no FCS (RFC 1661 section 2, RFC 2661 section 5.1)."""

from typing import Final

from kakehashi.ppp.drops import Drop, Malformed

_ADDRESS_AND_CONTROL: Final = b"\xff\x03"  # all stations, unnumbered information (RFC 1662 section 3.1)


def decode_frame(frame: bytes) -> tuple[int, bytes]:
    """The Protocol and the Information. Malformed if there is no protocol in it.

    Address and Control may be there or not, and the Protocol may have one octet, whatever was negotiated.
    """
    at = 2 if frame.startswith(_ADDRESS_AND_CONTROL) else 0
    if at >= len(frame):
        raise Malformed(Drop.FRAME_TOO_SHORT)
    if frame[at] & 1:
        return frame[at], frame[at + 1 :]
    if at + 2 > len(frame):
        raise Malformed(Drop.FRAME_TOO_SHORT)
    if not frame[at + 1] & 1:
        raise Malformed(Drop.PROTOCOL_FIELD)  # the last octet of a number is odd (RFC 1661 section 2)
    return int.from_bytes(frame[at : at + 2], "big"), frame[at + 2 :]


def encode_frame(protocol: int, information: bytes) -> bytes:
    """A frame in its full form, which every peer takes (RFC 1661 section 6.6)."""
    return _ADDRESS_AND_CONTROL + protocol.to_bytes(2, "big") + information
