"""What a kernel can do of ESP, found out by trying it."""

import os

from kakehashi.dataplane import xfrm_device, xfrm_messages
from kakehashi.dataplane.netlink import F_DUMP, ROUTE, XFRM, NetlinkSocket
from kakehashi.dataplane.xfrm_algorithms import algorithm_attributes
from kakehashi.dataplane.xfrm_messages import NOWHERE, NewState
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.wire.registry.ikev2 import IntegrityId

_NUMBER = 0x7FFF_FFFF  # of the device and the SAs that are tried
_SPI = 0x100


def lack() -> str:
    """What of that which the xfrm form needs this kernel has not, in a few words; "" where it has all."""
    try:
        kernel = NetlinkSocket(XFRM)
    except OSError as error:
        return f"IPsec (XFRM: {error.strerror})"
    try:
        kernel.request(xfrm_messages.GETPOLICY, b"", F_DUMP)
    except OSError as error:
        return f"IPsec (XFRM: {error.strerror})"
    finally:
        kernel.close()
    links = NetlinkSocket(ROUTE)
    device = f"kakehashi{os.getpid() % 100000}"
    try:
        xfrm_device.add(links, device, 1500, _NUMBER)
        xfrm_device.remove(links, device)
    except OSError as error:
        return f"xfrm interfaces ({error.strerror})"
    finally:
        links.close()
    return ""


def takes(cipher: Cipher, integrity: IntegrityId, keys: EspKeys) -> bool:
    """Has the kernel these algorithms? `keys` are only tried. OSError: it has no XFRM."""
    kernel = NetlinkSocket(XFRM)
    try:
        tried = NewState(
            source=NOWHERE,
            destination=NOWHERE,
            spi=_SPI,
            reqid=_NUMBER,
            if_id=_NUMBER,
            algorithms=algorithm_attributes(cipher, integrity, keys),
            ports=None,
            replay_window=32,
        )
        kernel.request(xfrm_messages.NEWSA, tried.octets())
        kernel.request(xfrm_messages.DELSA, xfrm_messages.state_id(NOWHERE, _SPI))
    except (OSError, ValueError):
        return False
    finally:
        kernel.close()
    return True
