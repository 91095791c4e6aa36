"""The DHCP client of one device, a process of its own: `python -m kakehashi.gateway.dhcp.client DEVICE FILE`.

It tells of its lease on standard output (see `lease`) and ends when standard input does: with the gateway,
however that ends. It changes nothing of the host. FILE keeps the address, which is asked for again after a
restart (INIT-REBOOT of RFC 2131 section 3.2).
"""

import asyncio
import logging
import sys
from ipaddress import IPv4Address
from pathlib import Path

from pyroute2.dhcp import leases
from pyroute2.dhcp.client import AsyncDHCPClient, ClientConfig
from pyroute2.dhcp.hooks import Trigger, hook

from kakehashi.gateway.dhcp.lease import fault_line, lease_line, lost_line

_HOST_MASK = "255.255.255.255"  # of a server that tells none
_INFINITE = -1  # RFC 2131 section 3.3: 0xffffffff


def _tell(line: str) -> None:
    print(line, flush=True)  # noqa: T201


class _Lease(leases.Lease):  # type: ignore[misc]
    """A lease that tells of itself when the server grants it; only its address is kept."""

    file = Path()

    def dump(self) -> None:
        """The server has granted it, for the first time or again."""
        options = self.ack["options"]
        mask, routers = options.get("subnet_mask", _HOST_MASK), options.get("router", [])
        seconds = self.lease_time
        _tell(lease_line(self.ip, mask, routers, None if seconds <= _INFINITE else seconds))
        self.file.write_text(f"{self.ip}\n", encoding="ascii")

    @classmethod
    def load(cls, interface: str) -> "_Lease | None":
        """The address of last time."""
        try:
            address = IPv4Address(cls.file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None
        return cls(ack={"yiaddr": str(address), "options": {}}, interface=interface, server_mac="")


@hook(Trigger.UNBOUND, Trigger.EXPIRED)  # type: ignore[untyped-decorator]
async def _lost(lease: _Lease) -> None:
    _tell(lost_line())


async def _serve(device: str, file: Path) -> None:
    _Lease.file = file
    config = ClientConfig(
        interface=device,
        lease_type=_Lease,
        hooks=(_lost,),
        release=False,  # so that the next start gets the same address
        handle_signals=False,
        vendor_id=None,
        host_name=None,
    )
    async with AsyncDHCPClient(config) as client:
        await client.bootstrap()
        # Nobody else sees that it has gone deaf or dumb: for a message that it cannot read, or a device
        # that went down.
        parts = {client._receiver_task, client._sender_task, asyncio.create_task(_until_alone())}
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)


async def _until_alone() -> None:
    """Until standard input ends: nobody holds its other end any more."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> None:
    """Run until standard input ends."""
    device, file = sys.argv[1:]
    logging.disable()  # what matters is told on standard output
    try:
        asyncio.run(_serve(device, Path(file)))
    except Exception as error:  # whatever a server sent: the one who started this process starts it anew
        _tell(fault_line(f"{type(error).__name__}: {error}"))
        sys.exit(1)


if __name__ == "__main__":
    main()
