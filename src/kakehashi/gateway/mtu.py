"""The MTU of a tunnel: what the way to its peer can carry, less what ESP and AH add (RFC 4303, RFC 4302)."""

from collections.abc import Collection, Iterable, Mapping

from kakehashi.crypto.sizes import ah_size, cipher_block_size, icv_size, iv_size
from kakehashi.gateway.host.facts import Link
from kakehashi.gateway.host.items import Item, Mtu
from kakehashi.gateway.interfaces import LOOPBACK
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp import L2tpSession
from kakehashi.model.policy import Protection
from kakehashi.model.tunnel import Ikev2Tunnel, PlainTunnel, Tunnel

DEFAULT_LINK_MTU = 1500
UDP_HEADER = 8
SPI_AND_SEQUENCE = 8
PAD_LENGTH_AND_NEXT_HEADER = 2
IP_HEADER = {4: 20, 6: 40}
# UDP, L2TP with sequence numbers, PPP (RFC 2661 section 3.1).
L2TP_HEADERS = L2tpSession(
    tunnel_id=1, session_id=1, peer_tunnel_id=1, peer_session_id=1, peer="", sequencing=True
).overhead
# RFC 791: every IPv4 host takes that much. Of a way that takes less it is asked all the same, with fragments.
SMALLEST = 576


LARGEST = 65535


def device_mtu(links: Mapping[str, Link], tunnels: Collection[str]) -> int:
    """Of the devices `tunnels`: as much as any other device may bring, so that the data plane sees it whole.

    What is larger than the tunnel takes is the data plane's to judge, by which a packet from elsewhere is not
    the same as one of this host.
    """
    others = (link.mtu for name, link in links.items() if name not in tunnels and name != LOOPBACK)
    return min(max(DEFAULT_LINK_MTU, *others, 0), LARGEST)


def fit_devices(items: Iterable[Item], fitting: Mapping[str, int]) -> tuple[Item, ...]:
    """What is wanted of the host, but the devices in `fitting` take no more than these octets."""
    return tuple(
        Mtu(item.device, min(item.mtu, fitting.get(item.device, item.mtu))) if isinstance(item, Mtu) else item
        for item in items
    )


def tunnel_mtu(
    link_mtu: int, outer_version: int, gateway: Gateway, tunnel: Tunnel, sa: ChildSa | None
) -> int:
    """Octets of the largest packet that fits. Without an SA: by the policy's costliest algorithms."""
    transport = (sa.mode if sa else tunnel.ipsec.mode) is EncapsulationMode.TRANSPORT
    if gateway.l2tp_server(tunnel.interface) is not None:
        inside = -L2TP_HEADERS
    elif tunnel.ipsec.wraps:
        inside = -tunnel.ipsec.wrapping - (0 if transport else IP_HEADER[outer_version])
    else:
        # In transport mode the packet's own IP header is the outer one.
        inside = IP_HEADER[outer_version] if transport else 0
    if isinstance(tunnel, PlainTunnel):
        sizes = [max(SMALLEST, link_mtu) - IP_HEADER[outer_version]]
    elif sa is not None:
        protection = Protection(sa.cipher, sa.integrity, sa.ah)
        sizes = [_fitting(link_mtu, outer_version, protection, sa.udp_encapsulation)]
    else:
        nat = _nat_traversal(gateway, tunnel)
        sizes = [_fitting(link_mtu, outer_version, p, nat) for p in tunnel.ipsec.protections()]
    return min(sizes, default=SMALLEST) + inside


def clear_l2tp_mtu(link_mtu: int) -> int:
    """Octets of the largest packet that fits into L2TP without IPsec."""
    return max(SMALLEST, link_mtu) - IP_HEADER[4] - L2TP_HEADERS


def _nat_traversal(gateway: Gateway, tunnel: Tunnel) -> bool:
    """May the SA have to go in UDP (V1-34)?"""
    match tunnel:
        case Ikev2Tunnel():
            return tunnel.ike.nat_traversal
        case Ikev1Tunnel():
            mine = [p for p in gateway.ikev1_peers if p.name in tunnel.peers or not tunnel.peers]
            return any(p.nat_traversal for p in mine)
    return True


def _fitting(link_mtu: int, outer_version: int, protection: Protection, udp_encapsulation: bool) -> int:
    room = max(SMALLEST, link_mtu) - IP_HEADER[outer_version] - ah_size(protection.ah, outer_version)
    if protection.cipher is None:
        return room
    cipher = protection.cipher.id
    room -= SPI_AND_SEQUENCE + iv_size(cipher)
    room -= icv_size(cipher, protection.integrity) + (UDP_HEADER if udp_encapsulation else 0)
    # RFC 4303 section 2.4: packet, padding, pad length and next header fill whole blocks of 4 or more.
    block = max(4, cipher_block_size(cipher))
    return room // block * block - PAD_LENGTH_AND_NEXT_HEADER
