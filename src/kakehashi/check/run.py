"""`check` without files and terminal: configurations in, a report out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations

from kakehashi.check.clouds import check_clouds
from kakehashi.check.configuration import Configuration, Lines
from kakehashi.check.consequences import causes_only
from kakehashi.check.device import Device
from kakehashi.check.differences import differences
from kakehashi.check.mismatch import mismatches, one_way, unexplained
from kakehashi.check.pair import End, Pair, pair_tunnels
from kakehashi.check.report import PairReport, Remark, Report, Severity, in_order
from kakehashi.check.rules.every import RULES, RULES_OF_PAIRS
from kakehashi.check.rules.expiry import check_expiry
from kakehashi.check.rules.filters import check_filters, stops_ike
from kakehashi.check.rules.plain import check_plain_wires
from kakehashi.check.rules.pseudowires import check_without_tunnels
from kakehashi.check.rules.reach import check_reach
from kakehashi.check.rules.subject import Subject
from kakehashi.check.rules.way import check_way
from kakehashi.check.sheet.build import build_sheet
from kakehashi.check.told import Told, is_left_out
from kakehashi.check.verdict import Judge
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.tunnel import Tunnel

_OF_ADDRESSES = frozenset({"peer-address", "identity-a", "identity-b"})
_SAID_ELSEWHERE = frozenset({"not-ours"})  # the report lists these lines for each file


def check(configurations: Sequence[Configuration], at: datetime | None = None) -> Report:
    """Look at each configuration, pair their tunnels, and let each pair negotiate.

    `at`: the time at which certificates are to be valid; None: that is not asked.
    """
    by_file = {c.file: c for c in configurations}
    devices = {c.file: Device(c.file, c.gateway) for c in configurations}
    told = Told(_of_dialects(configurations), by_file)
    pairs: tuple[PairReport, ...] = ()
    alone: tuple[End, ...] = ()
    paired: list[Remark] = []
    if len(by_file) > 1:
        pairing = pair_tunnels({c.file: c.gateway for c in configurations})
        judge = Judge(devices)
        found = [_Examined(pair, judge, by_file, devices, told) for pair in pairing.pairs]
        pairs, alone = tuple(each.report for each in found), pairing.alone
        paired = [remark for each in found for remark in each.remarks()]
        paired += list(_lonely(alone, devices, told))
    ruled = told.news(_of_rules(by_file, devices, pairs))
    clouds = [*check_clouds(devices), *_wires_without_tunnels(devices, pairs)]
    ended = [remark for c in by_file.values() for remark in check_expiry(c, at)] if at else []
    return Report(
        configurations=tuple(configurations),
        remarks=in_order(causes_only([*told.remarks(), *ruled, *clouds, *ended, *paired], by_file)),
        pairs=pairs,
        alone=alone,
    )


class _Examined:
    """A pair, negotiated and compared; and what is to be said of it."""

    def __init__(
        self,
        pair: Pair,
        judge: Judge,
        configurations: Mapping[str, Configuration],
        devices: Mapping[str, Device],
        told: Told,
    ) -> None:
        self._told = told
        verdict = judge.judge(pair)
        rows = build_sheet(pair, verdict, configurations, devices)
        found = mismatches(pair, verdict, rows, configurations, devices)
        self.report = PairReport(pair=pair, verdict=verdict, rows=rows, mismatches=found)
        self._stopped = self._stop(configurations, devices)

    def _stop(self, configurations: Mapping[str, Configuration], devices: Mapping[str, Device]) -> bool:
        """What the engines do not know of: filters, routes, and lines that the devices refuse."""
        report, pair = self.report, self.report.pair
        cells = ([row.a for row in report.rows], [row.b for row in report.rows])
        errors = [
            self._told.errors(end, devices[end.device], *(s for cell in of_end for s in cell.sources))
            for end, of_end in zip(pair.ends, cells, strict=True)
        ]
        if any(m.row.parameter == "peer-address" for m in report.mismatches):
            self._told.forget(error for of_end in errors for error in of_end)
        kept = tuple(m for m in report.mismatches if not is_left_out(m.row, errors))
        self.report = replace(report, mismatches=kept)
        subjects = [subject for _, subject in _paired(report, configurations, devices)]
        ruled = [r for s in subjects for rule in (check_reach, check_way, check_filters) for r in rule(s)]
        stops = [*errors[0], *errors[1], *(r for r in ruled if stops_ike(r))]
        if not stops:
            return False
        if any(r.rule in ("source-address", "interface-down") for r in stops):
            kept = tuple(m for m in kept if m.row.parameter not in _OF_ADDRESSES)
        verdict = report.verdict
        if verdict.comes_up or not kept:
            verdict = replace(verdict, comes_up=False, survives_rekey=False, reason=stops[0].message)
        self.report = replace(report, verdict=verdict, mismatches=kept)
        return True

    def remarks(self) -> Iterator[Remark]:
        """What does not fit. Why a tunnel is left down its dialect has said."""
        report = self.report
        if self._told.explain(report) and not report.mismatches:
            return
        yield from (m.remark for m in report.mismatches)
        if report.verdict.comes_up:
            yield from differences(report.pair, report.rows)
        explained = bool(report.mismatches) or self._stopped
        for remark in (
            unexplained(report.pair, report.verdict, explained),
            one_way(report.pair, report.verdict, explained),
        ):
            if remark is not None:
                yield remark


def _of_dialects(configurations: Iterable[Configuration]) -> Iterator[Remark]:
    for configuration in configurations:
        for finding in configuration.findings:
            if finding.code not in _SAID_ELSEWHERE:
                yield Remark.of(finding)


def _of_rules(
    configurations: Mapping[str, Configuration], devices: Mapping[str, Device], pairs: Iterable[PairReport]
) -> Iterator[Remark]:
    subjects = {key: subject for pair in pairs for key, subject in _paired(pair, configurations, devices)}
    for device in devices.values():
        text = configurations[device.name].text
        for tunnel in device.gateway.tunnels:
            subject = subjects.get((device.name, tunnel.interface)) or _single(device, tunnel, text)
            for rule in RULES:
                yield from rule(subject)
        yield from check_plain_wires(device)
    for pair in pairs:
        a, b = (subjects[end.key] for end in pair.pair.ends)
        for rule_of_pairs in RULES_OF_PAIRS:
            yield from rule_of_pairs(a, b)


def _wires_without_tunnels(devices: Mapping[str, Device], pairs: Iterable[PairReport]) -> Iterator[Remark]:
    met = {frozenset(end.device for end in report.pair.ends) for report in pairs}
    for a, b in combinations(devices.values(), 2):
        if frozenset((a.name, b.name)) not in met:
            yield from check_without_tunnels(a, b)


def _paired(
    report: PairReport, configurations: Mapping[str, Configuration], devices: Mapping[str, Device]
) -> Iterator[tuple[tuple[str, str], Subject]]:
    pair, addresses = report.pair, report.verdict.addresses
    nat = any(address.outside is not None for address in addresses)
    is_found = all(row.fits for row in report.rows if row.parameter == "peer-address")
    for end, own, far in zip(pair.ends, addresses, reversed(addresses), strict=True):
        yield (
            end.key,
            Subject(
                device=devices[end.device],
                tunnel=end.tunnel,
                own=own.inside,
                peer=far.seen,
                nat=nat,
                peer_can_begin=pair.other(end).can_begin,
                is_found=is_found,
                text=configurations[end.device].text,
            ),
        )


def _single(device: Device, tunnel: Tunnel, text: Lines) -> Subject:
    peer = tunnel.peer_address if isinstance(tunnel.peer_address, IPAddress) else None
    own = device.own_address(tunnel, peer.version if peer else 4)
    if own is None and peer is not None and (way := device.way_to(peer)) is not None:
        own = next(iter(device.addresses_of(way.name, peer.version)), None)
    wan = device.wan(tunnel, peer)
    return Subject(
        device=device,
        tunnel=tunnel,
        own=own,
        peer=peer,
        peer_can_begin=wan is None or not wan.dhcp,
        text=text,
    )


def _lonely(alone: Sequence[End], devices: Mapping[str, Device], told: Told) -> Iterator[Remark]:
    """Tunnels without another end. Where a device has an interface that makes no tunnel, that may be it."""
    broken = [
        (device.name, interface.name)
        for device in devices.values()
        for interface in device.gateway.interfaces
        if interface.kind is InterfaceKind.TUNNEL and interface.name not in device.tunnels
    ]
    for end in alone:
        others = [each for each in broken if each[0] != end.device]
        for device, interface in others:
            told.blame(device, interface)
        if not others:
            yield _alone(end)


def _alone(end: End) -> Remark:
    source = end.tunnel.source
    return Remark(
        rule="alone",
        severity=Severity.NOTE,
        message=f"{end.tunnel.interface}: the other end is in none of these files",
        where=() if source is None else (source,),
    )
