"""RADIUS requests and answers as octets (RFC 2865, RFC 2866, RFC 2869, MS-CHAPv2 by RFC 2548). No sockets, no
clock.

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |     Code      |  Identifier   |            Length             |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                 Authenticator (16 octets) ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  Type | Length | Value ...                      (attributes)

Every Access-Request has a Message-Authenticator (RFC 3579 section 3.2), and an answer to it that has none is
not believed: without it whoever is on the way can turn a refusal into a welcome (CVE-2024-3596).
"""

import enum
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import md5
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final

from kakehashi.gateway.access.terms import Cause, Terms
from kakehashi.ppp.users import ChapLogin, Granted, Login, MsChapV2Login, PapLogin, Refused, Verdict

MICROSOFT: Final = 311
LONGEST: Final = 4096
_HEADER: Final = 20
_AUTHENTICATOR: Final = 16
_LONGEST_VALUE: Final = 253
_LONGEST_PASSWORD: Final = 128
_MOST_CLASSES: Final = 8
_PREFIX_LENGTH: Final = 64  # what a host makes addresses from
_CHOSEN_BY_SERVER: Final = (IPv4Address("255.255.255.254"), IPv4Address("255.255.255.255"))


class Code(enum.IntEnum):
    """RFC 2865 section 3, RFC 2866 section 3."""

    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCOUNTING_REQUEST = 4
    ACCOUNTING_RESPONSE = 5


class Attribute(enum.IntEnum):
    """RFC 2865, RFC 2866 and RFC 2869 sections 5, RFC 3162 section 2, RFC 3579 section 3.2."""

    USER_NAME = 1
    USER_PASSWORD = 2
    CHAP_PASSWORD = 3
    SERVICE_TYPE = 6
    FRAMED_PROTOCOL = 7
    FRAMED_IP_ADDRESS = 8
    CLASS = 25
    VENDOR_SPECIFIC = 26
    SESSION_TIMEOUT = 27
    IDLE_TIMEOUT = 28
    CALLING_STATION_ID = 31
    NAS_IDENTIFIER = 32
    ACCT_STATUS_TYPE = 40
    ACCT_INPUT_OCTETS = 42
    ACCT_OUTPUT_OCTETS = 43
    ACCT_SESSION_ID = 44
    ACCT_SESSION_TIME = 46
    ACCT_INPUT_PACKETS = 47
    ACCT_OUTPUT_PACKETS = 48
    ACCT_TERMINATE_CAUSE = 49
    ACCT_INPUT_GIGAWORDS = 52
    ACCT_OUTPUT_GIGAWORDS = 53
    CHAP_CHALLENGE = 60
    NAS_PORT_TYPE = 61
    MESSAGE_AUTHENTICATOR = 80
    ACCT_INTERIM_INTERVAL = 85
    FRAMED_IPV6_PREFIX = 97


_SECONDS: Final = (Attribute.SESSION_TIMEOUT, Attribute.IDLE_TIMEOUT, Attribute.ACCT_INTERIM_INTERVAL)


class Microsoft(enum.IntEnum):
    """RFC 2548 section 2."""

    CHAP_CHALLENGE = 11
    CHAP2_RESPONSE = 25
    CHAP2_SUCCESS = 26


class Status(enum.IntEnum):
    """Acct-Status-Type."""

    START = 1
    STOP = 2
    INTERIM = 3
    ON = 7  # we have begun; whatever was told of sessions before, they are no more
    OFF = 8


