"""Quick mode (RFC 2409 section 5.5): what its two roles have in common.

initiator                                           responder
HDR*, HASH(1), SA, Ni [, KE] [, IDci, IDcr]  -->
<--    HDR*, HASH(2), SA, Nr [, KE] [, IDci, IDcr]
HDR*, HASH(3)                                -->
[<--    HDR*, HASH, N(CONNECTED)]   with the commit bit
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from kakehashi.crypto import key_exchange
from kakehashi.crypto.errors import InvalidPublicValue
from kakehashi.crypto.ikev1.key_schedule import hash_1
from kakehashi.ike.drops import Drop
from kakehashi.ike.known import known
from kakehashi.ike.v1.exchange import Received
from kakehashi.ike.v1.flight import Flight
from kakehashi.ike.v1.identities import SelectorPair, from_wire
from kakehashi.ike.v1.ipsec_sa import Agreed, Pair, make, tell_made
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.ike.v1.refusal import Refusal
from kakehashi.ike.v1.replacement import stand
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import NatMethod, NatSide, Role
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, PayloadType
from kakehashi.wire.registry.ikev2 import KeyExchangeId
from kakehashi.wire.v1.hash import Hash
from kakehashi.wire.v1.identification import Identification
from kakehashi.wire.v1.ke import KeyExchange
from kakehashi.wire.v1.nat_oa import NatOriginalAddress
from kakehashi.wire.v1.nonce import Nonce
from kakehashi.wire.v1.payloads import Payload, encode_payloads
from kakehashi.wire.v1.sa import SecurityAssociation

NONCE_SIZE = 20  # RFC 2409 section 5 permits 8 to 256; old devices take no more than a few dozen

MAX_IDENTITY = 4096  # octets; an address range has 32


class QuickMode:
    """One quick mode of either role, until nobody can repeat its last message.

    `tunnel` and `selectors`: what it is for; a responder knows them when it has taken the first message.
    `spi_in`: the inbound SPI of the pair that it makes.
    """

    kind = ExchangeType.QUICK
    role: Role
    tunnel: Ikev1Tunnel
    selectors: SelectorPair

    def __init__(self, message_id: int = 0) -> None:
        self.message_id = message_id
        self.flight = Flight()
        self.spi_in = 0
        self._pair: Pair | None = None
        self._sa: IsakmpSa | None = None
        self._forget_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Has it come to its end, and is only kept for repeated messages?"""
        return self._forget_at is not None

    def receive(self, sa: IsakmpSa, received: Received, now: float) -> None:
        raise NotImplementedError

    def fail(self, sa: IsakmpSa, cause: str, sentence: str, now: float) -> None:
        """It comes to nothing: told, and its half-made pair forgotten."""
        raise NotImplementedError

    def proved_by_traffic(self, now: float) -> None:
        """A packet has come by the new pair: the peer has it, whatever message of its was lost."""
        raise NotImplementedError

    def next_timeout(self) -> float | None:
        return min((t for t in (self.flight.due, self._forget_at) if t is not None), default=None)

    def ended(self, sa: IsakmpSa, reason: str, now: float) -> None:
        if not self.is_over:
            self.fail(sa, "ended", reason, now)

    def believe(self, sa: IsakmpSa, received: Received, now: float, is_last: bool = False) -> None:
        """The message counts; when it comes again it is answered as now. The last one has no answer, or two
        ends would repeat themselves to each other.
        """
        sa.believe(received, now)
        self.flight.heard(received.digest)
        if is_last:
            self.flight.datagrams = ()

    def install(self, sa: IsakmpSa, agreed: Agreed, now: float) -> Pair:
        """Take packets of the new pair."""
        self._sa = sa
        self._pair = make(sa, agreed, self, now)
        sa.host.pairs.add(self._pair)
        return self._pair

    def stand(self, sa: IsakmpSa, now: float) -> None:
        """Both ends have the pair: packets leave by it."""
        pair = known(self._pair)
        # It may have been deleted while the last message was on its way.
        if sa.host.pairs.get(pair.spi_in) is pair:
            old = stand(sa.host, pair, now)
            tell_made(sa, pair, old)
        self.over(sa, now)

    def over(self, sa: IsakmpSa, now: float) -> None:
        """Nothing is awaited any more. The last message may still be asked for, as long as the peer waits."""
        self.flight.answered()
        self._forget_at = now + sum(sa.waits)
        sa.host.rearm(sa)

    def withdraw(self, sa: IsakmpSa, reason: str) -> None:
        """The pair is not made after all."""
        pair, self._pair = self._pair, None
        if pair is not None:
            pair.quick = None
            sa.host.pairs.remove(pair, reason)


