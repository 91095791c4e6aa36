"""A row that does not fit becomes a finding: both values, both lines, and what to write on which side."""

from collections.abc import Mapping

from kakehashi.check.advice import advise
from kakehashi.check.configuration import Configuration
from kakehashi.check.device import Device
from kakehashi.check.pair import Pair
from kakehashi.check.report import Mismatch, Remark, Severity, Symptom
from kakehashi.check.sheet import names
from kakehashi.check.sheet.labels import ENGLISH
from kakehashi.check.sheet.row import NOTHING, Cell, Row
from kakehashi.check.symptoms.table import symptom
from kakehashi.check.verdict import Verdict
from kakehashi.model.address import Hostname
from kakehashi.model.ikev1 import ExchangeMode
from kakehashi.model.source import Source

_SAID_IN_BOTH_PHASES = frozenset({"peer-address"})
_IDENTITIES = ("identity-a", "identity-b")


def mismatches(
    pair: Pair,
    verdict: Verdict,
    rows: tuple[Row, ...],
    configurations: Mapping[str, Configuration],
    devices: Mapping[str, Device],
) -> tuple[Mismatch, ...]:
    """One for each parameter that does not fit, but for what follows from another one."""
    found: dict[str, Mismatch] = {}
    unfit = {row.key: row for row in rows if not row.fits}
    if not all(end.tunnel.enabled for end in pair.ends):
        # What is left down may be so because nothing is known of the address that it names.
        unfit = {key: row for key, row in unfit.items() if row.parameter == "peer-address"}
    for row in unfit.values():
        if _follows(row, unfit):
            continue
        key = row.parameter if row.parameter in _SAID_IN_BOTH_PHASES else row.key
        found.setdefault(
            key,
            Mismatch(
                row=row,
                remark=_remark(pair, verdict, row, configurations, devices),
                symptoms=_symptoms(pair, row, rows, configurations),
            ),
        )
    return tuple(found.values())


def _symptoms(
    pair: Pair, row: Row, rows: tuple[Row, ...], configurations: Mapping[str, Configuration]
) -> tuple[Symptom, ...]:
    """What each device shows of it."""
    mode = next((r for r in rows if r.key == "1/mode"), None)
    shown = (
        (end, symptom(configurations[end.device].dialect, end.ike_version, row, aggressive=aggressive))
        for end, aggressive in zip(pair.ends, _tried_aggressively(pair, mode), strict=True)
    )
    return tuple(Symptom(device=end.device, shows=text) for end, text in shown if text)


def _tried_aggressively(pair: Pair, mode: Row | None) -> tuple[bool, bool]:
    """Of each end: is it aggressive mode that it begins, or that is begun with it, where it cannot begin?"""
    if mode is None:
        return False, False
    mine, theirs = (cell.text == names.MODES[ExchangeMode.AGGRESSIVE] for cell in (mode.a, mode.b))
    return (mine if pair.a.can_begin else theirs), (theirs if pair.b.can_begin else mine)


def _follows(row: Row, unfit: Mapping[str, Row]) -> bool:
    """Is a row only unfit because another one is?

    AEAD ciphers have no integrity algorithm, AH no cipher and a hash of its own; a PRF that no line of its
    own names is that of the hash; who has no name is called by its address; what is in no header of its own
    goes in tunnel mode.
    """
    cells = row.a, row.b
    match row.key:
        case "1/prf":
            hashes = unfit.get("1/hash")
            return hashes is not None and any(
                cell.words in ("", other.words)
                for cell, other in zip(cells, (hashes.a, hashes.b), strict=True)
            )
        case "2/authentication" if "2/protocol" in unfit:
            return True
        case "1/hash" | "2/authentication":
            unlike = f"{row.phase}/encryption" in unfit
            return unlike and any(NOTHING in cell.text.split(", ") for cell in cells)
        case "2/encryption":
            return "2/protocol" in unfit
        case "2/mode":
            inside = unfit.get("2/inside")
            return inside is not None and names.PACKETS in (inside.a.text, inside.b.text)
        case "1/identity-a" | "1/identity-b":
            return "1/peer-address" in unfit and all(c.text.startswith("address ") for c in cells)
    return False


