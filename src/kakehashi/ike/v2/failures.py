"""What goes wrong in a negotiation, told so that an engineer knows which line of which side to change."""

from collections.abc import Mapping

from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.ike.names import placed
from kakehashi.ike.v2.host import Host
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.model.address import Path
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import NotifyType


def tunnel_text(tunnel: Ikev2Tunnel | None) -> str:
    """A tunnel with its place in the configuration."""
    if tunnel is None:
        return "the policy for unknown peers"
    return placed(tunnel.interface, tunnel.source)


def tell_failure(
    sa: IkeSa,
    stage: str,
    cause: str,
    sentence: str,
    details: Mapping[str, str] | None = None,
    name: EventName = EventName.NEGOTIATION_FAILED,
    level: Level = Level.ERROR,
) -> None:
    """One event for one failed negotiation of an SA."""
    sa.tell(
        level,
        name,
        f"{stage} with {sa.peer} failed: {sentence}{_place(sa, sentence)}",
        {"stage": stage, "cause": cause, "peer": str(sa.path.remote.ip)} | dict(details or {}),
    )


def _place(sa: IkeSa, sentence: str) -> str:
    """The tunnel's line, where the sentence names no line of ours itself."""
    source = sa.tunnel.source if sa.tunnel else None
    return "" if source is None or f"({source.file}:" in sentence else f" ({tunnel_text(sa.tunnel)})"


def tell_refused(
    host: Host, path: Path, tunnel: Ikev2Tunnel | None, cause: str, sentence: str, details: Mapping[str, str]
) -> None:
    """One event for a first message that left no SA behind."""
    peer = str(path.remote.ip)
    host.tell(
        Event(
            level=Level.ERROR,
            name=EventName.NEGOTIATION_FAILED,
            facility="ikev2",
            message=f"IKE_SA_INIT from peer {peer} refused: {sentence}",
            tunnel="" if tunnel is None else tunnel.interface,
            path=path,
            details={"stage": "IKE_SA_INIT", "cause": cause, "peer": peer} | dict(details),
        )
    )


def refused_by_peer(notify: NotifyType, ours: Mapping[str, str]) -> str:
    """What the peer's error says about our side. `ours`: what we offered: `algorithms`, `selectors`."""
    match notify:
        case NotifyType.NO_PROPOSAL_CHOSEN:
            offer = ours.get("algorithms", "?")
            return f"the peer answers NO_PROPOSAL_CHOSEN, it accepts none of our proposals: we offer {offer}"
        case NotifyType.TS_UNACCEPTABLE:
            offer = ours.get("selectors", "?")
            return f"the peer answers TS_UNACCEPTABLE, it accepts none of our traffic selectors: {offer}"
        case NotifyType.AUTHENTICATION_FAILED:
            wrong = "the pre-shared keys differ"
            if ours.get("proof") == "certificate":
                wrong = "it does not believe our certificate, of which its own log tells the reason"
            return (
                "the peer answers AUTHENTICATION_FAILED: either it does not know us as "
                f"{ours.get('local', '?')}, or it is not {ours.get('remote', '?')}, or {wrong}"
            )
        case NotifyType.INVALID_KE_PAYLOAD:
            return "the peer answers INVALID_KE_PAYLOAD, but names no group that we offer"
        case NotifyType.NO_ADDITIONAL_SAS:
            return "the peer answers NO_ADDITIONAL_SAS, it does not take any more Child SAs"
        case NotifyType.SINGLE_PAIR_REQUIRED:
            offer = ours.get("selectors", "?")
            return f"the peer answers SINGLE_PAIR_REQUIRED, it takes one pair of addresses only: {offer}"
        case NotifyType.FAILED_CP_REQUIRED:
            return "the peer demands a Configuration payload, as if we were a remote access client"
        case NotifyType.INTERNAL_ADDRESS_FAILURE:
            return "the peer has no internal address for us"
        case _:
            return f"the peer answers {notify.name}"
