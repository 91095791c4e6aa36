"""What a device with a dynamic address does: it tells the name server where it is now (RFC 2136)."""

import contextlib
import socket

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.update

from kakehashi.lab.dns.server import PORT
from kakehashi.lab.dns.zone import TTL, kind_of
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.model.address import IPAddress

_SECONDS = 0.5


def tell_address(namespace: NetworkNamespace, server: IPAddress, name: str, address: IPAddress) -> bool:
    """From `namespace`: `name` is at `address` now, and nowhere else. Has the server taken it?

    It waits for half a second; who is not heard tells it again.
    """
    full = dns.name.from_text(name)
    message = dns.update.UpdateMessage(full.parent())
    message.replace(full, TTL, kind_of(address), str(address))
    family = socket.AF_INET if server.version == 4 else socket.AF_INET6
    with namespace.entered():
        asking = socket.socket(family, socket.SOCK_DGRAM)
    with asking:
        asking.settimeout(_SECONDS)
        with contextlib.suppress(OSError, dns.exception.DNSException):
            asking.sendto(message.to_wire(), (str(server), PORT))
            answer = dns.message.from_wire(asking.recv(65535))
            return answer.id == message.id and answer.rcode() == dns.rcode.NOERROR
    return False
