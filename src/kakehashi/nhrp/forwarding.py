"""Packets that are for others, and what keeps them from going round (RFC 2332 sections 5.3.2 and 5.3.3)."""

from dataclasses import replace

from kakehashi.model.address import IPAddress
from kakehashi.nhrp.drops import Drop
from kakehashi.nhrp.effects import EventName
from kakehashi.nhrp.shared import Shared
from kakehashi.nhrp.wire.cie import MAX_ENTRIES, Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.nat import nat_address
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import ErrorCode, ExtensionType, PacketType
from kakehashi.nhrp.wire.transit import passed

_REQUESTS = frozenset(
    {PacketType.RESOLUTION_REQUEST, PacketType.REGISTRATION_REQUEST, PacketType.PURGE_REQUEST}
)


def forward(packet: Packet, origin: IPAddress, to: IPAddress, now: float, shared: Shared) -> None:
    """Send a packet on. `origin`, `to`: NBMA addresses of who sent it to us and of the next station."""
    if packet.hop_count <= 1:
        shared.drop(Drop.HOPS)
        shared.complain(packet, ErrorCode.HOPS_EXCEEDED, origin, now)
        return
    is_request = packet.type in _REQUESTS
    record = ExtensionType.FORWARD_TRANSIT if is_request else ExtensionType.REVERSE_TRANSIT
    before = packet.entries_of(record)
    if to == origin or len(before) >= MAX_ENTRIES or _passed_here(before, shared):
        shared.drop(Drop.LOOP)
        shared.warn(
            EventName.LOOP,
            f"NHRP for {packet.destination} goes round: it came from {origin} and has passed here before, "
            "or would go back there",
            origin,
            now,
        )
        shared.complain(packet, ErrorCode.LOOP, origin, now)
        return
    extensions = tuple(_on_the_way(e, record, packet, origin, shared) for e in packet.extensions)
    shared.send(replace(packet, extensions=extensions, hop_count=packet.hop_count - 1), to)


def _passed_here(entries: tuple[Cie, ...], shared: Shared) -> bool:
    return any(entry.address == shared.settings.address for entry in entries)


def _on_the_way(
    extension: Extension, record: ExtensionType, packet: Packet, origin: IPAddress, shared: Shared
) -> Extension:
    if extension.type is record:
        return passed(extension, shared.ourselves())
    if extension.type is not ExtensionType.NAT_ADDRESS or extension.value:
        return extension
    if packet.type is not PacketType.RESOLUTION_REQUEST:
        return extension
    # Who asks may not know that it is behind a NAT; who is asked is to answer to the outside of it.
    entry = shared.cache.get(packet.source)
    if entry is None or entry.nbma != origin or entry.nbma == packet.source_nbma:
        return extension
    return nat_address(Cie(prefix_length=shared.host_length, nbma=entry.nbma, address=entry.address))
