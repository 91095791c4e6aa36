"""The two ends of a tunnel interface, and by which interface it leaves (CI-15)."""

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress, PeerAddress
from kakehashi.model.tunnel import OutgoingInterface


def outgoing_of(block: Block, report: Report) -> OutgoingInterface | None:
    """The interface whose routes alone count for the tunnel; the next hop is theirs."""
    line = block.last("tunnel route-via")
    if line is None:
        return None
    if not line.get("mandatory"):
        report.warning(
            line.line,
            "not-yet",
            f"{block.name}: `tunnel route-via` as a preference is not there yet; the whole routing "
            "table decides",
            "add `mandatory` where the tunnel is to leave by that interface alone",
        )
        return None
    return OutgoingInterface(interface_of(line, "by") or "", source=report.source(line.line))


def destination_of(block: Block, around: Around) -> PeerAddress | None:
    """Where the other end is, as `tunnel destination` says; None, and a finding, if it does not."""
    line = block.last("tunnel destination")
    if line is None or line.get("dynamic"):
        where = line.line if line else block.line
        around.report.warning(
            where,
            "tunnel-incomplete" if line is None else "not-yet",
            f"{block.name} has no `tunnel destination`; it stays down"
            if line is None
            else f"{block.name}: a destination from a server is not there yet; the tunnel stays down",
            "add `tunnel destination ADDRESS`",
        )
        return None
    address: PeerAddress = line.get("destination")
    return address


def source_of(block: Block, peer: PeerAddress, around: Around) -> IPAddress | str | None:
    """Our end's address, or the interface that has it; None: the route decides."""
    line = block.last("tunnel source")
    if line is None:
        around.report.warning(
            block.line,
            "tunnel-incomplete",
            f"{block.name} has no `tunnel source`: the device leaves it down; here the route decides",
            "add `tunnel source INTERFACE`",
        )
        return None
    if line.get("dynamic"):
        return None
    written: IPAddress | None = line.get("source")
    if written is not None:
        return written
    name = interface_of(line, "source interface") or ""
    if name not in around.interfaces:
        around.report.error(
            line.line,
            "undefined-interface",
            f"{block.name} takes its source from {name}, which has no `interface` block",
        )
        return name
    return around.source_of(name, peer.version if isinstance(peer, IPAddress) else 4)
