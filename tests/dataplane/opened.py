"""What others read of ESP: scapy opens it."""

from scapy.layers.inet import IP
from scapy.layers.ipsec import ESP, SecurityAssociation

from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode


def opened(packet: IP, sa: ChildSa) -> IP:
    """What a packet under AES-GCM protects. `sa`: the receiver's view."""
    return SecurityAssociation(
        ESP,
        spi=sa.spi_in,
        crypt_algo="AES-GCM",
        crypt_key=sa.keys_in.encryption.octets,
        crypt_icv_size=16,
        tunnel_header=IP() if sa.mode is EncapsulationMode.TUNNEL else None,
    ).decrypt(packet)
