"""GRE, which a tunnel interface is unless `tunnel mode` says otherwise: alone, or under IPsec (CI-15)."""

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.ends import destination_of, outgoing_of, source_of
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, Hostname, IPAddress
from kakehashi.model.gre import Gre, Keepalive
from kakehashi.model.policy import NoIpsec
from kakehashi.model.tunnel import ConnectType, PlainTunnel

_MODE = "tunnel mode gre"


def is_gre(block: Block) -> bool:
    """Is the tunnel interface one of GRE between two ends?"""
    modes = [s for s in block.lines if s.key.startswith("tunnel mode")]
    if modes and not modes[-1].negated:
        return modes[-1].key == _MODE
    return block.last("tunnel source") is not None


def is_multipoint(block: Block) -> bool:
    """Is the tunnel interface one of many peers (DMVPN)?"""
    modes = [s for s in block.lines if s.key.startswith("tunnel mode")]
    return bool(modes) and not modes[-1].negated and modes[-1].key == "tunnel mode gre multipoint"


def read_gre(block: Block) -> Gre:
    """The header that the interface's lines ask for."""
    key = block.last("tunnel key")
    return Gre(
        key=key.get("key") if key else None,
        checksum=block.last("tunnel checksum") is not None,
        sequence=block.last("tunnel sequence-datagrams") is not None,
    )


def plain_tunnel(block: Block, around: Around) -> PlainTunnel | None:
    """A tunnel without `tunnel protection`; None, and a finding, where an end is lacking."""
    peer = destination_of(block, around)
    if peer is None:
        return None
    version = _version(block)
    if isinstance(peer, Hostname):
        peer = Hostname(peer.name, version)
    source = source_of(block, peer, around)
    of_version = True
    for key, end in (("tunnel destination", peer), ("tunnel source", source)):
        line = block.last(key)
        if line is not None and isinstance(end, IPAddress) and end.version != version:
            of_version = False
            around.report.error(
                line.line,
                "tunnel-version",
                f"{block.name}: {end} is an IPv{end.version} address, and the tunnel is GRE over "
                f"IPv{version}",
                f"write `tunnel mode gre {'ipv6' if end.version == 6 else 'ip'}`, or an IPv{version} address",
            )
    return PlainTunnel(
        interface=block.name,
        enabled=around.interfaces[block.name].enabled and of_version,
        peer_address=peer,
        ipsec=NoIpsec(gre=read_gre(block)),
        connect=ConnectType.ALWAYS,
        outgoing=outgoing_of(block, around.report),
        source_address=source,
        keepalive=_keepalive(block),
        source=around.report.source(block.line),
    )


def plain_multipoint(block: Block, around: Around) -> PlainTunnel:
    """A tunnel of many peers without `tunnel protection`. It has no keepalives: nobody is the one to ask."""
    line = block.last("keepalive")
    if line is not None and _keepalive(block) is not None:
        around.report.warning(
            line.line,
            "keepalive-multipoint",
            f"{block.name}: a tunnel of many peers has nobody to send keepalives to; the line has no effect",
            "take `keepalive` out; who registers by NHRP is known to be there",
        )
    return PlainTunnel(
        interface=block.name,
        enabled=around.interfaces[block.name].enabled,
        peer_address=ANY,
        ipsec=NoIpsec(gre=read_gre(block)),
        outgoing=outgoing_of(block, around.report),
        source_address=source_of(block, ANY, around),
        multipoint=True,
        source=around.report.source(block.line),
    )


def tell_keepalive(block: Block, report: Report) -> None:
    """Keepalives of a tunnel that IPsec protects."""
    line = block.last("keepalive")
    if line is not None and _keepalive(block) is not None:
        report.warning(
            line.line,
            "keepalive-protected",
            f"{block.name}: the answer to a keepalive comes outside of IPsec, so that the device takes the "
            "tunnel down; none is sent here",
            "take `keepalive` out; DPD (`crypto ikev2 dpd`, `crypto isakmp keepalive`) finds a peer that is "
            "gone",
        )


def _version(block: Block) -> int:
    mode = block.last(_MODE)
    version: int = mode.get("version") if mode else 4
    return version


def _keepalive(block: Block) -> Keepalive | None:
    line = block.last("keepalive")
    if line is None or line.get("period") == 0:
        return None
    period = line.get("period", defaults.GRE_KEEPALIVE_PERIOD)
    return Keepalive(period, line.get("retries", defaults.GRE_KEEPALIVE_RETRIES))
