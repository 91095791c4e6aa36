"""What IKE_AUTH and CREATE_CHILD_SA share: the SA, TSi and TSr payloads of a Child SA."""

from collections.abc import Sequence

from kakehashi.ike.mismatch import Mismatch
from kakehashi.ike.shared import MIN_ESP_SPI
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2 import transport_mode
from kakehashi.ike.v2.children import Agreed
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tunnel_text
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.proposals import (
    Chosen,
    accept,
    child_allowed,
    choose,
    offer,
    offered_text,
    without_key_exchange,
)
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.selectors import Pair, from_wire, respond, to_wire, within
from kakehashi.model.policy import ResponderSelectors
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import NatSide
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import NotifyType, ProtocolId
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator, TrafficSelectorsResponder

MAX_CHILDREN = 64  # of one IKE SA; more are refused with NO_ADDITIONAL_SAS


def single_pair(pair: Pair, trigger: Trigger | None) -> Pair:
    """One pair of addresses for a peer that takes no more (RFC 7296 section 2.9)."""
    if trigger is not None:
        local = (TrafficSelector(trigger.source, trigger.source),)
        return Pair(local, (TrafficSelector(trigger.destination, trigger.destination),))
    remote = next(r for r in pair.remote if any(r.version == s.version for s in pair.local))
    return Pair(tuple(s for s in pair.local if s.version == remote.version)[:1], (remote,))


def propose(
    tunnel: Ikev2Tunnel, spi_in: int, pair: Pair, key_exchange: bool
) -> tuple[tuple[Payload, ...], tuple[Payload, ...]]:
    """The initiator's wish for a mode, and its SA payload; TSi and TSr."""
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    sa = SecurityAssociation(offer(allowed, ProtocolId.ESP, spi_in.to_bytes(4, "big")))
    selectors = (
        TrafficSelectorsInitiator(to_wire(pair.local)),
        TrafficSelectorsResponder(to_wire(pair.remote)),
    )
    return (*transport_mode.notify(tunnel), sa), selectors


def offered(tunnel: Ikev2Tunnel, pair: Pair, key_exchange: bool) -> dict[str, str]:
    """What we offered, for the sentence about a refusal."""
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    return {"algorithms": offered_text(allowed), "selectors": str(pair)}


def answer(sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents, key_exchange: bool) -> tuple[Chosen, Pair]:
    """The responder's choice. Refusal with NO_PROPOSAL_CHOSEN, TS_UNACCEPTABLE or NO_ADDITIONAL_SAS."""
    transport_mode.check_wish(sa, tunnel, contents)
    proposals = contents.one(SecurityAssociation).proposals
    if not key_exchange:
        proposals = without_key_exchange(proposals)
    chosen = choose(child_allowed(tunnel.ipsec.algorithms, key_exchange), proposals, ProtocolId.ESP)
    if isinstance(chosen, Mismatch):
        sentence = chosen.sentence(sa.peer, tunnel_text(tunnel))
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=chosen.details())
    _check_nat(sa, chosen)
    if _is_reserved(chosen.spi):
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer} proposes a reserved SPI, {chosen.spi.hex()}")
    if len(sa.children) >= MAX_CHILDREN:
        raise Refusal(NotifyType.NO_ADDITIONAL_SAS, f"{sa.peer} has {MAX_CHILDREN} Child SAs already")
    offered_pair = transport_mode.seen_here(sa, tunnel, _offered_pair(contents))
    policy = transport_mode.policy_pair(sa, tunnel)
    manner = tunnel.ipsec.responder_selectors
    if transport_mode.is_policy(tunnel):
        # Packets of other addresses than those of the two ends could not be carried.
        manner = ResponderSelectors.NARROW
    pair = respond(offered_pair, policy, manner)
    if pair is None:
        sentence = (
            f"{sa.peer} proposes traffic selectors {offered_pair}; {tunnel_text(tunnel)} allows {policy} "
            "(local and remote as seen from here)"
        )
        details = {"field": "traffic selectors", "offered": str(offered_pair), "allowed": str(policy)}
        raise Refusal(NotifyType.TS_UNACCEPTABLE, sentence, details=details)
    return chosen, pair


def accepted(
    sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents, pair: Pair, key_exchange: bool
) -> tuple[Chosen, Pair]:
    """The initiator's check of what the responder chose. Refusal where it is no selection from the offer."""
    transport_mode.check_consent(sa, tunnel, contents)
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    chosen = accept(allowed, contents.one(SecurityAssociation).proposals, ProtocolId.ESP)
    if isinstance(chosen, Mismatch) or _is_reserved(chosen.spi):
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer} chooses a Child SA that we did not offer")
    _check_nat(sa, chosen)
    answered = Pair(
        local=from_wire(contents.one(TrafficSelectorsInitiator).selectors),
        remote=from_wire(contents.one(TrafficSelectorsResponder).selectors),
    )
    if not within(answered, pair):
        sentence = f"{sa.peer} answers traffic selectors {answered} where we offer {pair}"
        details = {"field": "traffic selectors", "offered": str(answered), "allowed": str(pair)}
        raise Refusal(NotifyType.TS_UNACCEPTABLE, sentence, details=details)
    return chosen, answered


def answer_payloads(
    sa: IkeSa, contents: Contents, chosen: Chosen, agreed: Agreed, between: Sequence[Payload] = ()
) -> list[Payload]:
    """The responder's consent to a mode, its SA, what stands between (Nr, KEr), TSi and TSr."""
    pair = transport_mode.seen_there(sa, agreed.tunnel, agreed.selectors, _offered_pair(contents))
    return [
        *transport_mode.notify(agreed.tunnel),
        SecurityAssociation((chosen.answer(agreed.spi_in.to_bytes(4, "big")),)),
        *between,
        TrafficSelectorsInitiator(to_wire(pair.remote)),
        TrafficSelectorsResponder(to_wire(pair.local)),
    ]


def _offered_pair(contents: Contents) -> Pair:
    """What the initiator offers, as seen by the responder."""
    return Pair(
        local=from_wire(contents.one(TrafficSelectorsResponder).selectors),
        remote=from_wire(contents.one(TrafficSelectorsInitiator).selectors),
    )


def _check_nat(sa: IkeSa, chosen: Chosen) -> None:
    if chosen.protocol == ProtocolId.AH and sa.nat is not NatSide.NONE:
        why = "AH covers the addresses that the NAT on the way changes (RFC 3715 section 2.1)"
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"AH with {sa.peer}: {why}")


def _is_reserved(spi: bytes) -> bool:
    return int.from_bytes(spi, "big") < MIN_ESP_SPI