def _remark(
    pair: Pair,
    verdict: Verdict,
    row: Row,
    configurations: Mapping[str, Configuration],
    devices: Mapping[str, Device],
) -> Remark:
    label = ENGLISH.parameter(row)
    says = "; ".join(_says(end.device, cell) for end, cell in zip(pair.ends, (row.a, row.b), strict=True))
    where = _where(row.a) + _where(row.b)
    if row.parameter == "peer-address":
        says, where = _addresses(pair, verdict, row, configurations, devices)
    return Remark(
        rule="mismatch-identity" if row.parameter in _IDENTITIES else f"mismatch-{row.parameter}",
        severity=Severity.ERROR,
        message=f"{_consequence(row, verdict)}: {label} does not fit: {says}",
        where=where,
        fix=advise(pair, row, configurations),
    )


def _addresses(
    pair: Pair,
    verdict: Verdict,
    row: Row,
    configurations: Mapping[str, Configuration],
    devices: Mapping[str, Device],
) -> tuple[str, tuple[Source, ...]]:
    """Where one end looks for the other, and the lines by which the other one is somewhere else."""
    says: list[str] = []
    where: list[Source] = []
    there = (verdict.addresses[1], pair.b), (verdict.addresses[0], pair.a)
    for cell, here, (address, far) in zip((row.a, row.b), pair.ends, there, strict=True):
        if cell.text in (str(address.seen), "any") or isinstance(here.tunnel.peer_address, Hostname):
            continue
        said = configurations[far.device].text.said("own-address", far.tunnel.source)
        holder = devices[far.device].holder(address.inside)
        sources = [*(said.sources if said else ())]
        sources += [holder.source] if holder is not None and holder.source is not None else []
        at = f" ({sources[-1]})" if sources else ""
        says.append(f"{_says(here.device, cell)}, and {far.device} is at {address.seen}{at}")
        where += [*_where(cell), *sources]
    return "; ".join(says), tuple(dict.fromkeys(where))


def unexplained(pair: Pair, verdict: Verdict, explained: bool) -> Remark | None:
    """What the engines refuse although every row fits."""
    if explained or verdict.reason is None:
        return None
    off = [end for end in pair.ends if not end.tunnel.enabled]
    if off:
        return Remark(
            rule="shutdown",
            severity=Severity.ERROR,
            message=f"{pair.a} - {pair.b} never comes up: {verdict.reason}",
            where=tuple(end.tunnel.source for end in off if end.tunnel.source is not None),
            fix="switch the tunnel on",
        )
    rule = "dies-at-rekey" if verdict.comes_up else "never-up"
    what = "comes up and dies at the rekey" if verdict.comes_up else "never comes up"
    return Remark(
        rule=rule,
        severity=Severity.ERROR,
        message=f"{pair.a} - {pair.b} {what}: {verdict.reason}",
        where=_both(pair),
    )


def one_way(pair: Pair, verdict: Verdict, explained: bool) -> Remark | None:
    """One end can begin and the other cannot, though it knows the address."""
    if explained or not verdict.one_way:
        return None
    return Remark(
        rule="one-way",
        severity=Severity.WARNING,
        message=f"{pair.a} - {pair.b} comes up from one end only: {verdict.one_way}",
        where=_both(pair),
    )


def _both(pair: Pair) -> tuple[Source, ...]:
    return tuple(end.tunnel.source for end in pair.ends if end.tunnel.source is not None)


def _consequence(row: Row, verdict: Verdict) -> str:
    if verdict.comes_up and row.key in ("0/inside", "2/inside"):
        return "comes up, and carries nothing"
    if verdict.comes_up and not verdict.survives_rekey:
        return "comes up, and dies at the first rekey"
    if verdict.comes_up:
        return "comes up from one end only"
    if row.phase == 2:
        return "phase 1 comes up, phase 2 does not"
    return "never comes up"


def _says(device: str, cell: Cell) -> str:
    words = f"`{cell.words}`" if cell.words else "its default"
    at = f"{cell.sources[0]}" if cell.sources else device
    if cell.words and cell.words == cell.text:
        return f"{at} says {cell.text}"
    return f"{at} says {cell.text} ({words})"


def _where(cell: Cell) -> tuple[Source, ...]:
    return cell.sources[:1]
