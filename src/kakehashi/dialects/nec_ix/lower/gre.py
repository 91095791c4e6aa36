"""`tunnel mode gre ip` becomes a tunnel of GRE over IPv4, which nothing protects."""

from collections.abc import Mapping

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.report import Report
from kakehashi.model.address import IPAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.gre import Gre
from kakehashi.model.policy import NoIpsec
from kakehashi.model.tunnel import ConnectType, PlainTunnel

MODE = "tunnel mode gre"
_LINES = ("tunnel source", "tunnel destination", "tunnel key", "tunnel checksum")
_VERSION = 4


def tell_of_gre(block: Block, report: Report) -> None:
    """What stands on a tunnel that is not of GRE. One of a kind that is not there yet tells that itself."""
    if block.last("tunnel mode") is not None:
        return
    for line in (found for key in _LINES if (found := block.last(key))):
        report.warning(
            line.line,
            "misplaced",
            f"{block.name}: `{line.command.words}` is of GRE, and the tunnel is not; the line has no effect",
            "write `tunnel mode gre ip`, or take the line out",
        )


def lower_gre(block: Block, interfaces: Mapping[str, Interface], report: Report) -> PlainTunnel | None:
    """The tunnel of an interface; None, and a finding, where an end is lacking."""
    destination, source = block.last("tunnel destination"), block.last("tunnel source")
    if destination is None:
        report.warning(
            block.line,
            "no-peer",
            f"{block.name} has no peer; it is no tunnel",
            "add `tunnel destination ADDRESS`",
        )
        return None
    enabled = interfaces[block.name].enabled
    for line in (destination, source):
        address: IPAddress | None = line.get("address") if line else None
        if line is not None and address is not None and address.version != _VERSION:
            enabled = False
            report.error(
                line.line,
                "tunnel-version",
                f"{block.name}: {address} is an IPv6 address, and the tunnel is GRE over IPv4",
                "write an IPv4 address",
            )
    ours = source.get("address", source.get("interface")) if source else None
    if source is not None and isinstance(ours, str) and ours not in interfaces:
        report.error(
            source.line,
            "undefined-interface",
            f"{block.name} takes its source from {ours}, which has no `interface` block",
        )
    key = block.last("tunnel key")
    header = Gre(key=key.get("key") if key else None, checksum=block.last("tunnel checksum") is not None)
    return PlainTunnel(
        interface=block.name,
        enabled=enabled,
        peer_address=destination.get("address"),
        ipsec=NoIpsec(gre=header),
        connect=ConnectType.ALWAYS,
        source_address=ours,
        source=report.source(block.line),
    )
