"""Trustpoints (AW-09): those of the gateway, and those that its tunnels name."""

from kakehashi.dialects.awplus.certificates import DEFAULT_KEYS
from kakehashi.model.certificate import Enrollment, Trustpoint
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod
from kakehashi.model.tunnel import Ikev2Tunnel

NAMELESS = "vpn"  # for certificates that the other device calls nothing


def trustpoint_of(tunnel: Ikev2Tunnel) -> str:
    """The one trustpoint that a profile of the device can name, "" if the tunnel wants none."""
    signing = [side for side in (tunnel.local, tunnel.peer) if side.method is AuthenticationMethod.SIGNATURE]
    names = [name for side in signing for name in side.certificates.names]
    return (names or [NAMELESS])[0] if signing else ""


def trustpoint_blocks(gateway: Gateway) -> list[list[str]]:
    """A block for each; what a certificate must hold by the name that the tunnel tells (AW-10)."""
    wanted = {t.name: t for t in gateway.trustpoints}
    for tunnel in gateway.tunnels:
        if isinstance(tunnel, Ikev2Tunnel) and (name := trustpoint_of(tunnel)) and name not in wanted:
            wanted[name] = _for(name, tunnel.local)
    return [_block(trustpoint) for trustpoint in wanted.values()]


def _for(name: str, local: Authentication) -> Trustpoint:
    text = local.identity.text if local.method is AuthenticationMethod.SIGNATURE else ""
    return Trustpoint(
        name=name,
        subject=f"/CN={text}" if text else "",
        alternatives=(text,) if text else (),
        key_name=DEFAULT_KEYS,
    )


def _block(trustpoint: Trustpoint) -> list[str]:
    own = trustpoint.enrollment is Enrollment.SELF_SIGNED
    lines = [f"crypto pki trustpoint {trustpoint.name}", f" enrollment {'selfsigned' if own else 'terminal'}"]
    if trustpoint.subject:
        lines.append(f" subject-name {_slashed(trustpoint.subject)}")
    lines += [f" subject-alt-name {name}" for name in trustpoint.alternatives[:1]]
    if trustpoint.key_name not in ("", DEFAULT_KEYS):
        bits = f" {trustpoint.key_bits}" if trustpoint.key_bits != 2048 else ""
        lines.append(f" rsakeypair {trustpoint.key_name}{bits}")
    lines += [f" fingerprint {octets.hex().upper()}" for octets in trustpoint.fingerprints]
    return lines


def _slashed(subject: str) -> str:
    """`cn=host, o=EXAMPLE` in the order and with the slashes of this device."""
    if subject.startswith("/"):
        return subject
    parts = [part.strip().partition("=") for part in subject.split(",")][::-1]
    return "".join(f"/{key.strip().upper()}={value.strip()}" for key, _, value in parts)
