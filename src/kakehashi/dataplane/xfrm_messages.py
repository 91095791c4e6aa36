"""What is said to the kernel about SAs and policies, and what it says: linux/xfrm.h as octets.

Offsets of struct xfrm_usersa_info, which every message about an SA begins with:

    0    selector, 56          160  octets, packets, time added, time first used: 8 each
    56   xfrm_id: destination  192  packets out of the window, replayed, with a wrong ICV: 4 each
         16, SPI 4, protocol   204  sequence, 4      212  family, 2    215  replay window, 1
    80   source, 16            208  reqid, 4         214  mode, 1      216  flags, 1
    96   lifetime, 64
"""

import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from socket import AF_INET, AF_INET6

from kakehashi.dataplane.netlink import attribute, attributes
from kakehashi.dataplane.xfrm_selectors import KernelSelector, address, family, packet
from kakehashi.model.address import IPAddress
from kakehashi.model.encapsulation import EncapsulationMode

NEWSA, DELSA, GETSA = 0x10, 0x11, 0x12
DELPOLICY, GETPOLICY, ALLOCSPI = 0x14, 0x15, 0x16
ACQUIRE, EXPIRE, UPDPOLICY, UPDSA, MAPPING = 0x17, 0x18, 0x19, 0x1A, 0x26
GROUP_ACQUIRE, GROUP_EXPIRE, GROUP_MAPPING = 1, 2, 8
IN, OUT, FORWARD = 0, 1, 2
ENCAP, TEMPLATE, LIFETIME_USED, LAST_USED, REPLAY_ESN, IF_ID = 4, 5, 9, 15, 23, 31
ESP, AH, ESP_IN_UDP = 50, 51, 2
MODES = {EncapsulationMode.TRANSPORT: 0, EncapsulationMode.TUNNEL: 1}
NO_PMTU_DISCOVERY, ANY_FAMILY, ALIGN_4, USES_ESN = 0x04, 0x20, 0x40, 0x80  # flags of an SA
SA_SIZE = 224
EXPIRE_SIZE = 232
INFINITE = (1 << 64) - 1
NOWHERE = ip_address("127.0.0.1")  # as a template's ends while nobody knows them
_NO_SELECTOR = bytes(56)
_SA_TAIL = struct.Struct("=IIHBBB7x")
_LIFETIME = struct.Struct("=8Q")
_TEMPLATE = struct.Struct("=16sIB3xH2x16sIBBBx3I")
_CURRENT = struct.Struct("=QQ")
_STATISTICS = struct.Struct("=III")
_POLICY = struct.Struct("=56s64s32xIIBBBB4x")
_POLICY_ID = struct.Struct("=56sIB3x")
_SA_ID = struct.Struct("=16s4sHBx")
_ENCAP = struct.Struct("=H2s2s2x16x")
_REPLAY = struct.Struct("=6I")

Ends = tuple[IPAddress, IPAddress]
"""Where packets of an SA come from, and where they go to."""


