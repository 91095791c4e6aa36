"""`show crypto engine connections active`: every SA on a line, the directions of ESP apart."""

from kakehashi.dialects.cisco_ios.show.flows import CONNECTION, Pair, is_up, sessions
from kakehashi.dialects.cisco_ios.show.names import engine_algorithm, hmac, ikev2_hash, short_hash
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import IkeSaState, Status

_HEADER = "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address"


def render(status: Status, gateway: Gateway) -> str:
    """The connections."""
    lines = ["Crypto Engine Connections", "", _HEADER]
    for session in sessions(status, gateway):
        for pair in session.pairs:
            lines += _pair(pair)
    for sa in status.isakmp_sas:
        if is_up(sa):
            algorithm = engine_algorithm(sa.cipher, "")
            name = "+".join(part for part in (short_hash(sa.hash).upper(), algorithm) if part)
            lines.append(_row(CONNECTION + sa.serial, "IKE", name, 0, 0, sa.path.local.ip))
    for ike in status.ike_sas:
        if ike.state in (IkeSaState.ESTABLISHED, IkeSaState.REKEYING):
            name = engine_algorithm(
                ike.cipher, "" if ike.cipher and ike.cipher.is_aead else ikev2_hash(ike.integrity)
            )
            lines.append(_row(CONNECTION + ike.serial, "IKEv2", name, 0, 0, ike.path.local.ip))
    return "\n".join(lines) + "\n\n"


def _pair(pair: Pair) -> list[str]:
    sa = pair.sa
    name = engine_algorithm(sa.cipher, hmac(sa.integrity))
    out, into = pair.traffic.packets_out, pair.traffic.packets_in
    return [
        _row(sa.serial_in, "IPsec", name, 0, into, sa.path.local.ip),
        _row(sa.serial_out, "IPsec", name, out, 0, sa.path.local.ip),
    ]


def _row(number: int, kind: str, algorithm: str, encrypt: int, decrypt: int, address: object) -> str:
    return f"{number:5d}  {kind:6}  {algorithm:18} {encrypt:8d} {decrypt:8d} {decrypt:8d} {address}"
