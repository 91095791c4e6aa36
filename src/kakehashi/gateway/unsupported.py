"""What the model can say and the gateway cannot do yet: told, with the line, never passed over."""

from collections.abc import Iterator

from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId


def findings(gateway: Gateway) -> tuple[Finding, ...]:
    """Warnings only: the gateway runs without it."""
    return tuple(_headers(gateway))


def _headers(gateway: Gateway) -> Iterator[Finding]:
    for tunnel in gateway.tunnels:
        if isinstance(tunnel, Ikev1Tunnel) and any(p.ah != IntegrityId.NONE for p in tunnel.ipsec.proposals):
            yield Finding(
                Severity.WARNING,
                "ah",
                f"{tunnel.interface}: AH is not yet spoken; proposals with it are refused",
                tunnel.source,
                "use ESP with authentication",
            )
