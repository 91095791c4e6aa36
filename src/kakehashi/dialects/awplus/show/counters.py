"""`show ipsec counters`, `show isakmp counters`: names and values (layout: see `names`).

The device counts IPsec by the names of its kernel's statistics; ours stand under those that mean the same.
For ISAKMP it counts messages, which nobody counts here: what is known is what was refused, by our own names.
"""

from kakehashi.dialects.awplus.show.names import page, row
from kakehashi.model.status import IkeSaState, Status

_NAME, _VALUE = 36, 12


def render_ipsec(status: Status) -> str:
    """What became of the packets of all tunnels."""
    into = [tunnel.inbound for tunnel in status.tunnels]
    out = [tunnel.outbound for tunnel in status.tunnels]
    return _table(
        {
            "InError": sum(c.misc_error for c in into),
            "InBufferError": sum(c.out_of_memory for c in into),
            "InHdrError": sum(c.packet_truncated + c.invalid_padding + c.unknown_protocol for c in into),
            "InNoStates": sum(c.invalid_sa for c in into),
            "InStateProtoError": sum(c.integrity_failure + c.cipher_failure for c in into),
            "InStateSeqError": sum(c.replay_detected for c in into),
            "InTmplMismatch": sum(c.ts_unacceptable for c in into),
            "OutError": sum(c.misc_error + c.out_of_memory for c in out),
            "OutStateProtoError": sum(c.cipher_failure for c in out),
            "OutPolBlock": sum(c.ts_unacceptable for c in out),
        }
    )


def render_isakmp(status: Status) -> str:
    """The SAs that there are, and the packets that were refused."""
    sas = [sa.state for sa in status.ike_sas] + [sa.state for sa in status.isakmp_sas]
    return _table(
        {
            "SAs established": sas.count(IkeSaState.ESTABLISHED),
            "SAs half open": status.half_open,
            **{f"Dropped, {name}": number for name, number in sorted(status.drops.items())},
        }
    )


def _table(values: dict[str, int]) -> str:
    return page(
        [
            row(("Name", _NAME), ("Value", _VALUE)),
            "-" * (_NAME + _VALUE),
            *(row((name, _NAME), (value, _VALUE)) for name, value in values.items()),
        ]
    )
