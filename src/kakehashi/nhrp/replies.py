"""What replies have in common: they repeat their request (RFC 2332 section 5.2)."""

from dataclasses import replace

from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.nat import nat_address
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import MAX_HOPS, ExtensionType, PacketType
from kakehashi.nhrp.wire.responder import responder

_COPIED = frozenset({ExtensionType.FORWARD_TRANSIT, ExtensionType.REVERSE_TRANSIT})


def reply_to(
    request: Packet, kind: PacketType, entries: tuple[Cie, ...], outside: Cie | None, shared: Shared
) -> Packet:
    """The reply. `outside`: what the NAT address extension is to say, where the request has one."""
    extensions: list[Extension] = []
    for extension in request.extensions:
        if extension.type is ExtensionType.RESPONDER_ADDRESS:
            extensions.append(responder(shared.ourselves()))
        elif extension.type is ExtensionType.NAT_ADDRESS:
            extensions.append(nat_address(outside))
        elif extension.type in _COPIED:
            extensions.append(extension)
    return replace(
        request, type=kind, entries=entries, extensions=tuple(extensions), payload=b"", hop_count=MAX_HOPS
    )
