"""The certificates of a simulation: invented ones that hold what the configurations say of the true ones."""

from collections.abc import Iterator
from dataclasses import replace

from kakehashi.model.certificate import CertificateUse, KeyKind, RevocationMethod
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.ikev1 import Ikev1Peer
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.pki.invented import Invented, keyring
from kakehashi.pki.keyring import Keyring

UNNAMED = "any"


def invent(gateway: Gateway) -> Keyring | None:
    """The keyring of one gateway, None if it uses no certificates."""
    own, trusted = needed(gateway)
    return keyring(own, trusted) if own or trusted else None


def needed(gateway: Gateway) -> tuple[dict[str, Invented], tuple[str, ...]]:
    """By what a gateway proves itself, and who vouches for its peers, by their names in its store."""
    own: dict[str, Invented] = {}
    trusted: dict[str, None] = {}
    for use, identities, is_own in _uses(gateway):
        for name in use.names or (UNNAMED,):
            if is_own:
                own[name] = _merged(own.get(name), name, use, identities, gateway)
            else:
                trusted[name] = None
    return own, tuple(trusted)


def simulated(use: CertificateUse) -> CertificateUse:
    """What can be judged without the true certificates: no revocation, and no rule about their fields."""
    return replace(use, revocation=(RevocationMethod.NONE,), attributes=())


def _uses(gateway: Gateway) -> Iterator[tuple[CertificateUse, tuple[Identity, ...], bool]]:
    for tunnel in gateway.tunnels:
        if not isinstance(tunnel, Ikev2Tunnel):
            continue
        if tunnel.local.method is AuthenticationMethod.SIGNATURE:
            yield tunnel.local.certificates, _identities(tunnel.local, gateway), True
        if tunnel.peer.method is AuthenticationMethod.SIGNATURE:
            yield tunnel.peer.certificates, (), False
    for peer in gateway.ikev1_peers:
        if _signs(peer):
            own = (peer.local_identity,) if peer.local_identity else _addresses(gateway)
            yield peer.certificates, own, True
            yield peer.certificates, (), False


def _signs(peer: Ikev1Peer) -> bool:
    return any(p.authentication is AuthenticationMethod.SIGNATURE for p in peer.proposals)


def _identities(local: Authentication, gateway: Gateway) -> tuple[Identity, ...]:
    return _addresses(gateway) if local.by_address or not local.identity.data else (local.identity,)


def _addresses(gateway: Gateway) -> tuple[Identity, ...]:
    return tuple(Identity.of_address(a.ip) for i in gateway.interfaces for a in i.addresses)


def _merged(
    before: Invented | None,
    name: str,
    use: CertificateUse,
    identities: tuple[Identity, ...],
    gateway: Gateway,
) -> Invented:
    earlier = before.identities if before else ()
    everyone = tuple(dict.fromkeys((*earlier, *identities)))
    trustpoint = next((t for t in gateway.trustpoints if t.name == name), None)
    if trustpoint is None:
        return Invented(identities=everyone, key=use.key or KeyKind.RSA)
    return Invented(
        identities=everyone,
        subject=trustpoint.subject,
        alternatives=trustpoint.alternatives,
        key=use.key or trustpoint.key,
    )
