"""The one screen that a lab prints."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kakehashi.lab.dialing import DialOutcome
from kakehashi.lab.outage.report import sections as history_sections
from kakehashi.lab.outcome import FAMILIES, Outcome, ProbeOutcome, TunnelOutcome
from kakehashi.lab.routing import Topology
from kakehashi.model.address import IPAddress

_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}


def print_report(outcome: Outcome, console: Console) -> None:
    """Topology, tunnels, traffic, what was assumed, what failed and why; the verdict last."""
    sections: list[tuple[str, RenderableType]] = [("Topology", _topology(outcome.plan.topology))]
    if outcome.tunnels:
        sections.append(("Tunnels", Group(*(_tunnel(tunnel) for tunnel in outcome.tunnels))))
    if outcome.probes:
        sections.append(("Traffic", _traffic(outcome.probes)))
    if outcome.dials:
        sections.append(("Dialing in", Group(*(_dial(each) for each in outcome.dials))))
    if outcome.history:
        sections += history_sections(outcome.history)
    if outcome.plan.assumed:
        sections.append(("Assumed, since no file says so", _grouped(outcome.plan.assumed)))
    if outcome.remarks:
        sections.append(("Remarks on the files", Group(*(Text(remark) for remark in outcome.remarks))))
    if outcome.failures:
        told: list[RenderableType] = []
        for failure in outcome.failures:
            told += [Text(failure.where, style="red"), Padding(Text(failure.reason), (0, 0, 0, 2))]
        sections.append(("Failures", Group(*told)))
    for title, content in sections:
        console.print(Text(title, style="bold"))
        console.print(Padding(content, (0, 0, 0, 2)))
    count = len(outcome.failures)
    verdict = "everything talks that should" if outcome.ok else f"{count} failure{'s' * (count > 1)}"
    console.print(Text(verdict, style="bold green" if outcome.ok else "bold red"))


def _topology(topology: Topology) -> RenderableType:
    """For each device its WANs with what the internet sees of them, and its LANs with their hosts."""
    table = Table.grid(padding=(0, 2))
    for device in topology.gateways:
        name = Text(device, style="bold cyan")
        for wan in topology.wans:
            if wan.device == device:
                seen = (
                    f"behind a NAT, seen as {', '.join(map(str, wan.public))}"
                    if wan.nat
                    else "on the internet"
                )
                table.add_row(name, wan.interface, _join(a.ip for a in wan.addresses), seen)
                name = Text()
        for lan in topology.lans_of(device):
            hosts = f"host {', '.join(str(host.ip) for host in lan.hosts)}"
            table.add_row(name, lan.interface, _join(a.ip for a in lan.addresses), hosts)
            name = Text()
    return table


def _join(addresses: Iterable[IPAddress]) -> str:
    return "\n".join(str(address) for address in addresses)


def _tunnel(tunnel: TunnelOutcome) -> RenderableType:
    a, b = tunnel.pair.ends
    head = Text()
    head.append("up  " if tunnel.up else "down", style="bold green" if tunnel.up else "bold red")
    head.append(f"  {a} - {b}")
    if tunnel.nat:
        head.append(f"  (NAT before {', '.join(tunnel.nat)})", style="dim")
    lines = [head]
    packets = "GRE" if a.ike_version == 0 else "ESP"
    for name, value in (("IKE", tunnel.ike), (packets, tunnel.esp), ("TCP", _speed(tunnel))):
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
        answered = f"{result.received}/{result.sent} answered"
        if result.first_seconds is not None:
            answered += f", first {result.first_seconds * 1000:.0f} ms"
        table.add_row(
            Text("ok  " if result.ok else "lost", style="green" if result.ok else "bold red"),
            f"{each.probe.source} > {each.probe.destination}",
            _FAMILY_NAMES[FAMILIES[each.probe.version]],
            "" if result.rtt_ms is None else f"{result.rtt_ms:.1f} ms",
            Text(answered, style="dim"),
        )
    return table


def _dial(each: DialOutcome) -> RenderableType:
    """A laptop with what it was given, and how its packets went."""
    head = Text()
    head.append("up  " if each.address else "down", style="bold green" if each.address else "bold red")
    head.append(f"  {each.dial}" + (f", user {each.dial.user}" if each.dial.user else ""))
    lines = [head]
    if each.esp:
        lines.append(Text(f"      ESP  {each.esp}, transport mode"))
    if each.address:
        told = f"{each.address} by {each.method or 'no login'}, MTU {each.mtu}"
        told += f", DNS {', '.join(each.dns)}" if each.dns else ""
        lines.append(Text(f"      PPP  {told}" + (f", after {each.seconds:.1f} s" if each.seconds else "")))
    if each.sent:
        rtt = f", {each.rtt_ms:.1f} ms" if each.rtt_ms is not None else ""
        hosts = ", ".join(map(str, each.dial.hosts))
        lines.append(Text(f"      IP   {hosts}: {each.received}/{each.sent} answered{rtt}"))
    return Group(*lines)


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
