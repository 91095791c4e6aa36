"""`tunnel mode l2tp v3`: Ethernet to another site, with IDs that both ends are told (AW-13).

The device negotiates nothing: `tunnel local id` and `tunnel remote id` are taken for the Session IDs of the
two ends. It sends over UDP, from and to the port of `l2tp unmanaged port`.
"""

from kakehashi.dialects.awplus.lower.around import Around
from kakehashi.dialects.blocks import Block, last_line
from kakehashi.dialects.document import Document, Statement
from kakehashi.model.address import Hostname, IPAddress, PeerAddress
from kakehashi.model.bridge import Bridge
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.pseudowire import UDP_PORT, L2tpv3, Pseudowire, PseudowireSession, Transport

MODE = "tunnel mode l2tp v3"
_IDS = range(1, 1 << 32)
_NEEDED = ("tunnel source", "tunnel destination", "tunnel local id", "tunnel remote id")


def read_pseudowires(document: Document, around: Around) -> tuple[Pseudowire, ...]:
    """Those whose lines are all there; of others it is told what is missing."""
    port = last_line(document, "l2tp unmanaged port")
    found = (
        _pseudowire(block, port.get("port") if port else UDP_PORT, around)
        for name, block in around.blocks.items()
        if name in around.interfaces
        and around.interfaces[name].kind is InterfaceKind.TUNNEL
        and is_l2tpv3(block)
    )
    wires = tuple(wire for wire in found if wire is not None)
    if port is not None and not wires:
        around.report.info(port.line, "unused-port", "no tunnel is L2TPv3: the port has no effect")
    _tell_doubles(wires, around)
    return wires


def is_l2tpv3(block: Block) -> bool:
    """Is that what the last `tunnel mode` says?"""
    modes = [s for s in block.lines if s.key.startswith("tunnel mode") and not s.negated]
    return bool(modes) and modes[-1] is block.last(MODE)


def read_bridges(document: Document, wires: tuple[Pseudowire, ...], around: Around) -> tuple[Bridge, ...]:
    """Those that a pseudowire is a port of. What others join is the host's own business."""
    made: dict[str, Statement] = {}
    for line in document.statements("bridge"):
        if line.negated:
            made.pop(line.get("bridge"), None)
        else:
            made[line.get("bridge")] = line
    ports: dict[str, list[Statement]] = {}
    of_line: dict[int, str] = {}
    for name, block in around.blocks.items():
        port = block.last("bridge-group")
        if port is not None and name in around.interfaces:
            ports.setdefault(port.get("bridge"), []).append(port)
            of_line[port.line] = name
    bridges = []
    for number, lines in ports.items():
        declared = made.pop(number, None)
        if any(wire.bridge == number for wire in wires):
            own = f"br{number}"
            if declared is None:
                around.report.warning(
                    lines[0].line,
                    "undefined-bridge",
                    f"there is no bridge {number}: the device does not join its ports",
                    f"add `bridge {number}`",
                )
            bridges.append(
                Bridge(
                    name=number,
                    ports=tuple(of_line[port.line] for port in lines),
                    interface=own if own in around.interfaces else "",
                    source=around.report.source(lines[0].line),
                )
            )
            continue
        around.report.info(
            lines[0].line,
            "not-ours",
            f"the bridge {number} has no L2TPv3 tunnel as a port: joining its ports is left to the host",
        )
    for number, line in made.items():
        around.report.info(line.line, "unused-bridge", f"no interface is a port of the bridge {number}")
    return tuple(bridges)


def _pseudowire(block: Block, port: int, around: Around) -> Pseudowire | None:
    mode, destination = block.last(MODE), block.last("tunnel destination")
    ids = block.last("tunnel local id"), block.last("tunnel remote id")
    missing = [
        words
        for words, line in zip(_NEEDED, (block.last("tunnel source"), destination, *ids), strict=True)
        if line is None
    ]
    if mode is None or missing:
        lacking = " and ".join(f"`{words}`" for words in missing)
        around.report.warning(
            block.line,
            "tunnel-incomplete",
            f"{block.name} is L2TPv3 and has no {lacking}; it stays down",
            f"add {lacking}",
        )
        return None
    if destination is None or destination.get("dynamic"):
        around.report.warning(
            destination.line if destination else block.line,
            "tunnel-incomplete",
            f"{block.name} is L2TPv3 to a peer of unknown address, who cannot be told apart; it stays down",
            "add `tunnel destination ADDRESS`",
        )
        return None
    local, remote = (_id(line) for line in ids)
    if local is None or remote is None:
        wrong = ids[0] if local is None else ids[1]
        around.report.error(
            wrong.line if wrong else block.line,
            "session-id",
            f"{block.name}: `{wrong.get('name') if wrong else ''}` is no Session ID of L2TPv3, which is a "
            "number from 1 to 4294967295; it stays down",
            "write the same number as the other end has on its other side",
        )
        return None
    source, bridge = block.last("tunnel source"), block.last("bridge-group")
    if bridge is None:
        around.report.warning(
            block.line,
            "no-bridge",
            f"{block.name} is a port of no bridge: its frames go nowhere",
            "add `bridge-group N` here and to the LAN's interface, and `bridge N`",
        )
    version: int | None = mode.get("version")
    hostname: Hostname | None = destination.get("hostname")
    peer: PeerAddress = Hostname(hostname.name.lower(), version) if hostname else destination.get("address")
    address: IPAddress | None = source.get("address") if source else None
    session = PseudowireSession(local_id=local, remote_id=remote, transport=Transport.UDP)
    return Pseudowire(
        interface=block.name,
        peer=peer,
        encapsulation=L2tpv3(transport=Transport.UDP, port=port, static=session),
        enabled=around.interfaces[block.name].enabled,
        source_address=address or (source.get("interface") if source else None),
        version=version,
        bridge=bridge.get("bridge") if bridge else "",
        protected=block.last("tunnel protection ipsec") is not None,
        source=around.report.source(block.line),
    )


def _id(line: Statement | None) -> int | None:
    text = str(line.get("name")) if line else ""
    return int(text) if text.isdecimal() and text.isascii() and int(text) in _IDS else None


def _tell_doubles(wires: tuple[Pseudowire, ...], around: Around) -> None:
    """What comes is told apart by the ID that is ours."""
    first: dict[int, Pseudowire] = {}
    for wire in wires:
        static = wire.encapsulation.static if isinstance(wire.encapsulation, L2tpv3) else None
        other = first.setdefault(static.local_id, wire) if static else wire
        if static and other is not wire and wire.source:
            around.report.error(
                wire.source.line,
                "session-id",
                f"{wire.interface} and {other.interface} have the same `tunnel local id` {static.local_id}: "
                "nobody can tell their frames apart",
                "give each a number of its own, and the other end the same as `tunnel remote id`",
            )
