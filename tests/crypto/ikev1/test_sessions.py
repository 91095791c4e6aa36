"""What strongSwan said to itself: every key, hash and IV of whole sessions comes out as in its own log."""

import pytest

from kakehashi.crypto.ikev1.key_schedule import (
    hash_1,
    hash_2,
    hash_3,
    hash_i,
    hash_r,
    nat_detection_hash,
    phase1_iv,
    sa_keys,
    skeyid_pre_shared_key,
    skeyids,
)
from kakehashi.wire.registry.ikev1 import ExchangeType, PayloadType, ProtocolId
from kakehashi.wire.v1 import (
    Configuration,
    Delete,
    Hash,
    Identification,
    KeyExchange,
    NatDetection,
    Nonce,
    Notification,
    Payload,
    SecurityAssociation,
    message,
)
from kakehashi.wire.v1.header import HEADER_SIZE
from tests.crypto.published import Case

from .sessions import SESSIONS, Read, cipher_of, hash_of, read

every_session = pytest.mark.parametrize("case", SESSIONS.values(), ids=SESSIONS)
ADDRESSES = {"i": bytes([198, 51, 100, 1]), "r": bytes([203, 0, 113, 1])}


def body(session: list[Read], kind: type[Payload], side: str, exchange: ExchangeType | None = None) -> bytes:
    """The first payload of a kind that a side sent, without its generic header; of phase 1 if not told."""
    for one in session:
        if one.side == side and (
            not one.header.message_id if exchange is None else one.header.exchange_type == exchange
        ):
            for payload in one.decoded.payloads:
                if isinstance(payload, kind):
                    return one.decoded.body(payload)
    raise AssertionError(f"no {kind.__name__} of {side}")


def cookies(session: list[Read]) -> tuple[bytes, bytes]:
    return session[1].header.initiator_cookie, session[1].header.responder_cookie


@every_session
def test_the_keys_of_phase_1_are_those_of_the_log(case: Case) -> None:
    session, hash_ = read(case), hash_of(case)
    ni, nr = body(session, Nonce, "i"), body(session, Nonce, "r")
    skeyid = skeyid_pre_shared_key(hash_, case.octets("psk"), ni, nr)
    keys = skeyids(hash_, skeyid, case.octets("g_xy"), *cookies(session))
    assert (keys.skeyid, keys.skeyid_d) == (case.octets("skeyid"), case.octets("skeyid_d"))
    assert (keys.skeyid_a, keys.skeyid_e) == (case.octets("skeyid_a"), case.octets("skeyid_e"))
    iv = phase1_iv(
        hash_, body(session, KeyExchange, "i"), body(session, KeyExchange, "r"), cipher_of(case).block_size
    )
    assert iv == case.octets("iv")


@every_session
def test_the_hashes_of_phase_1_are_those_that_were_sent(case: Case) -> None:
    session, hash_ = read(case), hash_of(case)
    public = body(session, KeyExchange, "i"), body(session, KeyExchange, "r")
    arguments = (hash_, case.octets("skeyid"), *public, *cookies(session))
    sai_b = body(session, SecurityAssociation, "i")
    ours = hash_i(*arguments, sai_b, body(session, Identification, "i"))
    theirs = hash_r(*arguments, sai_b, body(session, Identification, "r"))
    assert ours == body(session, Hash, "i") == case.octets("hash_i")
    assert theirs == body(session, Hash, "r") == case.octets("hash_r")


@every_session
def test_the_hashes_after_phase_1_are_those_that_were_sent(case: Case) -> None:
    session, hash_, skeyid_a = read(case), hash_of(case), case.octets("skeyid_a")
    seen = set()
    for one in session:
        number = one.header.message_id
        if not number:
            continue
        first = one.decoded.payloads[0]
        assert isinstance(first, Hash)
        rest = one.decoded.after(0)
        if one.header.exchange_type != ExchangeType.QUICK:
            expected = hash_1(hash_, skeyid_a, number, rest)
        else:
            ni_b = body(session, Nonce, "i", ExchangeType.QUICK)
            nr_b = body(session, Nonce, "r", ExchangeType.QUICK)
            if one.side == "r":
                expected = hash_2(hash_, skeyid_a, number, ni_b, rest)
            elif rest:
                expected = hash_1(hash_, skeyid_a, number, rest)
            else:
                expected = hash_3(hash_, skeyid_a, number, ni_b, nr_b)
        assert first.data == expected
        seen.add((one.header.exchange_type, one.side, bool(rest)))
    assert len(seen) >= 4


