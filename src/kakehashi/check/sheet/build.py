"""The sheet of a pair: what both configurations say, and what the engines have made of it."""

from collections.abc import Mapping
from dataclasses import replace

from kakehashi.check.configuration import Configuration
from kakehashi.check.device import Device
from kakehashi.check.pair import Pair
from kakehashi.check.sheet import names
from kakehashi.check.sheet.common import Half, peer_row
from kakehashi.check.sheet.gre import gre_rows, protection_row
from kakehashi.check.sheet.ikev1 import ikev1_rows
from kakehashi.check.sheet.ikev2 import ikev2_rows
from kakehashi.check.sheet.row import Row
from kakehashi.check.simulate import Attempt
from kakehashi.check.verdict import Verdict
from kakehashi.model.status import IkeSaStatus, IsakmpSaStatus


def build_sheet(
    pair: Pair,
    verdict: Verdict,
    configurations: Mapping[str, Configuration],
    devices: Mapping[str, Device],
) -> tuple[Row, ...]:
    """Every row of both phases. Where the engines agreed, what they agreed on; they know best what fits."""
    a, b = (
        Half(end, devices[end.device], configurations[end.device], address)
        for end, address in zip(pair.ends, verdict.addresses, strict=True)
    )
    plain = [end.ike_version == 0 for end in pair.ends]
    if any(plain):
        return tuple(gre_rows(a, b)) if all(plain) else (protection_row(a, b), peer_row(1, a, b))
    versions = [f"IKEv{end.ike_version}" for end in pair.ends]
    if versions[0] != versions[1]:
        cells = [h.cell("1/version", v, h.end.tunnel.source) for h, v in zip((a, b), versions, strict=True)]
        return (
            Row(phase=1, parameter="version", a=cells[0], b=cells[1], fits=False),
            peer_row(1, a, b),
        )
    rows = ikev1_rows(a, b) if pair.a.ike_version == 1 else ikev2_rows(a, b)
    attempt = next((t for t in verdict.attempts if t.comes_up), None)
    if attempt is None:
        return tuple(rows)
    agreed = _agreed(attempt, attempt.begins == pair.a.device)
    return tuple(_settled(row, agreed, verdict) for row in rows)


def _settled(row: Row, agreed: Mapping[str, str], verdict: Verdict) -> Row:
    """What came up fits; what dies at a rekey does so because of the key exchange, which comes only then.

    Of what is inside ESP the engines know nothing.
    """
    dies_of_it = not verdict.survives_rekey and row.key == "2/pfs"
    if not row.fits and (dies_of_it or verdict.one_way or row.key == "2/inside"):
        return row
    return replace(row, agreed=agreed.get(row.key) or row.agreed or row.a.text, fits=True)


def _agreed(attempt: Attempt, a_begins: bool) -> dict[str, str]:
    """The values that were negotiated, by the key of their row."""
    found: dict[str, str] = {}
    match attempt.ike:
        case IkeSaStatus() as ike:
            found["1/encryption"] = names.cipher(ike.cipher)
            found["1/hash"] = names.integrity(ike.integrity)
            found["1/dh-group"] = names.group(ike.key_exchange)
            if ike.prf is not None:
                found["1/prf"] = names.prf(ike.prf)
        case IsakmpSaStatus() as isakmp:
            found["1/encryption"] = names.cipher(isakmp.cipher)
            found["1/dh-group"] = names.group(isakmp.group)
            found["1/mode"] = names.MODES[isakmp.mode]
            if isakmp.hash is not None:
                found["1/hash"] = names.hash_algorithm(isakmp.hash)
            if isakmp.lifetime:
                found["1/lifetime"] = f"{isakmp.lifetime} s"
    if attempt.ipsec is not None:
        found["2/lifetime"] = f"{attempt.ipsec.lifetime} s"
    if (sa := attempt.sa) is not None:
        found["2/encryption"] = names.cipher(sa.cipher)
        found["2/authentication"] = names.integrity(sa.integrity)
        sides = (sa.local_selectors, sa.remote_selectors)
        if attempt.ipsec is None:
            found["2/traffic"] = names.traffic(*(sides if a_begins else reversed(sides)))
    return found
