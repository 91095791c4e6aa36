"""What a kernel can do of ESP, AH and GRE, found out by trying it."""

import os

from kakehashi.dataplane import gre_device, xfrm_device, xfrm_messages
from kakehashi.dataplane.links import remove
from kakehashi.dataplane.netlink import F_DUMP, ROUTE, XFRM, NetlinkSocket
from kakehashi.dataplane.xfrm_algorithms import ah_attributes, algorithm_attributes
from kakehashi.dataplane.xfrm_messages import AH, ESP, NOWHERE, NewState
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.gre import Gre
from kakehashi.model.policy import Protection
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
    device = _device()
    try:
        xfrm_device.add(links, device, 1500, _NUMBER)
        remove(links, device)
    except OSError as error:
        return f"xfrm interfaces ({error.strerror})"
    finally:
        links.close()
    return ""


def takes(protection: Protection, keys: EspKeys) -> bool:
    """Has the kernel these algorithms? `keys` are only tried. OSError: it has no XFRM."""
    kernel = NetlinkSocket(XFRM)
    try:
        tried = []
        if protection.cipher is not None:
            tried.append((ESP, algorithm_attributes(protection.cipher, protection.integrity, keys)))
        if protection.ah != IntegrityId.NONE:
            tried.append((AH, ah_attributes(protection.ah, keys)))
        for protocol, algorithms in tried:
            state = NewState(
                source=NOWHERE,
                destination=NOWHERE,
                spi=_SPI,
                reqid=_NUMBER,
                if_id=_NUMBER,
                algorithms=algorithms,
                ports=None,
                protocol=protocol,
                replay_window=32,
            )
            kernel.request(xfrm_messages.NEWSA, state.octets())
            kernel.request(xfrm_messages.DELSA, xfrm_messages.state_id(NOWHERE, _SPI, protocol))
    except (OSError, ValueError):
        return False
    finally:
        kernel.close()
    return True


def makes_gre(version: int) -> bool:
    """Has the kernel devices for GRE in packets of this IP version? OSError: it tells nothing."""
    links = NetlinkSocket(ROUTE)
    try:
        gre_device.add(links, _device(), 1400, Gre(key=_NUMBER), gre_device.nobody(_device(), version))
        remove(links, _device())
    except OSError:
        return False
    finally:
        links.close()
    return True


def _device() -> str:
    """One that is there for a moment."""
    return f"kakehashi{os.getpid() % 100000}"