@dataclass(frozen=True, slots=True)
class Request:
    """One request that has gone, and what its answer is proved by."""

    datagram: bytes = field(repr=False)
    code: Code
    identifier: int
    authenticator: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Of a session. `seconds` and counters: 0 at its start. `cause`: why it ended; `classes`: see Terms."""

    session: str
    status: Status
    user: str
    address: IPv4Address
    seconds: int = 0
    inbound_octets: int = 0
    outbound_octets: int = 0
    inbound_packets: int = 0
    outbound_packets: int = 0
    cause: Cause = Cause.USER_REQUEST
    classes: tuple[bytes, ...] = field(default=(), repr=False)
    prefix: IPv6Network | None = None


def access_request(
    login: Login, caller: str, name: str, secret: bytes, identifier: int, authenticator: bytes
) -> Request:
    """May this user come in? `caller`: where from; `name`: ours; `authenticator`: 16 random octets."""
    attributes = _text(Attribute.USER_NAME, login.user) + _common(caller, name)
    match login:
        case PapLogin():
            attributes += _attribute(
                Attribute.USER_PASSWORD, hide(login.password[:_LONGEST_PASSWORD], secret, authenticator)
            )
        case ChapLogin():
            attributes += _attribute(Attribute.CHAP_PASSWORD, bytes([login.identifier]) + login.response)
            attributes += _attribute(Attribute.CHAP_CHALLENGE, login.challenge)
        case MsChapV2Login():
            # RFC 2548 section 2.3.2: Ident, Flags, Peer-Challenge, Reserved, Response.
            value = bytes([login.identifier, 0]) + login.response[:48]
            attributes += _microsoft(Microsoft.CHAP_CHALLENGE, login.challenge)
            attributes += _microsoft(Microsoft.CHAP2_RESPONSE, value)
    empty = _attribute(Attribute.MESSAGE_AUTHENTICATOR, bytes(_AUTHENTICATOR))
    head = _head(Code.ACCESS_REQUEST, identifier, len(empty) + len(attributes), authenticator)
    mac = hmac.digest(secret, head + empty + attributes, "md5")
    # It stands first, so that nothing can be slipped in before it.
    signed = _attribute(Attribute.MESSAGE_AUTHENTICATOR, mac)
    return Request(head + signed + attributes, Code.ACCESS_REQUEST, identifier, authenticator)


def accounting_request(usage: Usage, caller: str, name: str, secret: bytes, identifier: int) -> Request:
    """What has begun, goes on or has ended (RFC 2866 section 4.1)."""
    attributes = _number(Attribute.ACCT_STATUS_TYPE, usage.status)
    attributes += _text(Attribute.ACCT_SESSION_ID, usage.session) + _text(Attribute.USER_NAME, usage.user)
    attributes += _attribute(Attribute.FRAMED_IP_ADDRESS, usage.address.packed) + _common(caller, name)
    if usage.prefix is not None:
        place = bytes([0, usage.prefix.prefixlen]) + usage.prefix.network_address.packed
        attributes += _attribute(Attribute.FRAMED_IPV6_PREFIX, place)
    for told in usage.classes:
        attributes += _attribute(Attribute.CLASS, told)
    if usage.status in (Status.STOP, Status.INTERIM):
        attributes += _number(Attribute.ACCT_SESSION_TIME, usage.seconds)
        attributes += _number(Attribute.ACCT_INPUT_OCTETS, usage.inbound_octets)
        attributes += _number(Attribute.ACCT_OUTPUT_OCTETS, usage.outbound_octets)
        attributes += _number(Attribute.ACCT_INPUT_GIGAWORDS, usage.inbound_octets >> 32)
        attributes += _number(Attribute.ACCT_OUTPUT_GIGAWORDS, usage.outbound_octets >> 32)
        attributes += _number(Attribute.ACCT_INPUT_PACKETS, usage.inbound_packets)
        attributes += _number(Attribute.ACCT_OUTPUT_PACKETS, usage.outbound_packets)
    if usage.status is Status.STOP:
        attributes += _number(Attribute.ACCT_TERMINATE_CAUSE, usage.cause)
    return _accounting(attributes, secret, identifier)


def server_request(status: Status, session: str, name: str, secret: bytes, identifier: int) -> Request:
    """The whole server has begun, or ends: Accounting-On and -Off (RFC 2866 section 5.1)."""
    attributes = _number(Attribute.ACCT_STATUS_TYPE, status) + _text(Attribute.ACCT_SESSION_ID, session)
    return _accounting(attributes + _text(Attribute.NAS_IDENTIFIER, name), secret, identifier)


def _accounting(attributes: bytes, secret: bytes, identifier: int) -> Request:
    head = _head(Code.ACCOUNTING_REQUEST, identifier, len(attributes), bytes(_AUTHENTICATOR))
    authenticator = _md5(head + attributes + secret)
    return Request(head[:4] + authenticator + attributes, Code.ACCOUNTING_REQUEST, identifier, authenticator)


def answers(request: Request, datagram: bytes, secret: bytes) -> bool:
    """Is it the answer to the request, by who has the secret, and signed if it has to be?"""
    if not is_answer(request, datagram, secret):
        return False
    if request.code is Code.ACCOUNTING_REQUEST:
        return True
    attributes = datagram[_HEADER : struct.unpack_from("!H", datagram, 2)[0]]
    return _is_signed(datagram[:4], attributes, request.authenticator, secret)


def is_answer(request: Request, datagram: bytes, secret: bytes) -> bool:
    """The same as RFC 2865 has it. That is not enough for an Access-Accept: see the top of this file."""
    if not _HEADER <= len(datagram) <= LONGEST or datagram[1] != request.identifier:
        return False
    length = struct.unpack_from("!H", datagram, 2)[0]
    if not _HEADER <= length <= len(datagram):
        return False
    wanted = {
        Code.ACCESS_REQUEST: (Code.ACCESS_ACCEPT, Code.ACCESS_REJECT),
        Code.ACCOUNTING_REQUEST: (Code.ACCOUNTING_RESPONSE,),
    }[request.code]
    if datagram[0] not in wanted:
        return False
    head, attributes = datagram[:4], datagram[_HEADER:length]
    digest = _md5(head + request.authenticator + attributes + secret)
    return hmac.compare_digest(digest, datagram[4:_HEADER])


def verdict(login: Login, datagram: bytes) -> Verdict:
    """What an answer says that `answers` has believed. An Accept that proves nothing to MS-CHAPv2 is none."""
    length = struct.unpack_from("!H", datagram, 2)[0]
    if datagram[0] != Code.ACCESS_ACCEPT:
        return Refused()
    address: IPv4Address | None = None
    proof = ""
    for kind, value in read_attributes(datagram[_HEADER:length]):
        if kind == Attribute.FRAMED_IP_ADDRESS and len(value) == 4:
            found = IPv4Address(value)
            address = None if found in _CHOSEN_BY_SERVER else found
        elif kind == Attribute.VENDOR_SPECIFIC and len(value) > 6:
            vendor, of_vendor, size = struct.unpack_from("!IBB", value)
            if (vendor, of_vendor) == (MICROSOFT, Microsoft.CHAP2_SUCCESS) and 3 <= size <= len(value) - 4:
                proof = value[7 : 4 + size].decode("ascii", "replace")
    if isinstance(login, MsChapV2Login) and not proof.startswith("S="):
        return Refused()
    return Granted(address, proof)


def terms(datagram: bytes) -> Terms:
    """What an Accept that `answers` has believed says of the session."""
    length = struct.unpack_from("!H", datagram, 2)[0]
    numbers: dict[int, int] = {}
    classes: list[bytes] = []
    prefix: IPv6Network | None = None
    for kind, value in read_attributes(datagram[_HEADER:length]):
        if kind in _SECONDS and len(value) == 4:
            numbers[kind] = int.from_bytes(value, "big")
        elif kind == Attribute.CLASS and len(classes) < _MOST_CLASSES:
            classes.append(value)
        elif kind == Attribute.FRAMED_IPV6_PREFIX and 2 <= len(value) <= 18 and value[1] == _PREFIX_LENGTH:
            octets = (value[2:] + bytes(16))[:16]
            prefix = IPv6Network((int(IPv6Address(octets)) >> 64 << 64, _PREFIX_LENGTH))
    session, idle, interim = (numbers.get(kind, 0) for kind in _SECONDS)
    return Terms(session=session, idle=idle, interim=interim, classes=tuple(classes), prefix=prefix)


def hide(password: bytes, secret: bytes, authenticator: bytes) -> bytes:
    """RFC 2865 section 5.2."""
    padded = password + bytes(-len(password) % 16) or bytes(16)
    hidden, last = b"", authenticator
    for place in range(0, len(padded), 16):
        pad = _md5(secret + last)
        last = bytes(a ^ b for a, b in zip(padded[place : place + 16], pad, strict=True))
        hidden += last
    return hidden


def read_attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each; at one that is cut short it ends."""
    place = 0
    while place + 2 <= len(octets):
        kind, size = octets[place], octets[place + 1]
        if size < 2 or place + size > len(octets):
            return
        yield kind, octets[place + 2 : place + size]
        place += size


