"""`show isakmp sa`, `show ipsec sa`: one row of two lines for each SA (layout: see `names`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.dialects.awplus.show.names import (
    AUTHENTICATIONS,
    RULE,
    STATES,
    cipher_name,
    group_name,
    identity_name,
    integrity_name,
    page,
    row,
    seconds,
)
from kakehashi.model.address import IPAddress
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.status import IkeSaStatus, IsakmpSaStatus, NatSide, Status
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import KeyExchangeId


@dataclass(frozen=True, slots=True)
class PhaseOne:
    """An ISAKMP SA of either version, in the words of the device. `local`, `remote`: who both sides are."""

    tunnel: str
    peer: IPAddress
    cookies: str
    authentication: str
    version: int
    expires: str
    cipher: str
    integrity: str
    group: str
    dpd: bool
    nat: bool
    state: str
    local: str
    remote: str


@dataclass(frozen=True, slots=True)
class PhaseTwo:
    """An IPsec SA pair that either version made."""

    sa: ChildSa
    remaining: float
    group: KeyExchangeId

    @property
    def spis(self) -> str:
        """Inbound and outbound."""
        return f"{self.sa.spi_in:08x}:{self.sa.spi_out:08x}"


def isakmp_sas(status: Status, gateway: Gateway) -> Iterator[PhaseOne]:
    """Every ISAKMP SA, version 2 first."""
    for sa in status.ike_sas:
        yield _version_2(sa, gateway)
    for old in status.isakmp_sas:
        yield _version_1(old, gateway)


def ipsec_sas(status: Status) -> Iterator[PhaseTwo]:
    """Every pair of IPsec SAs."""
    for sa in status.ike_sas:
        for child in sa.children:
            yield PhaseTwo(child.sa, child.remaining, child.key_exchange)
    for pair in status.ipsec_sas:
        yield PhaseTwo(pair.sa, pair.remaining, pair.pfs)


def render_isakmp(status: Status, gateway: Gateway) -> str:
    """The ISAKMP SAs."""
    lines = [
        RULE,
        row(("Peer", 17), ("Cookies (initiator:responder)", 35), ("Auth", 7), ("Ver", 6), ("Expires", 10)),
        row(("  Encryption", 17), ("Integrity", 18), ("Group", 8), ("DPD", 6), ("NATT", 6), ("State", 12)),
        RULE,
    ]
    for sa in isakmp_sas(status, gateway):
        lines += [
            row(
                (sa.peer, 17),
                (sa.cookies, 35),
                (sa.authentication, 7),
                (sa.version, 6),
                (sa.expires, 10),
            ),
            row(
                (f"  {sa.cipher}", 17),
                (sa.integrity, 18),
                (sa.group, 8),
                (yes_no(sa.dpd), 6),
                (yes_no(sa.nat), 6),
                (sa.state, 12),
            ),
        ]
    return page(lines)


def render_ipsec(status: Status) -> str:
    """The IPsec SAs."""
    lines = [
        RULE,
        row(("Peer", 17), ("SPI (in:out)", 26), ("Mode", 10), ("Proto", 8), ("Expires", 10)),
        row(("  Encryption", 17), ("Integrity", 18), ("PFS", 8)),
        RULE,
    ]
    for pair in ipsec_sas(status):
        sa = pair.sa
        lines += [
            row(
                (sa.path.remote.ip, 17),
                (pair.spis, 26),
                (sa.mode.value, 10),
                ("ESP", 8),
                (seconds(pair.remaining), 10),
            ),
            row(
                (f"  {cipher_name(sa.cipher)}", 17),
                (integrity_name(sa.cipher, sa.integrity), 18),
                (group_name(pair.group), 8),
            ),
        ]
    return page(lines)


def yes_no(value: bool) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


def _version_2(sa: IkeSaStatus, gateway: Gateway) -> PhaseOne:
    tunnel = gateway.tunnel(sa.tunnel)
    method = tunnel.local.method if isinstance(tunnel, Ikev2Tunnel) else AuthenticationMethod.PSK
    return PhaseOne(
        tunnel=sa.tunnel,
        peer=sa.path.remote.ip,
        cookies=f"{sa.spi_i.hex()}:{sa.spi_r.hex()}",
        authentication=AUTHENTICATIONS[method],
        version=2,
        expires=seconds(sa.remaining),
        cipher=cipher_name(sa.cipher),
        integrity=integrity_name(sa.cipher, sa.integrity),
        group=group_name(sa.key_exchange),
        dpd=sa.dpd_interval is not None,
        nat=sa.nat is not NatSide.NONE,
        state=STATES[sa.state],
        local=identity_name(sa.local_identity),
        remote=identity_name(sa.peer_identity),
    )


def _tunnel_of(peer: str, gateway: Gateway) -> str:
    """The tunnel that phase 1 with a peer is made for; "" if there is none."""
    if gateway.tunnel(peer):
        return peer
    named = (t.interface for t in gateway.tunnels if isinstance(t, Ikev1Tunnel) and peer in t.peers)
    return next(named, "")


def _version_1(sa: IsakmpSaStatus, gateway: Gateway) -> PhaseOne:
    return PhaseOne(
        tunnel=_tunnel_of(sa.peer, gateway),
        peer=sa.path.remote.ip,
        cookies=f"{sa.initiator_cookie.hex()}:{sa.responder_cookie.hex()}",
        authentication=AUTHENTICATIONS[sa.authentication] if sa.authentication else "-",
        version=1,
        expires=seconds(sa.remaining),
        cipher=cipher_name(sa.cipher),
        integrity=integrity_name(sa.cipher, sa.hash),
        group=group_name(sa.group),
        dpd=sa.dpd,
        nat=sa.nat is not NatSide.NONE,
        state=STATES[sa.state],
        local=identity_name(sa.local_identity),
        remote=identity_name(sa.peer_identity),
    )
