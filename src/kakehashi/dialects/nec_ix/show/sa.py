"""`show ikev2 sa` (listing 2.25.17; the NAT lines are those of listing 2.25.6)."""

from kakehashi.dialects.nec_ix.show.names import (
    cipher_name,
    esp_spi,
    group_name,
    identity_name,
    integrity_name,
    key,
    prf_name,
    spi,
)
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import IkeSaState, IkeSaStatus, NatSide, Status
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

# The listing shows an established SA only; the other words are ours.
_STATES = {
    IkeSaState.CONNECTING: "negotiating",
    IkeSaState.ESTABLISHED: "establish",
    IkeSaState.REKEYING: "rekeying",
    IkeSaState.DELETING: "deleting",
}
_NAT = {
    NatSide.LOCAL: "local side",
    NatSide.REMOTE: "remote side",
    NatSide.LOCAL | NatSide.REMOTE: "both sides",
}


def render(status: Status, gateway: Gateway) -> str:
    """Every IKE SA by tunnel; those whose peer is not known yet stand at the end."""
    names = [t.name for t in status.tunnels]
    names += [n for n in dict.fromkeys(s.tunnel for s in status.ike_sas) if n not in names]
    lines: list[str] = []
    for name in names:
        sas = [s for s in status.ike_sas if s.tunnel == name]
        if sas:
            lines.append(f"Interface {name or '(peer not known yet)'}")
            for sa in sas:
                lines += _sa(sa, gateway.tunnel(name))
    return "\n".join(lines) + "\n" if lines else ""


def _sa(sa: IkeSaStatus, tunnel: Tunnel | None) -> list[str]:
    return [
        f"  SPI (I){spi(sa.spi_i)}  (R){spi(sa.spi_r)}",
        f"    Remain lifetime[sec] : {max(0, int(sa.remaining))}",
        f"    Serial : {sa.serial}",
        f"    Direction : {sa.role.value}",
        f"    Local Addr  : {sa.path.local}",
        f"    Remote Addr : {sa.path.remote}",
        f"    Local ID : {identity_name(sa.local_identity)}",
        f"    Peer ID  : {identity_name(sa.peer_identity)}",
        f"    Status : {_STATES[sa.state]}",
        f"    Local message ID : {sa.next_request_id}",
        f"    Peer message ID  : {sa.expected_request_id}",
        *_algorithms(sa),
        f"    PFS : {_pfs(sa, tunnel)}",
        f"    DPD : {f'interval {sa.dpd_interval}[sec]' if sa.dpd_interval else 'disable'}",
        *_nat(sa),
        *_children(sa),
    ]


def _algorithms(sa: IkeSaStatus) -> list[str]:
    """What protects the SA; nothing before it is agreed."""
    lines: list[str] = []
    if sa.cipher is not None:
        lines.append(f"    Encryption alg : {cipher_name(sa.cipher)}")
        if sa.keys is not None:
            lines += [
                f"      initiator key : {key(sa.keys.sk_ei)}",
                f"      responder key : {key(sa.keys.sk_er)}",
            ]
    if sa.integrity != IntegrityId.NONE:
        lines.append(f"    Integrity alg : {integrity_name(sa.integrity)}")
        if sa.keys is not None:
            lines += [
                f"      initiator key : {key(sa.keys.sk_ai)}",
                f"      responder key : {key(sa.keys.sk_ar)}",
            ]
    if sa.prf is not None:
        lines.append(f"    PRF alg  : {prf_name(sa.prf)}")
    if sa.key_exchange != KeyExchangeId.NONE:
        lines.append(f"    DH group : {group_name(sa.key_exchange)}")
    return lines


def _pfs(sa: IkeSaStatus, tunnel: Tunnel | None) -> str:
    """The group of the newest Child SA, else what `child-pfs` demands of the next one.

    The first Child SA of an IKE SA is made without (RFC 7296 section 1.2), and the manual prints a group
    beside an SA that has made no other (message IDs 2 and 0).
    """
    group = sa.children[-1].key_exchange if sa.children else KeyExchangeId.NONE
    if group != KeyExchangeId.NONE:
        return group_name(group)
    demanded = tunnel.ipsec.algorithms.key_exchanges if isinstance(tunnel, Ikev2Tunnel) else ()
    if not demanded or KeyExchangeId.NONE in demanded:
        return "disable"
    return ", ".join(group_name(one) for one in demanded)


def _nat(sa: IkeSaStatus) -> list[str]:
    if sa.nat is NatSide.NONE:
        return []
    lines = [f"    NAT detection : {_NAT[sa.nat]}"]
    if sa.nat_keepalive is not None:
        lines.append(f"    NAT-T keepalive interval[sec] : {sa.nat_keepalive}")
    return lines


def _children(sa: IkeSaStatus) -> list[str]:
    if not sa.children:
        return []
    rows = [
        f"      ESP  {esp_spi(c.sa.spi_in)} {esp_spi(c.sa.spi_out)} {max(0, int(c.remaining))}"
        for c in sa.children
    ]
    return ["    Child", "      Prot SPI(IN)    SPI(OUT)   Lifetime[sec]", *rows]