@every_session
def test_the_keys_of_phase_2_are_those_of_the_log(case: Case) -> None:
    """A side's SPI makes the keys of what the other sends to it."""
    session, quick = read(case), ExchangeType.QUICK
    chosen = {}
    for side in "ir":
        sa = SecurityAssociation.decode(body(session, SecurityAssociation, side, quick))
        chosen[side] = sa.proposals[0].spi
    for side, other in (("initiator", "r"), ("responder", "i")):
        encryption, integrity = case.octets(f"{side}_encryption"), case.octets(f"{side}_integrity")
        keys = sa_keys(
            hash_of(case),
            case.octets("skeyid_d"),
            ProtocolId.ESP,
            chosen[other],
            body(session, Nonce, "i", quick),
            body(session, Nonce, "r", quick),
            len(encryption),
            len(integrity),
            case.octets("g_qm_xy"),
        )
        assert (keys.encryption, keys.integrity) == (encryption, integrity)


@every_session
def test_nat_detection_hashes_name_the_addresses(case: Case) -> None:
    """The first is of the address that the message goes to. strongSwan falsifies its own to get UDP."""
    session = read(case)
    for side, other in ("ir", "ri"):
        one = next(
            m
            for m in session
            if m.side == side and any(isinstance(p, NatDetection) for p in m.decoded.payloads)
        )
        first, second = (p for p in one.decoded.payloads if isinstance(p, NatDetection))
        port = 500
        if one.header.encrypted:
            port = 4500
        cky = (one.header.initiator_cookie, one.header.responder_cookie)
        assert first.data == nat_detection_hash(hash_of(case), *cky, ADDRESSES[other], port)
        assert second.data != nat_detection_hash(hash_of(case), *cky, ADDRESSES[side], port)


@every_session
def test_what_was_read_is_written_again(case: Case) -> None:
    """Not only read back, but octet for octet as strongSwan wrote it, padding and ciphertext included."""
    cipher = cipher_of(case)
    ivs: dict[int, bytes] = {}
    for one in read(case):
        header = one.header
        whole = message.Message(
            header.initiator_cookie,
            header.responder_cookie,
            header.exchange_type,
            header.message_id,
            one.decoded.payloads,
        )
        first, octets = message.encode_payloads(one.decoded.payloads)
        assert first == header.next_payload
        if not header.encrypted:
            assert message.encode(whole) == one.data
            continue
        # strongSwan fills up a whole block where RFC 2409 asks for nothing.
        padding = one.octets.removeprefix(octets)
        assert padding == bytes(cipher.block_size - len(octets) % cipher.block_size)
        if header.message_id in ivs:
            ciphertext = cipher.encrypt(ivs[header.message_id], octets + padding)
            assert message.encode_encrypted(whole, first, ciphertext) == one.data
        ivs[header.message_id] = cipher.next_iv(one.data[HEADER_SIZE:])


def test_the_sessions_have_the_exchanges_that_they_promise() -> None:
    kinds = {name: {m.header.exchange_type for m in read(case)} for name, case in SESSIONS.items()}
    assert kinds == {
        "main": {ExchangeType.IDENTITY_PROTECTION, ExchangeType.QUICK, ExchangeType.INFORMATIONAL},
        "aggr": {ExchangeType.AGGRESSIVE, ExchangeType.QUICK, ExchangeType.INFORMATIONAL},
        "xauth": {
            ExchangeType.IDENTITY_PROTECTION,
            ExchangeType.TRANSACTION,
            ExchangeType.QUICK,
            ExchangeType.INFORMATIONAL,
        },
    }
    last = [one.decoded.payloads[1] for one in read(SESSIONS["main"])[-2:]]
    assert [p.protocol for p in last if isinstance(p, Delete)] == [ProtocolId.ESP, ProtocolId.ISAKMP]
    dpd = [p for one in read(SESSIONS["xauth"]) for p in one.decoded.payloads if isinstance(p, Notification)]
    assert {p.type.name for p in dpd} == {"INITIAL_CONTACT", "R_U_THERE", "R_U_THERE_ACK"}
    assert PayloadType.ATTRIBUTES in {
        p.payload_type for one in read(SESSIONS["xauth"]) for p in one.decoded.payloads
    }


def test_a_password_of_xauth_is_read_but_not_printed() -> None:
    configurations = [
        p for one in read(SESSIONS["xauth"]) for p in one.decoded.payloads if isinstance(p, Configuration)
    ]
    values = [a.octets for c in configurations for a in c.attributes]
    assert b"user" in values
    assert b"passwort" in values
    assert "user" in repr(configurations)
    assert "passwort" not in repr(configurations)


@every_session
def test_with_a_wrong_key_there_is_noise_and_it_is_refused_or_does_not_hash(case: Case) -> None:
    wrong = dict(case)
    wrong["skeyid_e"] = bytes(len(case.octets("skeyid_e"))).hex()
    with pytest.raises(message.WireError):
        read(Case(wrong))
