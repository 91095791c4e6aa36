"""A lease, and how the client process tells of it: one line of JSON each.

`{"address": "192.0.2.7/24", "routers": ["192.0.2.1"], "seconds": 3600}` is a lease, new or renewed, without
end where `seconds` is null; `{"address": null}`: it is lost; `{"fault": "..."}`: why there is none.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface


@dataclass(frozen=True, slots=True)
class Lease:
    """`router`: where the default route leads, the first that the server names. `seconds` None: for ever."""

    address: IPv4Interface
    router: IPv4Address | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The address may no longer be used."""


@dataclass(frozen=True, slots=True)
class Fault:
    """There is no lease, or not the one that a server offered, for this reason."""

    reason: str


def lease_line(address: str, mask: str, routers: Iterable[str], seconds: int | None) -> str:
    """The line of a lease."""
    content = {"address": f"{address}/{mask}", "routers": list(routers), "seconds": seconds}
    return json.dumps(content)


def lost_line() -> str:
    """The line of a lease that is lost."""
    return json.dumps({"address": None})


def fault_line(reason: str) -> str:
    """The line of something that went wrong."""
    return json.dumps({"fault": reason})


def read(line: str) -> Lease | Lost | Fault:
    """What a line tells. ValueError where it makes no sense: a server may say anything."""
    content = json.loads(line)
    if not isinstance(content, dict):
        raise ValueError("not a lease")
    if isinstance(reason := content.get("fault"), str):
        return Fault(reason)
    address = content.get("address")
    if address is None:
        return Lost()
    return Lease(_usable(str(address)), _router(content.get("routers")), _seconds(content.get("seconds")))


def _usable(text: str) -> IPv4Interface:
    address = IPv4Interface(text)
    ip = address.ip
    if ip.is_multicast or ip.is_loopback or ip.is_unspecified or ip.is_link_local or ip.is_reserved:
        raise ValueError(f"{ip} is no address for a host")
    if address.network.prefixlen == 0:
        raise ValueError(f"{address} holds every other address")
    return address


def _router(routers: object) -> IPv4Address | None:
    if not isinstance(routers, list) or not routers:
        return None
    router = IPv4Address(str(routers[0]))
    return None if router.is_unspecified or router.is_multicast else router


def _seconds(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value} is no time")
    return value
