"""Interfaces of `tunnel mode gre multipoint` and their NHRP: DMVPN."""

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios.interfaces import interface_of, is_template
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.lower.gre import is_multipoint, read_gre
from kakehashi.dialects.cisco_ios.lower.keys import read_secret
from kakehashi.dialects.document import Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import Hostname, IPAddress, PeerAddress
from kakehashi.model.gateway import InterfaceKind
from kakehashi.model.multipoint import HOLDING_TIME, Multipoint, NextHop, NextHopServer, Nhrp

_VERSIONS = {4: "ip", 6: "ipv6"}
_WHOLE = 32
_LONGEST_STRING = 8  # characters of `nhrp authentication`


def lower_multipoints(around: Around) -> tuple[Multipoint, ...]:
    """The multipoint interfaces, in the order of the configuration."""
    return tuple(
        _lower(block, around)
        for name, block in around.blocks.items()
        if is_multipoint(block)
        and (interface := around.interfaces.get(name)) is not None
        and interface.kind is InterfaceKind.TUNNEL
        and not is_template(name)
    )


def tell_of_others(around: Around) -> None:
    """NHRP belongs to tunnels of many peers; between two ends it is not there yet."""
    for block in around.blocks.values():
        if is_multipoint(block):
            continue
        for line in block.lines:
            if line.key.startswith(("ip nhrp", "ipv6 nhrp")) and not line.negated:
                around.report.warning(
                    line.line,
                    "not-yet",
                    f"{block.name}: `{line.key}` on a tunnel between two ends is not there yet; the line "
                    "has no effect",
                    "make it `tunnel mode gre multipoint`",
                )


def _lower(block: Block, around: Around) -> Multipoint:
    both = (_nhrp(block, version, around.report) for version in _VERSIONS)
    return Multipoint(
        interface=block.name,
        enabled=around.interfaces[block.name].enabled,
        gre=read_gre(block),
        source_address=_source(block, around),
        protected=block.last("tunnel protection ipsec profile") is not None,
        nhrp=tuple(nhrp for nhrp in both if nhrp is not None),
        source=around.report.source(block.line),
    )


def _source(block: Block, around: Around) -> IPAddress | str | None:
    line = block.last("tunnel source")
    if line is None or line.get("dynamic"):
        return None
    written: IPAddress | None = line.get("source")
    if written is not None:
        return written
    name = interface_of(line, "source interface") or ""
    return around.source_of(name) if name in around.interfaces else name


def _nhrp(block: Block, version: int, report: Report) -> Nhrp | None:
    """NHRP of one version of IP; without `network-id` the device does not do it."""
    ip = _VERSIONS[version]
    identifier = block.last(f"{ip} nhrp network-id")
    if identifier is None:
        _tell_no_network(block, ip, report)
        return None
    mapped = block.all(f"{ip} nhrp map")
    servers = tuple(_server(line, mapped, block, ip, report) for line in block.all(f"{ip} nhrp nhs"))
    named = {server.address for server in servers}
    multicast = block.all(f"{ip} nhrp map multicast")
    authentication = block.last(f"{ip} nhrp authentication")
    holdtime = block.last(f"{ip} nhrp holdtime")
    registration = block.last(f"{ip} nhrp registration timeout")
    secret = read_secret(authentication, report) if authentication else None
    if authentication and secret and len(secret.octets) > _LONGEST_STRING:
        report.warning(
            authentication.line,
            "nhrp-authentication",
            f"{block.name}: the device takes no authentication string of NHRP of more than "
            f"{_LONGEST_STRING} characters",
            "write a shorter one on all devices",
        )
    return Nhrp(
        version=version,
        network_id=identifier.get("network"),
        authentication=secret,
        servers=servers,
        next_hops=tuple(
            NextHop(address=line.get("address"), nbma=line.get("nbma"), source=report.source(line.line))
            for line in mapped
            if line.get("address") not in named and line.get("mask", _WHOLE) == _WHOLE
        ),
        multicast=tuple(line.get("nbma") for line in multicast if not line.get("dynamic")),
        multicast_dynamic=any(line.get("dynamic") for line in multicast),
        holding_time=holdtime.get("seconds") if holdtime else HOLDING_TIME,
        registration=registration.get("seconds") if registration else None,
        unique=block.last(f"{ip} nhrp registration no-unique") is None,
        redirect=block.last(f"{ip} nhrp redirect") is not None,
        shortcut=block.last(f"{ip} nhrp shortcut") is not None,
    )


def _tell_no_network(block: Block, ip: str, report: Report) -> None:
    lines = [s for s in block.lines if s.key.startswith(f"{ip} nhrp") and not s.negated]
    if lines:
        report.warning(
            lines[0].line,
            "nhrp-incomplete",
            f"{block.name} has no `{ip} nhrp network-id`: the device does no NHRP there, and the other lines "
            "of it have no effect",
            f"add `{ip} nhrp network-id 1`",
        )


def _server(
    line: Statement, mapped: tuple[Statement, ...], block: Block, ip: str, report: Report
) -> NextHopServer:
    address: IPAddress | None = line.get("server")
    nbma = _nbma(line)
    if nbma is None:
        nbma = next((m.get("nbma") for m in mapped if m.get("address") == address), None)
    if address is None:
        _tell_of_later(line, block, ip, report)
    elif nbma is None:
        report.warning(
            line.line,
            "nhrp-incomplete",
            f"{block.name}: nothing tells where the next hop server {address} is below the tunnel",
            f"write `{ip} nhrp nhs {address} nbma ADDRESS`",
        )
    return NextHopServer(
        address=address,
        nbma=nbma,
        multicast=bool(line.get("multicast")),
        priority=line.get("priority", 0),
        source=report.source(line.line),
    )


def _tell_of_later(line: Statement, block: Block, ip: str, report: Report) -> None:
    """A server that says itself which address it has in the tunnel is left out."""
    report.warning(
        line.line,
        "not-yet",
        f"{block.name}: a next hop server is known by its address in the tunnel; `dynamic` is not there yet: "
        "the line has no effect",
        f"write `{ip} nhrp nhs ADDRESS nbma ADDRESS`",
    )


def _nbma(line: Statement) -> PeerAddress | None:
    name: Hostname | None = line.get("nbma name")
    address: IPAddress | None = line.get("nbma")
    return name or address
