"""The internet gives addresses (RFC 2131): on each link one, always the same, to whoever asks for it."""

import select
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

from pyroute2.dhcp.dhcp4msg import dhcp4msg
from pyroute2.dhcp.enums.bootp import MessageType as Direction
from pyroute2.dhcp.enums.dhcp import MessageType

from kakehashi.lab.addresses import given
from kakehashi.lab.blueprint import Leased
from kakehashi.lab.child import Stopping, helping
from kakehashi.lab.netns import NetworkNamespace

_SERVER_PORT, _CLIENT_PORT = 67, 68
_LONGEST = 2048
_POLL_SECONDS = 0.2
_EVERYBODY, _NOBODY = "255.255.255.255", "0.0.0.0"  # noqa: S104


@contextmanager
def giving_addresses(
    leases: Sequence[Leased], namespaces: Mapping[str, NetworkNamespace], folder: Path
) -> Iterator[None]:
    """Answer on the links of `leases` meanwhile.

    `folder`: where `Addresses` tells which of them have changed.
    """
    with ExitStack() as stack:
        served = {}
        for leased in leases:
            with namespaces[leased.namespace].entered():
                found = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            found.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, leased.interface.encode())
            found.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(("", _SERVER_PORT))
            found.setblocking(False)
            served[found.fileno()] = (found, leased)
        if served:
            stack.enter_context(helping(lambda stopping: _serve(served, folder, stopping)))
        yield


def _serve(served: Mapping[int, tuple[socket.socket, Leased]], folder: Path, stopping: Stopping) -> None:
    poll = select.epoll()
    for descriptor in served:
        poll.register(descriptor, select.EPOLLIN)
    while not stopping():
        for descriptor, _ in poll.poll(_POLL_SECONDS):
            found, leased = served[descriptor]
            try:
                data = found.recv(_LONGEST)
                if told := answer(data, _now(leased, folder)):
                    found.sendto(*told)
            except (OSError, ValueError, LookupError, struct.error):
                continue  # a client that makes no sense gets no answer; the link may be down


def _now(leased: Leased, folder: Path) -> Leased:
    """With the address that has taken the place of the planned one."""
    address = IPv4Interface(f"{given(folder, leased.address.ip)}/{leased.address.network.prefixlen}")
    return replace(leased, address=address)


def answer(data: bytes, leased: Leased) -> tuple[bytes, tuple[str, int]] | None:
    """What is said to a client's message, and where it goes; None: nothing. ValueError, LookupError."""
    request = dhcp4msg(buf=data).decode()
    options = request["options"]
    wanted = options.get("requested_ip") or request["ciaddr"]
    match options["message_type"]:
        case MessageType.DISCOVER:
            kind = MessageType.OFFER
        case MessageType.REQUEST if wanted == str(leased.address.ip):
            kind = MessageType.ACK
        case MessageType.REQUEST:
            kind = MessageType.NAK
        case _:
            return None
    address = request["ciaddr"]
    to = address if kind is MessageType.ACK and address != _NOBODY else _EVERYBODY
    return bytes(_reply(request, kind, leased).encode().buf), (to, _CLIENT_PORT)


def _reply(request: Any, kind: MessageType, leased: Leased) -> Any:
    options: dict[str, Any] = {"message_type": kind, "server_id": str(leased.router)}
    if kind is not MessageType.NAK:
        options["lease_time"] = leased.seconds
        options["subnet_mask"] = str(leased.address.network.netmask)
        options["router"] = [str(leased.router)]
    return dhcp4msg(
        {
            "op": Direction.BOOTREPLY,
            "xid": request["xid"],
            "flags": request["flags"],
            "ciaddr": request["ciaddr"] if kind is MessageType.ACK else _NOBODY,
            "yiaddr": _NOBODY if kind is MessageType.NAK else str(leased.address.ip),
            "chaddr": request["chaddr"],
            "options": options,
        }
    )
