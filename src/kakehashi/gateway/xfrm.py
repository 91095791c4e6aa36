"""What of a configuration the kernel's ESP cannot do, or does otherwise than the device."""

from collections.abc import Callable, Iterator

from kakehashi.crypto.errors import UnsupportedAlgorithm
from kakehashi.crypto.sizes import encryption_key_size, integrity_key_size
from kakehashi.dataplane.xfrm import LARGEST_WINDOW
from kakehashi.dataplane.xfrm_selectors import outbound
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.policy import DfBit, Protection
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

Takes = Callable[[Cipher, IntegrityId, EspKeys], bool]
NATIVE = "run it without --backend xfrm"


def findings(gateway: Gateway, takes: Takes) -> tuple[Finding, ...]:
    """Errors for what would not work at all, warnings for what works otherwise.

    `takes`: does the kernel take these algorithms, with keys to try?
    """
    tried: dict[Protection, bool] = {}
    return tuple(
        finding for tunnel in gateway.tunnels if tunnel.enabled for finding in _tunnel(tunnel, takes, tried)
    )


def _tunnel(tunnel: Tunnel, takes: Takes, tried: dict[Protection, bool]) -> Iterator[Finding]:
    name, ipsec = tunnel.interface, tunnel.ipsec

    def told(severity: Severity, rule: str, message: str) -> Finding:
        return Finding(severity, f"xfrm-{rule}", f"{name}: {message}", tunnel.source, NATIVE)

    if ipsec.gre is not None:
        yield told(Severity.ERROR, "gre", "the xfrm backend does no GRE within ESP")
    elif ipsec.mode is EncapsulationMode.TRANSPORT:
        yield told(Severity.ERROR, "transport", "the xfrm backend does no transport mode")
    for protection in ipsec.protections():
        if protection.cipher is None or protection.ah != IntegrityId.NONE:
            yield told(Severity.ERROR, "ah", "the xfrm backend does no AH")
            continue
        if protection not in tried:
            tried[protection] = _is_taken(protection, takes)
        if not tried[protection]:
            integrity = "" if protection.cipher.is_aead else f" with {protection.integrity.name}"
            yield told(Severity.ERROR, "algorithm", f"this kernel has no {protection.cipher}{integrity}")
    try:
        outbound(ipsec.local_selectors, ipsec.remote_selectors)
    except ValueError as error:
        yield told(Severity.ERROR, "selectors", str(error))
    if ipsec.df_bit is DfBit.SET:
        yield told(
            Severity.WARNING,
            "df-bit",
            "the kernel's ESP copies the DF bit or clears it; it is copied, not set",
        )
    if ipsec.mtu_ignore:
        yield told(
            Severity.WARNING,
            "mtu-ignore",
            "the kernel's ESP drops what is too large and must not be fragmented, and tells its sender",
        )
    if ipsec.replay_window > LARGEST_WINDOW:
        yield told(
            Severity.WARNING,
            "replay-window",
            f"the kernel's replay window has {LARGEST_WINDOW} packets at most, not {ipsec.replay_window}",
        )


def _is_taken(protection: Protection, takes: Takes) -> bool:
    cipher = protection.cipher
    if cipher is None:
        return False
    try:
        octets = encryption_key_size(cipher.id, cipher.key_bits)
        more = integrity_key_size(protection.integrity)
    except UnsupportedAlgorithm:
        return True  # IKE refuses it before the kernel could
    # Different octets: some ciphers refuse keys that are weak.
    keys = EspKeys(encryption=Secret(bytes(range(octets))), integrity=Secret(bytes(range(more))))
    return takes(cipher, protection.integrity, keys)
