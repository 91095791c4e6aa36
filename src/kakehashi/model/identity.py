"""Who a peer says it is, and how it proves it."""

import enum
from dataclasses import dataclass, field
from ipaddress import ip_address

from kakehashi.model.address import IPAddress, IPNetwork
from kakehashi.model.certificate import ANY_CERTIFICATE, CertificateUse
from kakehashi.model.secret import Secret
from kakehashi.model.source import Source
from kakehashi.wire.registry.ikev2 import IdType

_LONGEST = 256  # characters of an identity that are printed


@dataclass(frozen=True, slots=True)
class Identity:
    """An identification (RFC 7296 section 3.5): `data` is the octets on the wire."""

    type: IdType
    data: bytes

    @classmethod
    def of(cls, id_type: IdType, text: str) -> "Identity":
        """Build from text: an address for the ID_*_ADDR types, UTF-8 text for others. ValueError if wrong."""
        match id_type:
            case IdType.ID_IPV4_ADDR | IdType.ID_IPV6_ADDR:
                address = ip_address(text)
                if address.version != (4 if id_type == IdType.ID_IPV4_ADDR else 6):
                    raise ValueError(f"{text} is not an address for {id_type.name}")
                return cls(id_type, address.packed)
            case _:
                return cls(id_type, text.encode())

    @classmethod
    def of_address(cls, address: IPAddress) -> "Identity":
        """The identity that an address is."""
        return cls(IdType.ID_IPV4_ADDR if address.version == 4 else IdType.ID_IPV6_ADDR, address.packed)

    @property
    def text(self) -> str:
        """The value as an engineer writes it."""
        match self.type, len(self.data):
            case (IdType.ID_IPV4_ADDR, 4) | (IdType.ID_IPV6_ADDR, 16):
                return str(ip_address(self.data))
            case _:
                decoded = self.data.decode(errors="replace")
                return decoded if decoded.isprintable() and "\ufffd" not in decoded else self.data.hex()

    def __str__(self) -> str:
        # A peer may send 64 kB before it has proved anything; the log and `show` are for people.
        text = self.text
        return f"{self.type.name} {text if len(text) <= _LONGEST else f'{text[:_LONGEST]}...'}"


class AuthenticationMethod(enum.Enum):
    """How one side proves who it is."""

    PSK = "psk"
    SIGNATURE = "rsa"


@dataclass(frozen=True, slots=True)
class Authentication:
    """One side's identity with the way it is proved. `secret` belongs to PSK; None: no key is configured.

    `by_address`: of our side, that the identity is the address that an SA is made from, which only the host
    knows; `identity` is then empty. `by_subject`: of our side, that it is the subject of our certificate, if
    there is one. `anybody`: of the peer, that it may say what it likes: what its certificate is like decides
    (`certificates.attributes`), or the key that all have; `within`: but it has to be an address of one of
    these networks, if there are any. `certificates` belongs to SIGNATURE.
    """

    method: AuthenticationMethod
    identity: Identity
    secret: Secret | None = None
    source: Source | None = field(default=None, compare=False)
    by_address: bool = False
    by_subject: bool = False
    anybody: bool = False
    within: tuple[IPNetwork, ...] = ()
    certificates: CertificateUse = ANY_CERTIFICATE

    def may_be(self, identity: Identity) -> bool:
        """May the peer, of which this is told, say that it is this?"""
        if not self.anybody:
            return identity == self.identity
        return not self.within or any(_is_within(identity, network) for network in self.within)


def _is_within(identity: Identity, network: IPNetwork) -> bool:
    sizes = {IdType.ID_IPV4_ADDR: 4, IdType.ID_IPV6_ADDR: 16}
    if len(identity.data) != sizes.get(identity.type):
        return False
    return ip_address(identity.data) in network
