"""The Traffic Selector payloads (RFC 7296 section 3.13)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, Final, Self

from kakehashi.wire.errors import Reason, WireError
from kakehashi.wire.registry.ikev2 import PayloadType, TsType
from kakehashi.wire.registry.open_enum import by_number

_HEAD: Final = Struct("!BBH")
_PORTS: Final = Struct("!HH")
_TYPES: Final = by_number(TsType)
_ADDRESS_SIZES: Final = {TsType.TS_IPV4_ADDR_RANGE: 4, TsType.TS_IPV6_ADDR_RANGE: 16}


@dataclass(frozen=True, slots=True)
class Selector:
    """A range of addresses and ports; `start` and `end` are 4 octets for IPv4 and 16 for IPv6, both included.

    `protocol` 0 is any. Ports 0 to 65535 are any, 65535 to 0 is OPAQUE. For ICMP a port is the type times 256
    plus the code; for Mobile IPv6 it is the type in the upper octet (RFC 7296 section 3.13.1).

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   TS Type     |IP Protocol ID*|       Selector Length         |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |           Start Port*         |           End Port*           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         Starting Address*                     ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                         Ending Address*                       ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    ts_type: TsType
    protocol: int
    start_port: int
    end_port: int
    start: bytes
    end: bytes

    @classmethod
    def decode(cls, ts_type: TsType, protocol: int, body: bytes) -> Self:
        """Read what follows the Selector Length of a range of IPv4 or IPv6 addresses."""
        size = _ADDRESS_SIZES[ts_type]
        if len(body) != _PORTS.size + 2 * size:
            raise WireError(Reason.SELECTOR_LENGTH)
        start_port, end_port = _PORTS.unpack_from(body)
        return cls(ts_type, protocol, start_port, end_port, body[_PORTS.size : -size], body[-size:])

    def encode(self) -> bytes:
        """The whole selector. ValueError for addresses that do not fit its type."""
        if {len(self.start), len(self.end)} != {_ADDRESS_SIZES.get(self.ts_type)}:
            raise ValueError(f"{self.ts_type} with addresses of {len(self.start)} and {len(self.end)} octets")
        body = _PORTS.pack(self.start_port, self.end_port) + self.start + self.end
        return _HEAD.pack(self.ts_type, self.protocol, _HEAD.size + len(body)) + body


@dataclass(frozen=True, slots=True)
class UnknownSelector:
    """A selector that is no range of IP addresses; `data` is what follows the Selector Length."""

    ts_type: TsType
    protocol: int
    data: bytes

    def encode(self) -> bytes:
        """The whole selector."""
        return _HEAD.pack(self.ts_type, self.protocol, _HEAD.size + len(self.data)) + self.data


@dataclass(frozen=True, slots=True)
class TrafficSelectors:
    """The traffic of one side: what any of `selectors` fits. At least one, at most 255.

    `unknown` are those of other types, which a receiver leaves out; they are sent last.

                         1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    | Number of TSs |                 RESERVED                      |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    ~                       <Traffic Selectors>                     ~
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    """

    selectors: tuple[Selector, ...]
    unknown: tuple[UnknownSelector, ...] = ()

    @classmethod
    def decode(cls, body: bytes) -> Self:
        """Read what follows the generic header."""
        if len(body) < 4:
            raise WireError(Reason.PAYLOAD_TOO_SHORT)
        count, offset = body[0], 4
        if not count:
            raise WireError(Reason.SELECTOR_COUNT)
        selectors: list[Selector] = []
        unknown: list[UnknownSelector] = []
        for _ in range(count):
            if offset == len(body):
                raise WireError(Reason.SELECTOR_COUNT)
            if len(body) - offset < _HEAD.size:
                raise WireError(Reason.SELECTOR_LENGTH)
            number, protocol, length = _HEAD.unpack_from(body, offset)
            if not _HEAD.size <= length <= len(body) - offset:
                raise WireError(Reason.SELECTOR_LENGTH)
            ts_type, data = _TYPES[number], body[offset + _HEAD.size : offset + length]
            if ts_type in _ADDRESS_SIZES:
                selectors.append(Selector.decode(ts_type, protocol, data))
            else:
                unknown.append(UnknownSelector(ts_type, protocol, data))
            offset += length
        if offset != len(body):
            raise WireError(Reason.SELECTOR_COUNT)
        return cls(tuple(selectors), tuple(unknown))

    def encode(self) -> bytes:
        """What follows the generic header. ValueError for none or more than 255."""
        encoded = [selector.encode() for selector in self.selectors + self.unknown]
        if not 0 < len(encoded) <= 255:
            raise ValueError("a Traffic Selector payload has 1 to 255 selectors")
        return bytes([len(encoded), 0, 0, 0]) + b"".join(encoded)


@dataclass(frozen=True, slots=True)
class TrafficSelectorsInitiator(TrafficSelectors):
    """TSi: what the initiator of the exchange sends from and receives to."""

    payload_type: ClassVar[PayloadType] = PayloadType.TSi


@dataclass(frozen=True, slots=True)
class TrafficSelectorsResponder(TrafficSelectors):
    """TSr: the same of the responder."""

    payload_type: ClassVar[PayloadType] = PayloadType.TSr
