"""`show crypto ikev2 sa [detailed]`."""

from kakehashi.dialects.cisco_ios.show.names import ikev2_cipher, ikev2_hash, ikev2_prf
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.status import IkeSaState, IkeSaStatus, NatSide, Role, Status
from kakehashi.model.tunnel import Ikev2Tunnel

_HEADER = "Tunnel-id Local                 Remote                fvrf/ivrf            Status "
_STATES = {
    IkeSaState.CONNECTING: "IN-NEG",
    IkeSaState.ESTABLISHED: "READY",
    IkeSaState.REKEYING: "REKEY",
    IkeSaState.DELETING: "DELETE",
}
_DESCRIPTIONS = {
    IkeSaState.CONNECTING: "Initiator waiting for the answer",
    IkeSaState.ESTABLISHED: "Negotiation done",
    IkeSaState.REKEYING: "Rekey is in progress",
    IkeSaState.DELETING: "Deletion is in progress",
}
_NAT = {
    NatSide.NONE: "not detected",
    NatSide.LOCAL: "detected inside",
    NatSide.REMOTE: "detected outside",
    NatSide.LOCAL | NatSide.REMOTE: "detected inside and outside",
}


def render(status: Status, gateway: Gateway) -> str:
    """The IKE SAs."""
    return _render(status, gateway, detailed=False)


def render_detail(status: Status, gateway: Gateway) -> str:
    """The same with SPIs, identities and message IDs."""
    return _render(status, gateway, detailed=True)


def _render(status: Status, gateway: Gateway, *, detailed: bool) -> str:
    lines: list[str] = []
    for version in (4, 6):
        sas = [s for s in status.ike_sas if s.path.remote.ip.version == version]
        lines += [f" IPv{version} Crypto IKEv2  SA ", ""]
        for sa in sas:
            lines += [_HEADER, _row(sa), *_algorithms(sa, gateway)]
            lines += _details(sa) if detailed else []
            lines.append("")
    return "\n".join(lines) + "\n"


def _row(sa: IkeSaStatus) -> str:
    here, there = (f"{end.ip}/{end.port}" for end in (sa.path.local, sa.path.remote))
    return f"{sa.serial:<9d} {here:21} {there:21} {'none/none':20} {_STATES[sa.state]:7}"


def _algorithms(sa: IkeSaStatus, gateway: Gateway) -> list[str]:
    """What protects the SA; nothing before it is agreed."""
    if sa.cipher is None:
        return []
    tunnel = gateway.tunnel(sa.tunnel)
    local, peer, lifetime = "PSK", "PSK", 0
    if isinstance(tunnel, Ikev2Tunnel):
        local, peer = _sign(tunnel.local.method), _sign(tunnel.peer.method)
        lifetime = tunnel.ike.rekey.lifetime
    active = max(0, lifetime - int(sa.remaining))
    return [
        f"      Encr: {ikev2_cipher(sa.cipher)}, PRF: {ikev2_prf(sa.prf)}, Hash: {ikev2_hash(sa.integrity)}, "
        f"DH Grp:{int(sa.key_exchange)}, Auth sign: {local}, Auth verify: {peer}",
        f"      Life/Active Time: {lifetime}/{active} sec",
    ]


def _details(sa: IkeSaStatus) -> list[str]:
    here, there = (sa.spi_i, sa.spi_r) if sa.role is Role.INITIATOR else (sa.spi_r, sa.spi_i)
    sent, received = sa.next_request_id, sa.expected_request_id
    return [
        f"      CE id: 0, Session-id: {sa.serial}",
        f"      Status Description: {_DESCRIPTIONS[sa.state]}",
        f"      Local spi: {here.hex().upper():22} Remote spi: {there.hex().upper()}",
        f"      Local id: {sa.local_identity.text if sa.local_identity else ''}",
        f"      Remote id: {sa.peer_identity.text if sa.peer_identity else ''}",
        f"      Local req msg id:  {sent:<14d} Remote req msg id:  {received:<10d}",
        f"      Local next msg id: {sent:<14d} Remote next msg id: {received:<10d}",
        f"      Local req queued:  {sent:<14d} Remote req queued:  {received:<10d}",
        f"      Local window:      {1:<14d} Remote window:      {1:<10d}",
        f"      DPD configured for {sa.dpd_interval or 0} seconds, retry {2 if sa.dpd_interval else 0}",
        "      Fragmentation not  configured.",
        "      Dynamic Route Update: disabled",
        "      Extended Authentication not configured.",
        f"      NAT-T is {_NAT[sa.nat]}  ",
        "      Cisco Trust Security SGT is disabled",
        f"      Initiator of SA : {'Yes' if sa.role is Role.INITIATOR else 'No'}",
    ]


def _sign(method: AuthenticationMethod) -> str:
    return "PSK" if method is AuthenticationMethod.PSK else "RSA"
