"""Transport mode: how it is agreed (RFC 7296 section 1.3.1); its selectors behind a NAT (section 2.23.1)."""

from dataclasses import replace

from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tunnel_text
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.selectors import Pair, Selectors
from kakehashi.model.address import ANY, IPAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.selector import EVERYTHING, TrafficSelector
from kakehashi.model.status import NatSide
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import NotifyType
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload


def is_policy(tunnel: Ikev2Tunnel) -> bool:
    """Are the Child SAs of the tunnel to be in transport mode?"""
    return tunnel.ipsec.mode is EncapsulationMode.TRANSPORT


def is_shared(tunnel: Ikev2Tunnel | None) -> bool:
    """May any number of peers have Child SAs of the tunnel, side by side (RFC 3193 section 4)?"""
    if tunnel is None or tunnel.peer_address is not ANY:
        return False
    return tunnel.multipoint or is_policy(tunnel)


def notify(tunnel: Ikev2Tunnel) -> list[Payload]:
    """USE_TRANSPORT_MODE where the policy says so: the initiator's wish, and the responder's consent."""
    return [Notify(NotifyType.USE_TRANSPORT_MODE)] if is_policy(tunnel) else []


def check_wish(sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents) -> None:
    """The responder's part. A wish that we do not share is passed over: tunnel mode it is.

    Refusal: we want it and the peer does not.
    """
    if is_policy(tunnel) and contents.notify(NotifyType.USE_TRANSPORT_MODE) is None:
        sentence = f"{sa.peer} proposes tunnel mode; {tunnel_text(tunnel)} is in transport mode"
        details = {"field": "mode", "offered": "tunnel", "allowed": "transport"}
        raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=details)


def check_consent(sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents) -> None:
    """The initiator's part. Refusal: the peer has made a Child SA of another mode than ours; it must go."""
    wanted, given = is_policy(tunnel), contents.notify(NotifyType.USE_TRANSPORT_MODE) is not None
    if wanted == given:
        return
    ours, theirs = ("transport", "tunnel") if wanted else ("tunnel", "transport")
    sentence = f"{sa.peer} answers with {theirs} mode; {tunnel_text(tunnel)} is in {ours} mode"
    details = {"field": "mode", "offered": theirs, "allowed": ours}
    raise Refusal(NotifyType.NO_PROPOSAL_CHOSEN, sentence, details=details)


def policy_pair(sa: IkeSa, tunnel: Ikev2Tunnel) -> Pair:
    """The selectors of the configuration.

    Of GRE, of frames in L2TPv3, and in transport mode where it has none, those of the two ends of the IKE SA.
    """
    pair = Pair(tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors)
    local, remote = sa.path.local.ip, sa.path.remote.ip
    if tunnel.ipsec.wrapped_as is not None:
        protocol, port = tunnel.ipsec.wrapped_as
        ports = (port, port) if port else (0, 65535)
        return Pair(
            (TrafficSelector(local, local, protocol, *ports),),
            (TrafficSelector(remote, remote, protocol, *ports),),
        )
    if not is_policy(tunnel):
        return pair
    return Pair(
        (TrafficSelector(local, local),) if pair.local == EVERYTHING else pair.local,
        (TrafficSelector(remote, remote),) if pair.remote == EVERYTHING else pair.remote,
    )


def seen_here(sa: IkeSa, tunnel: Ikev2Tunnel, offered: Pair) -> Pair:
    """What the initiator offers, with the addresses that a NAT has put in place of its own and of ours."""
    if not is_policy(tunnel):
        return offered
    local = _with(offered.local, sa.path.local.ip) if NatSide.LOCAL in sa.nat else offered.local
    remote = _with(offered.remote, sa.path.remote.ip) if NatSide.REMOTE in sa.nat else offered.remote
    return Pair(local, remote)


def seen_there(sa: IkeSa, tunnel: Ikev2Tunnel, answer: Pair, offered: Pair) -> Pair:
    """Our answer, with the addresses that the initiator knows."""
    if not is_policy(tunnel):
        return answer
    local = _with(answer.local, offered.local[0].start) if NatSide.LOCAL in sa.nat else answer.local
    remote = _with(answer.remote, offered.remote[0].start) if NatSide.REMOTE in sa.nat else answer.remote
    return Pair(local, remote)


def _with(selectors: Selectors, address: IPAddress) -> Selectors:
    """A selector of one address gets this one; any other has no place in transport mode behind a NAT."""
    return tuple(replace(s, start=address, end=address) if s.start == s.end else s for s in selectors)
