"""The NAT Address extension of Cisco: what the NBMA address is outside of a NAT.

Empty, it says that the sender understands it. In a Registration Reply it has the address that the request
came from; in a Resolution Request that of who asks, in a Resolution Reply that of who is asked for.
"""

from kakehashi.nhrp.wire.address import IPAddress
from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.packet import Packet
from kakehashi.nhrp.wire.registry import ExtensionType


def nat_address(entry: Cie | None = None) -> Extension:
    """The extension. It may be ignored by who does not know it."""
    return Extension(ExtensionType.NAT_ADDRESS, entry.encode() if entry else b"", compulsory=False)


def outside_of(packet: Packet, address: IPAddress) -> IPAddress | None:
    """Where the station of this tunnel address is outside of its NAT, as the packet says; None: nothing said.

    There may be entries of others, such as of a server behind a NAT of its own. Malformed if they do not fit.
    """
    entries = packet.entries_of(ExtensionType.NAT_ADDRESS)
    return next((e.nbma for e in entries if e.nbma is not None and e.address in (None, address)), None)
