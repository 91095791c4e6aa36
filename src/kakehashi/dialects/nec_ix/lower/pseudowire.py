"""`tunnel mode ether-ip`: the LANs of two sites are one, by EtherIP, plain or inside IPsec."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix.lower.lines import OTHER_KIND
from kakehashi.dialects.report import Report
from kakehashi.model.address import Hostname, IPAddress, PeerAddress
from kakehashi.model.bridge import Bridge
from kakehashi.model.gateway import Interface
from kakehashi.model.pseudowire import EtherIp, Pseudowire
from kakehashi.model.tunnel import Tunnel

MODE = "tunnel mode ether-ip"
_OWN_END = "BVI"


def ether_ip(block: Block) -> Statement | None:
    """The line that says that the tunnel is one of EtherIP; None where another mode holds."""
    modes = [s for s in block.lines if s.key.startswith(OTHER_KIND) and not s.negated]
    return modes[-1] if modes and modes[-1] is block.last(MODE) else None


def with_frames(tunnel: Tunnel | None, block: Block) -> Tunnel | None:
    """The tunnel of IPsec, which carries Ethernet frames where its mode says so."""
    if tunnel is None or ether_ip(block) is None:
        return tunnel
    return replace(tunnel, ipsec=replace(tunnel.ipsec, ethernet=EtherIp()))


def read_pseudowires(
    blocks: Mapping[str, Block],
    interfaces: Mapping[str, Interface],
    tunnels: Iterable[Tunnel],
    report: Report,
) -> tuple[Pseudowire, ...]:
    """Those whose other end is told; of others it is told what is missing."""
    of_name = {tunnel.interface: tunnel for tunnel in tunnels}
    found: list[Pseudowire] = []
    for name, block in blocks.items():
        mode = ether_ip(block)
        if mode is not None and name in interfaces:
            wire = _pseudowire(block, mode, interfaces[name], of_name.get(name), report)
            found += [wire] if wire is not None else []
    return tuple(found)


def read_bridges(
    blocks: Mapping[str, Block],
    interfaces: Mapping[str, Interface],
    wires: tuple[Pseudowire, ...],
    report: Report,
) -> tuple[Bridge, ...]:
    """Those that a pseudowire is a port of. What others join is the host's own business."""
    members: dict[str, list[tuple[str, Statement]]] = {}
    for name, block in blocks.items():
        line = block.last("bridge-group")
        if line is not None and name in interfaces:
            members.setdefault(str(line.get("group")), []).append((name, line))
    bridges = []
    for number, ports in members.items():
        first = ports[0][1].line
        if not any(wire.bridge == number for wire in wires):
            sentence = (
                f"the bridge group {number} has no EtherIP tunnel: joining its ports is left to the host"
            )
            report.info(first, "not-ours", sentence)
            continue
        own = [name for name, _ in ports if name.startswith(_OWN_END)]
        bridges.append(
            Bridge(
                name=number,
                ports=tuple(name for name, _ in ports if name not in own),
                interface=own[0] if own else "",
                source=report.source(first),
            )
        )
    return tuple(bridges)


def _pseudowire(
    block: Block, mode: Statement, interface: Interface, tunnel: Tunnel | None, report: Report
) -> Pseudowire | None:
    version: int | None = mode.get("version")
    if version is None:
        if tunnel is None:
            return None  # what is missing for IPsec has been told
        peer: PeerAddress = tunnel.peer_address
        source = tunnel.source_address
    else:
        found = _end(block.last("tunnel destination"))
        if found is None:
            report.warning(
                mode.line,
                "tunnel-incomplete",
                f"{block.name} is EtherIP and has no `tunnel destination`; it stays down",
                "add `tunnel destination ADDRESS`",
            )
            return None
        peer, source = found, _source(block)
        for end in (peer, source):
            if not isinstance(end, Hostname | str | None) and end.version != version:
                report.error(
                    mode.line,
                    "tunnel-version",
                    f"{block.name}: {end} is an IPv{end.version} address, and the tunnel is EtherIP over "
                    f"IPv{version}",
                    f"write `tunnel mode ether-ip {'ip' if end.version == 4 else 'ipv6'}`",
                )
                return None
    bridge = block.last("bridge-group")
    if bridge is None:
        report.warning(
            block.line,
            "no-bridge",
            f"{block.name} is a port of no bridge: its frames go nowhere",
            "add `bridge-group N` here and to the LAN's interface, and `bridge irb enable`",
        )
    return Pseudowire(
        interface=block.name,
        peer=peer,
        encapsulation=EtherIp(),
        enabled=interface.enabled and (tunnel is None or tunnel.enabled),
        source_address=source,
        version=version,
        bridge=str(bridge.get("group")) if bridge else "",
        protected=version is None,
        source=report.source(block.line),
    )


def _source(block: Block) -> IPAddress | str | None:
    line = block.last("tunnel source")
    if line is None:
        return None
    address: IPAddress | None = line.get("address")
    name: str | None = line.get("interface")
    return address or name


def _end(line: Statement | None) -> IPAddress | None:
    address: IPAddress | None = line.get("address") if line else None
    return address
