"""Client Information Entry: what is known of one client (RFC 2332 section 5.2.0.1)."""

import struct
from dataclasses import dataclass
from typing import Final

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.wire.address import IPAddress, Reader, length_of, octets_of, read
from kakehashi.nhrp.wire.registry import Code

_HEADER: Final = struct.Struct("!BBHHHBBBB")
MAX_ENTRIES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Cie:
    """One entry. `nbma`: where the client is reached; `address`: its own; None where it is not said.

    `prefix_length`: of the network that `address` stands for; 255 is the address alone. `mtu`: octets of the
    largest packet, 0 is the default; `holding_time`: seconds for which the entry is good.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |    Code       | Prefix Length |         unused                |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Maximum Transmission Unit    |        Holding Time           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Cli Addr T/L | Cli SAddr T/L | Cli Proto Len |  Preference   |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   Client NBMA Address, Client NBMA Subaddress, Client Protocol Address ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    code: Code = Code.SUCCESS
    prefix_length: int = 0
    mtu: int = 0
    holding_time: int = 0
    preference: int = 0
    nbma: IPAddress | None = None
    address: IPAddress | None = None

    def encode(self) -> bytes:
        """The whole entry; subaddresses are not used with IP."""
        nbma, address = octets_of(self.nbma), octets_of(self.address)
        return (
            _HEADER.pack(
                self.code,
                self.prefix_length,
                0,
                self.mtu,
                self.holding_time,
                len(nbma),
                0,
                len(address),
                self.preference,
            )
            + nbma
            + address
        )


def decode_entries(data: bytes, nbma_version: int, version: int) -> tuple[Cie, ...]:
    """Entries to the end of `data`, at most MAX_ENTRIES. Malformed if one does not fit."""
    reader = Reader(data, Drop.ENTRY)
    entries: list[Cie] = []
    while reader.left:
        if len(entries) >= MAX_ENTRIES:
            raise Malformed(Drop.TOO_MANY_ENTRIES)
        header = _HEADER.unpack(reader.take(_HEADER.size))
        code, prefix_length, _, mtu, holding_time, nbma_type, sub_type, length, preference = header
        nbma = reader.take(length_of(nbma_type))
        if length_of(sub_type):
            raise Malformed(Drop.ADDRESS)
        address = reader.take(length)
        entries.append(
            Cie(
                code=Code(code),
                prefix_length=prefix_length,
                mtu=mtu,
                holding_time=holding_time,
                preference=preference,
                nbma=read(nbma, nbma_version),
                address=read(address, version),
            )
        )
    return tuple(entries)
