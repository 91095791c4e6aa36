"""A whole packet: the fixed part, the mandatory part and the extensions (RFC 2332 section 5)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.wire.address import FAMILIES, PROTOCOLS, IPAddress, Reader, length_of, octets_of, read
from kakehashi.nhrp.wire.cie import Cie, decode_entries
from kakehashi.nhrp.wire.extension import Extension, decode_extensions, encode_extensions
from kakehashi.nhrp.wire.registry import MAX_HOPS, VERSION, ErrorCode, ExtensionType, PacketType
from kakehashi.wire.internet_checksum import internet_checksum

_FIXED: Final = struct.Struct("!HH5xBHHHBBBB")  # ar$pro.snap means nothing with an Ethertype
_MANDATORY: Final = struct.Struct("!BBHI")
_VERSIONS: Final = {int(family): version for version, family in FAMILIES.items()}
_PROTOCOL_VERSIONS: Final = {int(protocol): version for version, protocol in PROTOCOLS.items()}
_ABOUT_A_PACKET: Final = frozenset({PacketType.ERROR_INDICATION, PacketType.TRAFFIC_INDICATION})
_KNOWN: Final = frozenset(PacketType)
MAX_PACKET: Final = 4096
_CHECKSUM: Final = slice(12, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One NHRP packet.

    `source_nbma`, `source`: of who made the packet, below and inside the tunnel; a reply repeats those of its
    request. `flags`: what they mean is told by `type`. An Error Indication has code and offset where others
    have `request_id` (see `error`) and, like a Traffic Indication, in `payload` the first octets of the
    packet that it is about, and no entries.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |            ar$afn             |          ar$pro.type          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                          ar$pro.snap                          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  ar$pro.snap  |   ar$hopcnt   |            ar$pktsz           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |           ar$chksum           |            ar$extoff          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | ar$op.version |   ar$op.type  |    ar$shtl    |    ar$sstl    |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Src Proto Len | Dst Proto Len |           Flags               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                         Request ID                            |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Source NBMA Address, Source NBMA Subaddress, Source Protocol Address,
    | Destination Protocol Address, Client Information Entries ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    type: PacketType
    source_nbma: IPAddress
    source: IPAddress
    destination: IPAddress
    flags: int = 0
    request_id: int = 0
    entries: tuple[Cie, ...] = ()
    extensions: tuple[Extension, ...] = ()
    payload: bytes = b""
    hop_count: int = MAX_HOPS

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a packet, without what GRE has in front of it. Raises Malformed."""
        reader = Reader(data, Drop.TOO_SHORT)
        fixed = _FIXED.unpack(reader.take(_FIXED.size))
        family, protocol, hops, size, _, extensions_at, version, kind, nbma_type, sub_type = fixed
        if version != VERSION:
            raise Malformed(Drop.VERSION)
        if family not in _VERSIONS or protocol not in _PROTOCOL_VERSIONS:
            raise Malformed(Drop.FAMILY)
        if kind not in _KNOWN:
            raise Malformed(Drop.UNKNOWN_TYPE)
        end = extensions_at or size
        if not _FIXED.size <= end <= size <= len(data):
            raise Malformed(Drop.LENGTH)
        if size > MAX_PACKET:
            raise Malformed(Drop.TOO_LONG)
        if internet_checksum(data[:size]) != 0:
            raise Malformed(Drop.CHECKSUM)
        reader.data = data[:end]
        source_length, destination_length, flags, request_id = _MANDATORY.unpack(reader.take(_MANDATORY.size))
        nbma_version, ip_version = _VERSIONS[family], _PROTOCOL_VERSIONS[protocol]
        nbma = read(reader.take(length_of(nbma_type)), nbma_version)
        if length_of(sub_type):
            raise Malformed(Drop.ADDRESS)
        source = read(reader.take(source_length), ip_version)
        destination = read(reader.take(destination_length), ip_version)
        if nbma is None or source is None or destination is None:
            raise Malformed(Drop.ADDRESS)
        rest = reader.take(reader.left)
        about = kind in _ABOUT_A_PACKET
        return cls(
            type=PacketType(kind),
            source_nbma=nbma,
            source=source,
            destination=destination,
            flags=flags,
            request_id=request_id,
            entries=() if about else decode_entries(rest, nbma_version, ip_version),
            extensions=decode_extensions(data[end:size]) if extensions_at else (),
            payload=rest if about else b"",
            hop_count=hops,
        )

    def encode(self) -> bytes:
        """The whole packet, with lengths and checksum."""
        nbma, source = octets_of(self.source_nbma), octets_of(self.source)
        destination = octets_of(self.destination)
        body = (
            _MANDATORY.pack(len(source), len(destination), self.flags, self.request_id)
            + nbma
            + source
            + destination
            + b"".join(entry.encode() for entry in self.entries)
            + self.payload
        )
        tail = encode_extensions(self.extensions)
        end = _FIXED.size + len(body)
        packet = bytearray(
            _FIXED.pack(
                FAMILIES[self.source_nbma.version],
                PROTOCOLS[self.source.version],
                self.hop_count,
                end + len(tail),
                0,
                end if tail else 0,
                VERSION,
                self.type,
                len(nbma),
                0,
            )
            + body
            + tail
        )
        packet[_CHECKSUM] = internet_checksum(bytes(packet)).to_bytes(2, "big")
        return bytes(packet)

    @property
    def error(self) -> tuple[ErrorCode, int]:
        """What an Error Indication says: its code, and the octet of the packet in `payload` that is wrong.

        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        |            Error Code         |        Error Offset           |
        +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
        """
        return ErrorCode(self.request_id >> 16), self.request_id & 0xFFFF

    def extension(self, kind: ExtensionType) -> Extension | None:
        """The first of a type, or None."""
        return next((e for e in self.extensions if e.type is kind), None)

    def entries_of(self, kind: ExtensionType) -> tuple[Cie, ...]:
        """The entries in an extension that is a list of them. Malformed if they do not fit."""
        found = self.extension(kind)
        if found is None:
            return ()
        return decode_entries(found.value, self.source_nbma.version, self.source.version)


def error_fields(code: ErrorCode, offset: int = 0) -> int:
    """The `request_id` of an Error Indication (RFC 2332 section 5.2.7)."""
    return code << 16 | offset
