"""What the model can say and the gateway cannot do yet: told, with the line, never passed over."""

from collections.abc import Iterator

from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway, StaticTranslation
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

ESP, UDP = 50, 17
OURS = {(UDP, 500), (UDP, 4500), (ESP, None)}


def findings(gateway: Gateway) -> tuple[Finding, ...]:
    """Warnings only: the gateway runs without it."""
    return (*_translation(gateway), *_headers(gateway))


def _translation(gateway: Gateway) -> Iterator[Finding]:
    for interface in gateway.interfaces:
        if not interface.napt:
            continue
        yield Finding(
            Severity.WARNING,
            "napt-inbound",
            f"{interface.name}: sources are translated on the way out, but what arrives unasked is not yet "
            "refused as the device refuses it",
            interface.source,
            "close the host's WAN side with a packet filter",
        )
        for static in interface.static_translations:
            if (static.protocol, static.port) not in OURS:
                yield Finding(
                    Severity.WARNING,
                    "napt-static",
                    f"{interface.name}: {_hole(static)} stays with the host as everything that arrives does; "
                    "static translation itself is not yet done",
                    static.source,
                )


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


def _hole(static: StaticTranslation) -> str:
    return f"protocol {static.protocol}" + (f" port {static.port}" if static.port else "")