def _is_signed(head: bytes, attributes: bytes, authenticator: bytes, secret: bytes) -> bool:
    """RFC 3579 section 3.2: over the answer with the request's authenticator, and itself as zeros."""
    place = 0
    for kind, value in read_attributes(attributes):
        if kind == Attribute.MESSAGE_AUTHENTICATOR and len(value) == _AUTHENTICATOR:
            begin = place + 2
            blank = attributes[:begin] + bytes(_AUTHENTICATOR) + attributes[begin + _AUTHENTICATOR :]
            return hmac.compare_digest(hmac.digest(secret, head + authenticator + blank, "md5"), value)
        place += 2 + len(value)
    return False


def _common(caller: str, name: str) -> bytes:
    framed, ppp, virtual = 2, 1, 5
    return (
        _number(Attribute.SERVICE_TYPE, framed)
        + _number(Attribute.FRAMED_PROTOCOL, ppp)
        + _number(Attribute.NAS_PORT_TYPE, virtual)
        + _text(Attribute.NAS_IDENTIFIER, name)
        + _text(Attribute.CALLING_STATION_ID, caller)
    )


def _head(code: Code, identifier: int, length: int, authenticator: bytes) -> bytes:
    return struct.pack("!BBH", code, identifier, _HEADER + length) + authenticator


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes([kind, 2 + len(value)]) + value


def _text(kind: int, text: str) -> bytes:
    octets = text.encode()[:_LONGEST_VALUE]
    return _attribute(kind, octets) if octets else b""


def _number(kind: int, number: int) -> bytes:
    return _attribute(kind, struct.pack("!I", number & 0xFFFF_FFFF))


def _microsoft(kind: Microsoft, value: bytes) -> bytes:
    inside = struct.pack("!IBB", MICROSOFT, kind, 2 + len(value)) + value
    return _attribute(Attribute.VENDOR_SPECIFIC, inside)


def _md5(octets: bytes) -> bytes:
    return md5(octets, usedforsecurity=False).digest()
