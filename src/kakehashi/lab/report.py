"""The one screen that a lab prints."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kakehashi.lab.outcome import FAMILIES, Outcome, ProbeOutcome, TunnelOutcome
from kakehashi.lab.routing import Topology

_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}


def print_report(outcome: Outcome, console: Console) -> None:
    """Topology, tunnels, traffic, what was assumed, what failed and why; the verdict last."""
    sections: list[tuple[str, RenderableType]] = [("Topology", _topology(outcome.plan.topology))]
    if outcome.tunnels:
        sections.append(("Tunnels", Group(*(_tunnel(tunnel) for tunnel in outcome.tunnels))))
    if outcome.probes:
        sections.append(("Traffic", _traffic(outcome.probes)))
    if outcome.plan.assumed:
        sections.append(("Assumed, since no file says so", _grouped(outcome.plan.assumed)))
    if outcome.remarks:
        sections.append(("Remarks on the files", Group(*(Text(remark) for remark in outcome.remarks))))
    if outcome.failures:
        told = Table.grid(padding=(0, 2))
        for failure in outcome.failures:
            told.add_row(Text(failure.where, style="bold red"), Text(failure.reason))
        sections.append(("Failures", told))
    for title, content in sections:
        console.print(Text(title, style="bold"))
        console.print(Padding(content, (0, 0, 0, 2)))
    count = len(outcome.failures)
    verdict = "everything talks that should" if outcome.ok else f"{count} failure{'s' * (count > 1)}"
    console.print(Text(verdict, style="bold green" if outcome.ok else "bold red"))


def _topology(topology: Topology) -> RenderableType:
    """A line for each device: its hosts, its LAN addresses, its WAN addresses, the NAT, the internet."""
    table = Table.grid(padding=(0, 1))
    for device in topology.gateways:
        lans = topology.lans_of(device)
        hosts = ", ".join(str(host.ip) for lan in lans for host in lan.hosts)
        inside = ", ".join(str(address.ip) for lan in lans for address in lan.addresses)
        wans = [wan for wan in topology.wans if wan.device == device]
        outside = ", ".join(str(address.ip) for wan in wans for address in wan.addresses)
        seen = ", ".join(str(address) for wan in wans if wan.nat for address in wan.public)
        nat = f"── NAT {seen} " if seen else ""
        table.add_row(
            f"host {hosts}", f"── {inside}", Text(device, style="bold cyan"), outside, f"{nat}── internet"
        )
    return table


def _tunnel(tunnel: TunnelOutcome) -> RenderableType:
    a, b = tunnel.pair.ends
    head = Text()
    head.append("up  " if tunnel.up else "down", style="bold green" if tunnel.up else "bold red")
    head.append(f"  {a} - {b}")
    if tunnel.nat:
        head.append(f"  (NAT before {', '.join(tunnel.nat)})", style="dim")
    lines = [head]
    for name, value in (("IKE", tunnel.ike), ("ESP", tunnel.esp), ("TCP", _speed(tunnel))):
        if value:
            lines.append(Text(f"      {name}  {value}"))
    return Group(*lines)


def _speed(tunnel: TunnelOutcome) -> str:
    a, b = tunnel.pair.ends
    there, back = tunnel.throughput
    told = [
        f"{rate:,.0f} Mbit/s {source.device} > {destination.device}"
        for rate, source, destination in ((there, a, b), (back, b, a))
        if rate is not None
    ]
    return ", ".join(told)


def _traffic(probes: tuple[ProbeOutcome, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for each in probes:
        result = each.result
        answered = f"{result.received} of {result.sent} answered"
        first = (
            "" if result.first_seconds is None else f", the first after {result.first_seconds * 1000:.0f} ms"
        )
        table.add_row(
            Text("ok  " if result.ok else "lost", style="green" if result.ok else "bold red"),
            f"{each.probe.source} > {each.probe.destination}",
            _FAMILY_NAMES[FAMILIES[each.probe.version]],
            "" if result.rtt_ms is None else f"{result.rtt_ms:.1f} ms",
            Text(answered + first, style="dim"),
        )
    return table


def _grouped(sentences: tuple[str, ...]) -> RenderableType:
    """The sentences of each device under its name."""
    table = Table.grid(padding=(0, 2))
    for device, lines in groupby(_split(sentences), key=lambda pair: pair[0]):
        table.add_row(Text(device, style="cyan"), "\n".join(text for _, text in lines))
    return table


def _split(sentences: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for sentence in sentences:
        device, _, text = sentence.partition(": ")
        yield device, text
