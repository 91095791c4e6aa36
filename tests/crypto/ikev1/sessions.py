"""The recorded sessions of vectors/ikev1_sessions.txt, and a reader who has their keys."""

from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.crypto.ikev1.cbc import Cbc, key_size
from kakehashi.crypto.ikev1.hashes import Hash, hash_function
from kakehashi.crypto.ikev1.key_schedule import cipher_key, phase1_iv, phase2_iv
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId
from kakehashi.wire.v1 import Decoded, Fragment, Header, KeyExchange, message
from kakehashi.wire.v1.header import HEADER_SIZE
from tests.crypto.published import Case, cases

SESSIONS: dict[str, Case] = {p.values[0]["name"]: p.values[0] for p in cases("ikev1_sessions")}


@dataclass(frozen=True)
class Read:
    """One message of a session, put together and decrypted; `octets` of its payloads, with padding."""

    side: str
    data: bytes
    header: Header
    octets: bytes
    decoded: Decoded


def hash_of(case: Case) -> Hash:
    return hash_function(HashAlgorithm[case["hash"]])


def cipher_of(case: Case) -> Cbc:
    encryption, bits = EncryptionId[case["cipher"]], int(case["key_bits"])
    key = cipher_key(hash_of(case), case.octets("skeyid_e"), key_size(encryption, bits))
    return Cbc(encryption, bits, key)


def datagrams(case: Case) -> list[tuple[str, bytes]]:
    """(side, octets) of everything that was sent."""
    return [(key.split()[1], case.octets(key)) for key in case if key.startswith("message_")]


def messages(case: Case) -> Iterator[tuple[str, bytes]]:
    """(side, octets) of every message, its fragments put together."""
    pieces: list[Fragment] = []
    for side, data in datagrams(case):
        header = message.decode_header(data)
        if header.encrypted:
            yield side, data
            continue
        match message.decode_payloads(header.next_payload, data[HEADER_SIZE:]).payloads:
            case [Fragment() as piece]:
                pieces.append(piece)
                assert piece.number == len(pieces)
                if piece.is_last:
                    yield side, b"".join(p.data for p in pieces)
                    pieces.clear()
            case _:
                yield side, data


def read(case: Case) -> list[Read]:
    """The whole session, with the chain of IVs of each exchange (RFC 2409 appendix B)."""
    cipher, hash_ = cipher_of(case), hash_of(case)
    ivs: dict[int, bytes] = {}
    public: list[bytes] = []
    found: list[Read] = []
    for side, data in messages(case):
        header = message.decode_header(data)
        octets = data[HEADER_SIZE:]
        if header.encrypted:
            ivs.setdefault(0, phase1_iv(hash_, *public, cipher.block_size) if len(public) == 2 else b"")
            if header.message_id not in ivs:
                ivs[header.message_id] = phase2_iv(hash_, ivs[0], header.message_id)
            iv, ivs[header.message_id] = ivs[header.message_id], cipher.next_iv(octets)
            octets = cipher.decrypt(iv, octets)
        decoded = message.decode_payloads(header.next_payload, octets, padded=header.encrypted)
        public += [p.data for p in decoded.payloads if isinstance(p, KeyExchange) and not header.message_id]
        found.append(Read(side, data, header, octets, decoded))
    return found
