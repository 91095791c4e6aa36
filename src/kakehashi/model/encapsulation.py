"""How a packet is wrapped by IPsec (RFC 4301 section 3.2)."""

import enum


class EncapsulationMode(enum.Enum):
    """What ESP protects: a whole packet, or what follows a packet's own IP header."""

    TUNNEL = "tunnel"
    TRANSPORT = "transport"