@dataclass(frozen=True, slots=True)
class State:
    """One SA in one direction as the kernel has it. `last_used`: in seconds since 1970, 0: never."""

    spi: int
    protocol: int
    destination: IPAddress
    if_id: int
    reqid: int
    octets: int
    packets: int
    out_of_window: int
    replayed: int
    integrity_failed: int
    last_used: int
    told: bytes

    @classmethod
    def read(cls, told: bytes, size: int = SA_SIZE) -> "State":
        """Of a message that begins with struct xfrm_usersa_info, its attributes after `size` octets."""
        found = attributes(told, size)
        reqid, of = struct.unpack_from("=IH", told, 208)
        octets, packets = _CURRENT.unpack_from(told, 160)
        out_of_window, replayed, integrity_failed = _STATISTICS.unpack_from(told, 192)
        return cls(
            int.from_bytes(told[72:76]),
            told[76],
            address(told[56:72], of),
            int.from_bytes(found.get(IF_ID, b""), sys.byteorder),
            reqid,
            octets,
            packets,
            out_of_window,
            replayed,
            integrity_failed,
            int.from_bytes(found.get(LAST_USED, b""), sys.byteorder),
            told,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewState:
    """One SA to be made. `algorithms`: its attributes; `ports` None: not in UDP, else those of UDP.

    `if_id` 0: packets go neither into an xfrm interface nor come out of one.
    """

    source: IPAddress
    destination: IPAddress
    spi: int
    reqid: int
    if_id: int
    algorithms: bytes
    ports: tuple[int, int] | None
    protocol: int = ESP
    mode: EncapsulationMode = EncapsulationMode.TUNNEL
    selector: KernelSelector | None = None
    replay_window: int = 0
    esn: bool = False
    clear_df: bool = False
    soft_packets: int | None = None
    soft_bytes: int | None = None
    hard_packets: int | None = None
    hard_bytes: int | None = None

    def octets(self) -> bytes:
        """The payload of NEWSA."""
        # Without a selector both IP versions are meant, whatever carries the packets.
        flags = ANY_FAMILY if self.mode is EncapsulationMode.TUNNEL and not self.selector else 0
        # Otherwise AH would be of a multiple of 8 octets in IPv4, too (RFC 4302 section 3.3.3.2.1).
        flags |= ALIGN_4 if self.protocol == AH and self.source.version == 4 else 0
        flags |= USES_ESN if self.esn else 0
        flags |= NO_PMTU_DISCOVERY if self.clear_df else 0
        limits = (self.soft_bytes, self.hard_bytes, self.soft_packets, self.hard_packets)
        told = (
            (self.selector.octets() if self.selector else _NO_SELECTOR)
            + _sa_id(self.destination, self.spi, self.protocol)
            + _sixteen(self.source)
            + _LIFETIME.pack(*(INFINITE if limit is None else limit for limit in limits), 0, 0, 0, 0)
            + bytes(44)
            + _SA_TAIL.pack(0, self.reqid, family(self.source), MODES[self.mode], 0, flags)
            + self.algorithms
            + _interface(self.if_id)
            + attribute(REPLAY_ESN, _replay(self.replay_window))
        )
        return told + (attribute(ENCAP, _encap(*self.ports)) if self.ports else b"")


def moved(told: bytes, source: IPAddress, destination: IPAddress, ports: tuple[int, int] | None) -> bytes:
    """The payload of NEWSA that makes the SA of `told` anew between other ends, its numbers going on.

    Packets may leave between the two: the outbound number goes ahead, that no IV is used twice.
    """
    found = dict(attributes(told, SA_SIZE))
    fixed = bytearray(told[:SA_SIZE])
    fixed[56:72], fixed[80:96] = _sixteen(destination), _sixteen(source)
    struct.pack_into("=H", fixed, 212, family(source))
    found[LIFETIME_USED] = told[160:192]
    if REPLAY_ESN in found:
        words, sent, seen, sent_high, seen_high, window = _REPLAY.unpack_from(found[REPLAY_ESN])
        if sent:
            ahead = min((sent_high << 32 | sent) + _AHEAD, INFINITE)
            sent, sent_high = ahead & 0xFFFFFFFF, ahead >> 32
        numbers = _REPLAY.pack(words, sent, seen, sent_high, seen_high, window)
        found[REPLAY_ESN] = numbers + found[REPLAY_ESN][_REPLAY.size :]
    found.pop(ENCAP, None)
    kept = b"".join(attribute(kind, found[kind]) for kind in _MADE_ANEW if kind in found)
    return bytes(fixed) + kept + (attribute(ENCAP, _encap(*ports)) if ports else b"")


def state_id(destination: IPAddress, spi: int, protocol: int = ESP) -> bytes:
    """The payload of DELSA and GETSA."""
    return _SA_ID.pack(_sixteen(destination), spi.to_bytes(4), family(destination), protocol)


@dataclass(frozen=True, slots=True)
class Template:
    """One protection that a policy asks for. `ends` None: between any two; `reqid` 0: by any SA.

    `version`: of IP on the outside. In transport mode the kernel wants it to be that of what is protected.
    """

    mode: EncapsulationMode
    protocol: int = ESP
    reqid: int = 0
    ends: Ends | None = None
    version: int = 4

    def octets(self) -> bytes:
        """As struct xfrm_user_tmpl."""
        source, destination = self.ends or (None, None)
        return _TEMPLATE.pack(
            _sixteen(destination) if destination else bytes(16),
            0,
            self.protocol,
            int(AF_INET if self.version == 4 else AF_INET6),
            _sixteen(source) if source else bytes(16),
            self.reqid,
            MODES[self.mode],
            0,
            0,
            *(3 * [0xFFFFFFFF]),
        )


def policy(
    selector: KernelSelector, direction: int, if_id: int, priority: int, templates: Sequence[Template]
) -> bytes:
    """The payload of UPDPOLICY: what `templates` say, the innermost first; without any: in the clear."""
    lifetime = _LIFETIME.pack(*(4 * [INFINITE]), 0, 0, 0, 0)
    told = _POLICY.pack(selector.octets(), lifetime, priority, 0, direction, 0, 0, 0)
    if templates:
        told += attribute(TEMPLATE, b"".join(template.octets() for template in templates))
    return told + _interface(if_id)


def policy_id(selector: KernelSelector, direction: int, if_id: int) -> bytes:
    """The payload of DELPOLICY."""
    return _POLICY_ID.pack(selector.octets(), 0, direction) + _interface(if_id)


def socket_policy(family: int, direction: int) -> bytes:
    """What a socket is told that no policy is to be asked about: struct xfrm_userpolicy_info."""
    lifetime = _LIFETIME.pack(*(4 * [INFINITE]), 0, 0, 0, 0)
    selector = bytes(40) + struct.pack("=H", family) + bytes(14)
    return _POLICY.pack(selector, lifetime, 0, 0, direction, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Acquired:
    """The kernel asks for an SA: for which packet, by which policy, and its number.

    `ends`, `reqid` and `mode` are those of the SA that is asked for, `policy` is the policy's selector.
    """

    if_id: int
    sequence: int
    ends: Ends
    reqid: int
    mode: int
    policy: bytes
    source: IPAddress
    destination: IPAddress
    protocol: int
    source_port: int
    destination_port: int

    @classmethod
    def read(cls, told: bytes) -> "Acquired":
        """As struct xfrm_user_acquire: xfrm_id, source, selector, policy, 3 x 4 octets, sequence."""
        (sequence,) = struct.unpack_from("=I", told, 276)
        found = attributes(told, 280)
        if_id = int.from_bytes(found.get(IF_ID, b""), sys.byteorder)
        template = found.get(TEMPLATE, b"").ljust(_TEMPLATE.size, b"\0")
        of, reqid, mode = (*struct.unpack_from("=H", template, 24), *struct.unpack_from("=IB", template, 44))
        ends = (address(told[24:40], of), address(told[:16], of))
        return cls(if_id, sequence, ends, reqid, mode, told[96:152], *packet(told[40:96]))

    def spi(self) -> bytes:
        """The payload of ALLOCSPI for the SA that is asked for: without an SPI it cannot be deleted."""
        source, destination = self.ends
        return (
            _NO_SELECTOR
            + _sa_id(destination, 0, ESP)
            + _sixteen(source)
            + bytes(108)
            + _SA_TAIL.pack(self.sequence, self.reqid, family(source), self.mode, 0, 0)
            + struct.pack("=II", 0x100, 0xFFFFFFFF)
            + _interface(self.if_id)
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """An authentic packet in UDP came from elsewhere."""

    spi: int
    source: IPAddress
    port: int

    @classmethod
    def read(cls, told: bytes) -> "Mapping":
        """As struct xfrm_user_mapping: xfrm_usersa_id, reqid, old source, new source, old port, new port."""
        (of,) = struct.unpack_from("=H", told, 20)
        return cls(int.from_bytes(told[16:20]), address(told[44:60], of), int.from_bytes(told[62:64]))


def is_hard(told: bytes) -> bool:
    """Of struct xfrm_user_expire: is the SA gone?"""
    return bool(told[SA_SIZE])


_AHEAD = 1 << 16
# ALG_AUTH is told beside ALG_AUTH_TRUNC, and may not be said beside it.
_MADE_ANEW = (2, 18, 20, IF_ID, REPLAY_ESN, LIFETIME_USED)


def _sa_id(destination: IPAddress, spi: int, protocol: int) -> bytes:
    """As struct xfrm_id."""
    return _sixteen(destination) + spi.to_bytes(4) + bytes([protocol, 0, 0, 0])


def _interface(if_id: int) -> bytes:
    return attribute(IF_ID, _number(if_id)) if if_id else b""


def _replay(window: int) -> bytes:
    """As struct xfrm_replay_state_esn: with ESN, and for windows beyond 32 packets."""
    words = max(-(-window // 32), 1)
    return _REPLAY.pack(words, 0, 0, 0, 0, window) + bytes(4 * words)


def _encap(source_port: int, destination_port: int) -> bytes:
    return _ENCAP.pack(ESP_IN_UDP, source_port.to_bytes(2), destination_port.to_bytes(2))


def _sixteen(of: IPAddress) -> bytes:
    return of.packed.ljust(16, b"\0")


def _number(value: int) -> bytes:
    return struct.pack("=I", value)
