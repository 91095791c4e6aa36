"""What goes wrong in quick mode, told so that an engineer knows which line of which side to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.ike.names import placed
from kakehashi.ike.v1.failures import notify_name
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.wire.registry.ikev1 import NotifyType

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host
    from kakehashi.ike.v1.isakmp_sa import IsakmpSa

STAGE = "quick mode"


def tunnel_text(tunnel: Ikev1Tunnel) -> str:
    """A tunnel by the name of its map, with its place in the configuration."""
    name = f"{tunnel.name} of {tunnel.interface}" if tunnel.name else tunnel.interface
    return placed(name, tunnel.source)


def tell_failure(
    sa: IsakmpSa,
    tunnel: str,
    cause: str,
    sentence: str,
    details: Mapping[str, str] | None = None,
    name: EventName = EventName.NEGOTIATION_FAILED,
    level: Level = Level.ERROR,
) -> None:
    """One event for one quick mode that came to nothing."""
    sa.tell(
        level,
        name,
        f"{STAGE} with {sa.peer_text} failed: {sentence}",
        {"stage": STAGE, "cause": cause, "peer": str(sa.path.remote.ip)} | dict(details or {}),
        "IPsec",
        tunnel,
    )


def tell_unusable(host: Host, tunnel: Ikev1Tunnel, problem: str) -> None:
    """One event for a quick mode that cannot even begin."""
    host.tell(
        Event(
            level=Level.ERROR,
            name=EventName.NEGOTIATION_FAILED,
            facility="IPsec",
            message=f"{STAGE} cannot begin: {problem} ({tunnel_text(tunnel)})",
            tunnel=tunnel.interface,
            details={"stage": "configuration", "cause": "unusable"},
        )
    )


def refused_by_peer(notify: NotifyType, ours: Mapping[str, str]) -> str:
    """What the peer's error says about our side. `ours`: what we offered: `algorithms`, `identities`."""
    answer = f"the peer answers {notify_name(notify)}"
    match notify:
        case (
            NotifyType.NO_PROPOSAL_CHOSEN
            | NotifyType.ATTRIBUTES_NOT_SUPPORTED
            | NotifyType.BAD_PROPOSAL_SYNTAX
        ):
            return f"{answer}, it accepts none of our proposals: we offer {ours.get('algorithms', '?')}"
        case NotifyType.INVALID_ID_INFORMATION:
            return f"{answer}, it has no SA for our identities: {ours.get('identities', '?')}"
        case NotifyType.INVALID_KEY_INFORMATION:
            return f"{answer}, it does not take our public value: we offer {ours.get('algorithms', '?')}"
        case _:
            return answer
