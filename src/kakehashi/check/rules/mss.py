"""TCP segments and packets that do not fit into the tunnel's packets."""

from collections.abc import Iterator

from kakehashi.check.device import Device
from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.crypto.sizes import ah_size
from kakehashi.model.address import IPAddress
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Interface
from kakehashi.model.policy import Protection
from kakehashi.model.tunnel import PlainTunnel, Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId

DEFAULT_MTU = 1500
_BY_ITSELF = frozenset({"nec-ix"})
_IP = {4: 20, 6: 40}
_TCP = 20
_UDP = 8
_ESP_HEADER = 8
_ESP_TRAILER = 2
_BLOCKS = {EncryptionId.ENCR_DES: 8, EncryptionId.ENCR_3DES: 8, EncryptionId.ENCR_AES_CBC: 16}
_STREAM_IV, _STREAM_PAD, _AEAD_ICV = 8, 4, 16
_ICVS = {
    IntegrityId.NONE: 0,
    IntegrityId.AUTH_HMAC_SHA2_256_128: 16,
    IntegrityId.AUTH_HMAC_SHA2_384_192: 24,
    IntegrityId.AUTH_HMAC_SHA2_512_256: 32,
}
_ICV = 12


def check_mss(subject: Subject) -> Iterator[Remark]:
    """An MSS, or an MTU, that is written is held against what is left of the line's MTU."""
    tunnel = subject.tunnel
    if not tunnel.enabled or not (tunnel.ipsec.protections() or isinstance(tunnel, PlainTunnel)):
        return
    if subject.device.gateway.l2tp_server(subject.name) is not None:
        return  # L2TP and PPP take their part of it, see `dial_in`
    version = 4 if subject.own is None else subject.own.version
    mtu = (subject.wan.mtu if subject.wan else None) or DEFAULT_MTU
    inner = _room(mtu, tunnel, version, subject.nat)
    yield from _mtu(subject, inner)
    most = inner - _IP[4] - _TCP
    for interface in _clamping(subject):
        if isinstance(interface.adjust_mss, int) and interface.adjust_mss > most:
            yield Remark(
                rule="mss-too-large",
                severity=Severity.WARNING,
                message=f"{interface.name} lets TCP segments of {interface.adjust_mss} octets pass, and "
                f"{subject.name} has room for {most} (MTU {mtu}): ping works, the web hangs",
                where=where(interface.source),
                fix=f"write {most} or less",
            )


def room_for(device: Device, tunnel: Tunnel, version: int) -> int:
    """The largest packet that fits into the tunnel over IP of this version without fragments, octets."""
    peer = tunnel.peer_address if isinstance(tunnel.peer_address, IPAddress) else None
    wan, own = device.wan(tunnel, peer), device.interfaces.get(tunnel.interface)
    room = _room((wan.mtu if wan else None) or DEFAULT_MTU, tunnel, version, False)
    return min(room, (own.mtu if own else None) or room)


def _room(mtu: int, tunnel: Tunnel, version: int, nat: bool) -> int:
    if isinstance(tunnel, PlainTunnel):
        return mtu - _IP[version] - (tunnel.ipsec.gre.overhead if tunnel.ipsec.gre else 0)
    sizes = (largest_inner(mtu, version, nat, p) for p in tunnel.ipsec.protections())
    return min(sizes) - _wrapping(tunnel, version)


def _mtu(subject: Subject, inner: int) -> Iterator[Remark]:
    """A tunnel's own MTU, where the device heeds it: NEC IX takes what the line has room for (V1-34)."""
    own = subject.device.interfaces.get(subject.name)
    if own is None or own.mtu is None or own.mtu <= inner or subject.device.gateway.dialect in _BY_ITSELF:
        return
    yield Remark(
        rule="mtu-too-large",
        severity=Severity.WARNING,
        message=f"{subject.name} has an MTU of {own.mtu}, and there is room for {inner}: "
        "large packets are cut in two",
        where=where(own.source),
        fix=f"write {inner} or less",
    )


def largest_inner(mtu: int, version: int, nat: bool, protection: Protection) -> int:
    """The largest packet that fits into one ESP packet in tunnel mode (RFC 4303 section 2), into AH (RFC 4302
    section 2), or into both, octets.
    """
    room = mtu - _IP[version] - ah_size(protection.ah, version)
    if protection.cipher is None:
        return room
    iv, block, icv = _shape(protection.cipher, protection.integrity)
    room -= (_UDP if nat else 0) + _ESP_HEADER + iv + icv
    return room // block * block - _ESP_TRAILER


def _wrapping(tunnel: Tunnel, version: int) -> int:
    """What GRE or a pseudowire takes of it: its header, and in tunnel mode the IP header before that one."""
    ipsec = tunnel.ipsec
    if not ipsec.wraps:
        return 0
    return ipsec.wrapping + (_IP[version] if ipsec.mode is EncapsulationMode.TUNNEL else 0)


def _shape(cipher: Cipher, integrity: IntegrityId) -> tuple[int, int, int]:
    """Octets of the IV, of the block, of the ICV."""
    if cipher.is_aead:
        return _STREAM_IV, _STREAM_PAD, _AEAD_ICV
    block = _BLOCKS.get(cipher.id)
    icv = _ICVS.get(integrity, _ICV)
    return (0, _STREAM_PAD, icv) if block is None else (block, block, icv)


def _clamping(subject: Subject) -> Iterator[Interface]:
    """The tunnel's interface, and else those inside."""
    outside = subject.wan.name if subject.wan else ""
    own = subject.device.interfaces.get(subject.tunnel.interface)
    if own is not None and own.adjust_mss is not None:
        yield own
        return
    yield from (i for i in subject.device.physical if i.name != outside)
