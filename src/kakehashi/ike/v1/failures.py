"""What goes wrong in phase 1, told so that an engineer knows which line of which side to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.ike.names import placed
from kakehashi.model.address import Path
from kakehashi.model.ikev1 import ExchangeMode, Ikev1Peer
from kakehashi.wire.registry.ikev1 import NotifyType

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa

STAGES = {ExchangeMode.MAIN: "main mode", ExchangeMode.AGGRESSIVE: "aggressive mode"}


def notify_name(notify: NotifyType) -> str:
    """As RFC 2408 section 3.14.1 writes it."""
    return notify.name.replace("_", "-")


def policy_text(peer: Ikev1Peer) -> str:
    """The configuration of a peer with its place."""
    return placed(f"policy {peer.name}", peer.source)


def tell_failure(
    sa: IsakmpSa,
    cause: str,
    sentence: str,
    details: Mapping[str, str] | None = None,
    level: Level = Level.ERROR,
) -> None:
    """One event for one failed negotiation of an SA."""
    stage, peer = STAGES[sa.mode], str(sa.path.remote.ip)
    sa.failure_told = True
    sa.tell(
        level,
        EventName.NEGOTIATION_FAILED,
        f"{stage} with {sa.peer_text} failed: {sentence}",
        {"stage": stage, "cause": cause, "peer": peer} | dict(details or {}),
    )


def tell_refused(
    host: Host,
    path: Path,
    mode: ExchangeMode,
    tunnel: str,
    cause: str,
    sentence: str,
    details: Mapping[str, str],
) -> None:
    """One event for a first message that left no SA behind."""
    stage, peer = STAGES[mode], str(path.remote.ip)
    host.tell(
        Event(
            level=Level.ERROR,
            name=EventName.NEGOTIATION_FAILED,
            facility="IKE",
            message=f"{stage} from peer {peer} refused: {sentence}",
            tunnel=tunnel,
            path=path,
            details={"stage": stage, "cause": cause, "peer": peer} | dict(details),
        )
    )


def tell_unusable(host: Host, peer: Ikev1Peer, path: Path, tunnel: str, problem: str) -> None:
    """One event for a negotiation that cannot even begin."""
    host.tell(
        Event(
            level=Level.ERROR,
            name=EventName.NEGOTIATION_FAILED,
            facility="IKE",
            message=f"phase 1 with peer {path.remote.ip} cannot begin: {problem} ({policy_text(peer)})",
            tunnel=tunnel,
            path=path,
            details={"stage": "configuration", "cause": "unusable", "peer": str(path.remote.ip)},
        )
    )


def refused_by_peer(notify: NotifyType, ours: Mapping[str, str]) -> str:
    """What the peer's error says about our side. `ours`: what we have sent: `algorithms`, `identity`."""
    answer = f"the peer answers {notify_name(notify)}"
    match notify:
        case NotifyType.NO_PROPOSAL_CHOSEN | NotifyType.ATTRIBUTES_NOT_SUPPORTED:
            offer = ours.get("algorithms", "?")
            return f"{answer}, it accepts none of our proposals: we offer {offer}"
        case NotifyType.PAYLOAD_MALFORMED | NotifyType.INVALID_HASH_INFORMATION:
            return (
                f"{answer}: most often because the pre-shared keys differ, "
                "for then it cannot read what we encrypt"
            )
        case NotifyType.INVALID_ID_INFORMATION | NotifyType.AUTHENTICATION_FAILED:
            return (
                f"{answer}: it does not know us as {ours.get('identity', '?')}, or the pre-shared keys differ"
            )
        case _:
            return answer
