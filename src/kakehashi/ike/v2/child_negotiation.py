"""What IKE_AUTH and CREATE_CHILD_SA share: the SA, TSi and TSr payloads of a Child SA."""

from collections.abc import Callable

from kakehashi.ike.shared import MIN_ESP_SPI
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tunnel_text
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.proposals import (
    Chosen,
    Mismatch,
    accept,
    child_allowed,
    choose,
    offer,
    offered_text,
    without_key_exchange,
)
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.selectors import Pair, from_wire, respond, to_wire, within
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import NotifyType, ProtocolId
from kakehashi.wire.v2.payloads import Payload
from kakehashi.wire.v2.sa import SecurityAssociation
from kakehashi.wire.v2.traffic_selector import TrafficSelectorsInitiator, TrafficSelectorsResponder

MAX_CHILDREN = 64  # of one IKE SA; more are refused with NO_ADDITIONAL_SAS


def policy_pair(tunnel: Ikev2Tunnel) -> Pair:
    """The selectors of the configuration."""
    return Pair(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors)


def single_pair(pair: Pair, trigger: Trigger | None) -> Pair:
    """One pair of addresses for a peer that takes no more (RFC 7296 section 2.9)."""
    if trigger is not None:
        local = (TrafficSelector(trigger.source, trigger.source),)
        return Pair(local, (TrafficSelector(trigger.destination, trigger.destination),))
    remote = next(r for r in pair.remote if any(r.version == s.version for s in pair.local))
    return Pair(tuple(s for s in pair.local if s.version == remote.version)[:1], (remote,))


def propose(
    tunnel: Ikev2Tunnel, spi_in: int, pair: Pair, key_exchange: bool
) -> tuple[Payload, tuple[Payload, ...]]:
    """The initiator's SA payload; TSi and TSr."""
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    sa = SecurityAssociation(offer(allowed, ProtocolId.ESP, spi_in.to_bytes(4, "big")))
    selectors = (
        TrafficSelectorsInitiator(to_wire(pair.local)),
        TrafficSelectorsResponder(to_wire(pair.remote)),
    )
    return sa, selectors


def offered(tunnel: Ikev2Tunnel, pair: Pair, key_exchange: bool) -> dict[str, str]:
    """What we offered, for the sentence about a refusal."""
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    return {"algorithms": offered_text(allowed), "selectors": str(pair)}


def answer(sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents, key_exchange: bool) -> tuple[Chosen, Pair]:
    """The responder's choice. Refusal with NO_PROPOSAL_CHOSEN, TS_UNACCEPTABLE or NO_ADDITIONAL_SAS."""
    proposals = contents.one(SecurityAssociation).proposals
    if not key_exchange:
        proposals = without_key_exchange(proposals)
    chosen = choose(child_allowed(tunnel.ipsec.algorithms, key_exchange), proposals, ProtocolId.ESP)
    if isinstance(chosen, Mismatch):
        sentence = chosen.sentence(sa.peer, tunnel_text(tunnel))
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=chosen.details())
    if _is_reserved(chosen.spi):
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer} proposes a reserved SPI, {chosen.spi.hex()}")
    if len(sa.children) >= MAX_CHILDREN:
        raise Refusal(NotifyType.NO_ADDITIONAL_SAS, f"{sa.peer} has {MAX_CHILDREN} Child SAs already")
    offered_pair = Pair(
        local=from_wire(contents.one(TrafficSelectorsResponder).selectors),
        remote=from_wire(contents.one(TrafficSelectorsInitiator).selectors),
    )
    policy = policy_pair(tunnel)
    pair = respond(offered_pair, policy, tunnel.ipsec.responder_selectors)
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
    allowed = child_allowed(tunnel.ipsec.algorithms, key_exchange)
    chosen = accept(allowed, contents.one(SecurityAssociation).proposals, ProtocolId.ESP)
    if isinstance(chosen, Mismatch) or _is_reserved(chosen.spi):
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, f"{sa.peer} chooses a Child SA that we did not offer")
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
    chosen: Chosen, spi_in: int, pair: Pair, between: Callable[[], list[Payload]]
) -> list[Payload]:
    """The responder's SA, what stands between (Nr, KEr), TSi and TSr."""
    return [
        SecurityAssociation((chosen.answer(spi_in.to_bytes(4, "big")),)),
        *between(),
        TrafficSelectorsInitiator(to_wire(pair.remote)),
        TrafficSelectorsResponder(to_wire(pair.local)),
    ]


def _is_reserved(spi: bytes) -> bool:
    return int.from_bytes(spi, "big") < MIN_ESP_SPI
