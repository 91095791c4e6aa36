"""`show ikev2 child-sa` (listing 2.25.18)."""

from kakehashi.dialects.nec_ix.show.names import cipher_name, esp_spi, identity_name, integrity_name, key, spi
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.status import (
    CLEARED,
    ChildSaStatus,
    HistoryEntry,
    IkeSaStatus,
    InboundCounters,
    OutboundCounters,
    Status,
    TunnelStatus,
)
from kakehashi.wire.registry.ikev2 import IntegrityId

_HISTORY = 10


def render(status: Status) -> str:
    """Every tunnel with its Child SAs, its counters and its last ten events."""
    lines: list[str] = []
    for tunnel in status.tunnels:
        lines += _tunnel(tunnel, [s for s in status.ike_sas if s.tunnel == tunnel.name])
    return "\n".join(lines) + "\n" if lines else ""


def _tunnel(tunnel: TunnelStatus, sas: list[IkeSaStatus]) -> list[str]:
    lines = [f"Interface {tunnel.name}"]
    for sa in sas:
        if sa.children:
            lines += [
                f"  IKE Peer ID : {identity_name(sa.peer_identity)}",
                f"    IKE SPI (I){spi(sa.spi_i)}  (R){spi(sa.spi_r)}",
                f"    IKE SA serial : {sa.serial}",
            ]
        for child in sa.children:
            lines += _child(child)
    return lines + _statistics(tunnel.outbound, tunnel.inbound) + _history(tunnel.history)


def _child(child: ChildSaStatus) -> list[str]:
    sa = child.sa
    return [
        "    Child SA",
        "      Protocol : ESP",
        f"      Local Addr : {sa.path.local.ip}",
        f"      Peer Addr  : {sa.path.remote.ip}",
        *([f"      Enc alg  : {cipher_name(sa.cipher)}"] if sa.cipher is not None else []),
        *([f"      Hash alg : {integrity_name(sa.integrity)}"] if sa.integrity != IntegrityId.NONE else []),
        f"      Remain lifetime[sec] : {max(0, int(child.remaining))}",
        f"      Anti-replay : {'on' if sa.replay_window else 'off'}",
        *_direction("outbound", sa.spi_out, sa.serial_out, sa.keys_out),
        *_direction("inbound", sa.spi_in, sa.serial_in, sa.keys_in),
        "      Local TS:",
        *(line for ts in sa.local_selectors for line in _selector(ts)),
        "      Peer TS:",
        *(line for ts in sa.remote_selectors for line in _selector(ts)),
    ]


def _direction(name: str, number: int, serial: int, keys: EspKeys) -> list[str]:
    return [
        f"      Direction is {name}",
        f"        SPI : {esp_spi(number)}",
        f"        Serial : {serial}",
        *([f"        Authkey : {key(keys.integrity)}"] if keys.integrity.octets else []),
        f"        Enckey  : {key(keys.encryption)}",
    ]


def _selector(selector: TrafficSelector) -> list[str]:
    return [
        f"      TS type : IPV{selector.version}-ADDR-RANGE",
        f"        Protocol {selector.protocol}",
        f"        Address Range {selector.start} to {selector.end}",
        f"        Port Range {selector.start_port} to {selector.end_port}",
    ]


def _statistics(out: OutboundCounters, into: InboundCounters) -> list[str]:
    """The counters; spaces and commas are the device's."""
    return [
        "    Statistics",
        "      Outbound",
        f"        {out.packets} packets, {out.octets} octets",
        f"        {out.cipher_failure} cipher failure,  {out.out_of_memory} out of memory, "
        f"{out.ts_unacceptable} ts unacceptable",
        f"        {out.misc_error} misc error",
        "      Inbound",
        f"        {into.packets} packets, {into.octets} octets",
        f"        {into.invalid_sa} invalid sa, {into.replay_detected} replay detected, "
        f"{into.integrity_failure} integrity failure",
        f"        {into.cipher_failure} cipher failure, {into.packet_truncated} packet truncated, "
        f"{into.invalid_padding} invalid padding,",
        f"        {into.unknown_protocol} unknown protocol, {into.out_of_memory} out of memory, "
        f"{into.ts_unacceptable} ts unacceptable",
        f"        {into.misc_error} misc error",
    ]


# The reasons whose words the manual gives; others are told in ours.
_REASONS = {CLEARED: "Delete IKE SA by command"}


def _history(entries: tuple[HistoryEntry, ...]) -> list[str]:
    if not entries:
        return []
    rows = [f"      {entry.time:%Y/%m/%d %H:%M:%S} {_event(entry)}" for entry in entries[-_HISTORY:]]
    return ["    History", "      Time                Event", *rows]


def _event(entry: HistoryEntry) -> str:
    if not entry.reason:
        return entry.event
    return f"{entry.event} : {_REASONS.get(entry.reason, entry.reason)}"
