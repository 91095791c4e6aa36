"""`check` without files and terminal: configurations in, a report out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from kakehashi.check.configuration import Configuration
from kakehashi.check.device import Device
from kakehashi.check.mismatch import mismatches, one_way, unexplained
from kakehashi.check.pair import End, Pair, pair_tunnels
from kakehashi.check.report import PairReport, Remark, Report, Severity, in_order
from kakehashi.check.rules.every import RULES
from kakehashi.check.rules.filters import check_filters, stops_ike
from kakehashi.check.rules.overlap import check_overlap
from kakehashi.check.rules.subject import Subject
from kakehashi.check.sheet.build import build_sheet
from kakehashi.check.told import Told
from kakehashi.check.verdict import Judge
from kakehashi.model.address import IPAddress
from kakehashi.model.tunnel import Tunnel

_SAID_ELSEWHERE = frozenset({"not-ours"})  # the report lists these lines for each file


def check(configurations: Sequence[Configuration]) -> Report:
    """Look at each configuration, pair their tunnels, and let each pair negotiate."""
    by_file = {c.file: c for c in configurations}
    devices = {c.file: Device(c.file, c.gateway) for c in configurations}
    pairs: tuple[PairReport, ...] = ()
    alone: tuple[End, ...] = ()
    if len(by_file) > 1:
        pairing = pair_tunnels({c.file: c.gateway for c in configurations})
        judge = Judge(devices)
        pairs = tuple(_pair(pair, judge, by_file, devices) for pair in pairing.pairs)
        alone = pairing.alone
    told = Told(_of_dialects(configurations))
    paired = [remark for each in pairs for remark in _of_pair(each, told)] + [_alone(end) for end in alone]
    ruled = told.news(_of_rules(devices, pairs))
    return Report(
        configurations=tuple(configurations),
        remarks=in_order([*told.remarks(), *ruled, *paired]),
        pairs=pairs,
        alone=alone,
    )


def _pair(
    pair: Pair, judge: Judge, configurations: Mapping[str, Configuration], devices: Mapping[str, Device]
) -> PairReport:
    verdict = judge.judge(pair)
    rows = build_sheet(pair, verdict, configurations, devices)
    found = mismatches(pair, verdict, rows, configurations)
    report = PairReport(pair=pair, verdict=verdict, rows=rows, mismatches=found)
    blocked = [r for _, subject in _paired(report, devices) for r in check_filters(subject) if stops_ike(r)]
    if not (blocked and verdict.comes_up):
        return report
    # The engines know of no filters.
    stopped = replace(verdict, comes_up=False, survives_rekey=False, reason=blocked[0].message)
    return replace(report, verdict=stopped)


def _of_dialects(configurations: Iterable[Configuration]) -> Iterator[Remark]:
    for configuration in configurations:
        for finding in configuration.findings:
            if finding.code not in _SAID_ELSEWHERE:
                yield Remark.of(finding)


def _of_rules(devices: Mapping[str, Device], pairs: Iterable[PairReport]) -> Iterator[Remark]:
    subjects = {key: subject for pair in pairs for key, subject in _paired(pair, devices)}
    for device in devices.values():
        for tunnel in device.gateway.tunnels:
            subject = subjects.get((device.name, tunnel.interface)) or _single(device, tunnel)
            for rule in RULES:
                yield from rule(subject)
    for pair in pairs:
        a, b = (subjects[end.key] for end in pair.pair.ends)
        yield from check_overlap(a, b)


def _paired(report: PairReport, devices: Mapping[str, Device]) -> Iterator[tuple[tuple[str, str], Subject]]:
    pair, addresses = report.pair, report.verdict.addresses
    nat = any(address.outside is not None for address in addresses)
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
            ),
        )


def _single(device: Device, tunnel: Tunnel) -> Subject:
    peer = tunnel.peer_address if isinstance(tunnel.peer_address, IPAddress) else None
    own = device.own_address(tunnel, peer.version if peer else 4)
    if own is None and peer is not None and (way := device.way_to(peer)) is not None:
        own = next(iter(device.addresses_of(way.name, peer.version)), None)
    wan = device.wan(tunnel, peer)
    return Subject(
        device=device, tunnel=tunnel, own=own, peer=peer, peer_can_begin=wan is None or not wan.dhcp
    )


def _of_pair(report: PairReport, told: Told) -> Iterator[Remark]:
    """What does not fit. Why a tunnel is left down its dialect has said."""
    if told.explain(report):
        return
    news = [m.remark for m in report.mismatches if not told.has_error(m.row)]
    yield from news
    filtered = not report.verdict.comes_up and any(a.comes_up for a in report.verdict.attempts)
    explained = bool(report.mismatches) or filtered
    for remark in (
        unexplained(report.pair, report.verdict, explained),
        one_way(report.pair, report.verdict, explained),
    ):
        if remark is not None:
            yield remark


def _alone(end: End) -> Remark:
    source = end.tunnel.source
    return Remark(
        rule="alone",
        severity=Severity.NOTE,
        message=f"{end.tunnel.interface}: the other end is in none of these files",
        where=() if source is None else (source,),
    )