def is_proved(sa: IsakmpSa, received: Received, digest: bytes) -> bool:
    """Is the hash that the message begins with the right one? Else it is dropped, and nothing happens."""
    first = received.payloads[0] if received.payloads else None
    if isinstance(first, Hash) and hmac.compare_digest(first.data, digest):
        return True
    sa.host.drop(Drop.BAD_HASH, received.path)
    return False


def is_proved_by_hash_1(sa: IsakmpSa, received: Received) -> bool:
    """The same for a first message, and for one of an informational exchange."""
    skeyid_a = known(sa.skeyids).skeyid_a
    return is_proved(sa, received, hash_1(sa.hash, skeyid_a, received.message_id, received.after_hash))


def sealed(
    sa: IsakmpSa, message_id: int, digest: bytes, payloads: Sequence[Payload], commit: bool = False
) -> list[bytes]:
    """A message of quick mode that begins with a hash of its own kind."""
    return sa.seal(ExchangeType.QUICK, message_id, [Hash(digest), *payloads], hashed=False, commit=commit)


def octets(payloads: Sequence[Payload]) -> bytes:
    """What a hash covers of payloads that follow it."""
    return encode_payloads(payloads)[1]


def one_sa(received: Received) -> SecurityAssociation:
    """The SA payload. Refusal if there is not just one: we negotiate one pair at a time."""
    found = received.all(SecurityAssociation)
    if len(found) != 1:
        raise Refusal(NotifyType.PAYLOAD_MALFORMED, f"its message has {len(found)} SA payloads")
    return found[0]


def nonce_of(received: Received) -> bytes:
    """Ni_b or Nr_b. Refusal without."""
    found = received.maybe(Nonce)
    if found is None:
        raise Refusal(NotifyType.PAYLOAD_MALFORMED, "its message has no nonce")
    return found.data


def identities_of(received: Received) -> tuple[Identification, Identification] | None:
    """IDci and IDcr, None if there are none. Refusal for one alone."""
    found = received.all(Identification)
    if not found:
        return None
    if len(found) != 2:
        raise Refusal(NotifyType.INVALID_ID_INFORMATION, f"its message has {len(found)} ID payloads, not two")
    if any(len(identity.data) > MAX_IDENTITY for identity in found):
        # The answer returns them, and has to fit into a message, too.
        raise Refusal(NotifyType.INVALID_ID_INFORMATION, "its message has an ID payload of many kilobytes")
    return found[0], found[1]


def selectors_of(ours: Identification, theirs: Identification) -> SelectorPair | None:
    """The traffic that two identities mean; None where they mean none, or of two IP versions."""
    local, remote = from_wire(ours), from_wire(theirs)
    if local is None or remote is None or local.version != remote.version:
        return None
    return SelectorPair(local, remote)


def shared_secret(pair: key_exchange.KeyPair | None, received: Received) -> bytes:
    """g(qm)^xy, empty without perfect forward secrecy. Refusal if the peer's value is missing or wrong."""
    if pair is None:
        return b""
    theirs = received.maybe(KeyExchange)
    if theirs is None:
        raise Refusal(NotifyType.INVALID_KEY_INFORMATION, "its message has no public value for the PFS group")
    try:
        return pair.shared(theirs.data)
    except InvalidPublicValue as error:
        raise Refusal(NotifyType.INVALID_KEY_INFORMATION, f"its public value is refused: {error}") from None


def new_key_pair(sa: IsakmpSa, group: KeyExchangeId) -> key_exchange.KeyPair | None:
    """Ours for perfect forward secrecy, None without."""
    return None if group == KeyExchangeId.NONE else key_exchange.generate(group, sa.host.entropy)


def original_addresses(sa: IsakmpSa, tunnel: Ikev1Tunnel, role: Role) -> list[Payload]:
    """NAT-OAi and NAT-OAr in transport mode behind a NAT (RFC 3947 section 5.2); in draft 02 our own."""
    if tunnel.ipsec.mode is not EncapsulationMode.TRANSPORT or sa.nat is NatSide.NONE:
        return []
    if sa.nat_method is NatMethod.NONE:
        return []
    rfc = sa.nat_method is NatMethod.RFC_3947
    kind = PayloadType.NAT_OA if rfc else PayloadType.NAT_OA_DRAFTS
    ours, theirs = sa.path.local.ip.packed, sa.path.remote.ip.packed
    if sa.nat_method in (NatMethod.DRAFT_02, NatMethod.DRAFT_02_N):
        return [NatOriginalAddress(ours, kind)]
    in_order = (ours, theirs) if role is Role.INITIATOR else (theirs, ours)
    return [NatOriginalAddress(address, kind) for address in in_order]
