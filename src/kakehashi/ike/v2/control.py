"""What the driver wants of the IKE SAs: begin, end, change, look after."""

from collections.abc import Iterable

from kakehashi.ike.effects import Event, EventName, Level, Send
from kakehashi.ike.names import placed
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2 import contact, dispatch, signature
from kakehashi.ike.v2.children import Child, ChildState
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.create_child_sa import NewChild, RekeyChild
from kakehashi.ike.v2.exchange import Disregarded
from kakehashi.ike.v2.failures import tunnel_text
from kakehashi.ike.v2.host import Host
from kakehashi.ike.v2.ike_auth import own_identity
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.ike_sa_init import NO_SPI, IkeSaInit
from kakehashi.ike.v2.informational import DeleteIkeSa, Liveness
from kakehashi.ike.v2.proposals import child_allowed, ike_allowed
from kakehashi.ike.v2.selectors import carries
from kakehashi.ike.v2.states import State
from kakehashi.model.address import Path, SocketAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.status import NatSide, Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.errors import WireError
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.message import Message, decode, encode
from kakehashi.wire.v2.notify import Notify


def initiate(
    host: Host, tunnel: Ikev2Tunnel, path: Path, trigger: Trigger | None, now: float
) -> IkeSa | None:
    """Begin what is missing to carry the packets. The IKE SA concerned; None if nothing can begin."""
    problem = _unusable(host, tunnel)
    if problem:
        _tell_unusable(host, tunnel, path, problem)
        return None
    sas = [sa for sa in host.sas_of(tunnel.interface) if contact.is_of_peer(sa, tunnel, path.remote.ip)]
    own = [sa for sa in sas if sa.role is Role.INITIATOR or sa.is_up]
    standing = next((sa for sa in own if sa.is_up), None)
    if standing is not None:
        if not _has_child(standing, trigger) and not _is_making(standing):
            standing.begin(NewChild(tunnel, trigger), now)
        return standing
    beginning = next((sa for sa in own if sa.state in (State.INIT_SENT, State.AUTH_SENT)), None)
    if beginning is not None:
        return beginning
    sa = IkeSa(host, Role.INITIATOR, (host.new_ike_spi(), NO_SPI), path, tunnel.ike, tunnel, now)
    sa.local_identity = own_identity(sa, tunnel)
    host.add(sa)
    message = f"negotiation with {sa.peer} begins ({tunnel_text(tunnel)})"
    sa.tell(Level.NOTICE, EventName.NEGOTIATION_STARTED, message)
    sa.begin(IkeSaInit(tunnel.ike, trigger), now)
    return sa


def reconfigure(sa: IkeSa, gateway: Gateway, now: float) -> None:
    """Delete an SA whose tunnel is gone or has another peer; else its tunnel is the new one."""
    if sa.tunnel is None:
        return
    found = gateway.tunnel(sa.tunnel.interface)
    new = found.towards(sa.path.remote.ip) if isinstance(found, Ikev2Tunnel) else None
    if new is None:
        clear(sa, "its tunnel is no longer configured", now)
    elif not _same_ends(sa.tunnel, new):
        clear(sa, "its tunnel has another peer, identity or key now", now)
    else:
        sa.tunnel = new
        for child in sa.children.values():
            child.tunnel = new


def clear(sa: IkeSa, reason: str, now: float, at_once: bool = False) -> None:
    """End an IKE SA: with a Delete where the peer knows it and may be told. It stays until that is answered;
    `at_once`: here it counts for nothing from now on.
    """
    if sa.state in (State.INIT_SENT, State.AUTH_SENT, State.INIT_ANSWERED):
        sa.close(reason, now)
        return
    if at_once and not sa.policy.send_delete:
        sa.close(reason, now)
        return
    if at_once:
        _forget(sa, reason, now)
    if sa.state in (State.ESTABLISHED, State.REPLACED):
        sa.abandon_waiting(reason, now)
        sa.begin(DeleteIkeSa(reason, for_good=True), now)


def goodbye(sa: IkeSa, now: float) -> None:
    """The gateway ends: a Delete that waits neither for its turn nor for an answer."""
    if sa.sealer is not None and sa.state in (State.ESTABLISHED, State.REPLACED) and sa.policy.send_delete:
        message_id = sa.requests.next_id
        datagrams = sa.seal(ExchangeType.INFORMATIONAL, False, message_id, [Delete(ProtocolId.IKE)])
        sa.transmit(datagrams, sa.path, now)
    sa.close("the gateway shuts down", now)


def first_inbound(child: Child, sa: IkeSa) -> None:
    """Use a Child SA that the peer uses, unless it is on its way out."""
    if child.state is ChildState.INSTALLED and child.collision is None:
        sa.host.use_outbound(child)


def peer_moved(sa: IkeSa, remote: SocketAddress) -> None:
    """Follow a peer behind a NAT."""
    if NatSide.REMOTE in sa.nat and NatSide.LOCAL not in sa.nat and remote != sa.path.remote:
        dispatch.move(sa, Path(sa.path.local, remote, sa.path.interface))


def heir(gone: Child, children: Iterable[tuple[Child, IkeSa]]) -> int | None:
    """The Child SA that takes the place of one that packets left by: the youngest, if there is any."""
    place = gone.tunnel.interface, gone.sa.peer
    rest = [
        c
        for c, _ in children
        if (c.tunnel.interface, c.sa.peer) == place and c.state is not ChildState.DELETING
    ]
    return max(rest, key=lambda child: child.sa.serial_in).spi_in if rest else None


def tell_child_gone(sa: IkeSa, child: Child, reason: str) -> None:
    """The event of the end of a Child SA. If it has a successor, only those who look closely care."""
    level = Level.WARNING if child.successor is None else Level.DEBUG
    message = f"Child SA {child.spi_in:08x} with {sa.peer} is gone: {reason}"
    details = {"spi_in": f"{child.spi_in:08x}", "spi_out": f"{child.spi_out:08x}", "reason": reason}
    sa.tell(level, EventName.CHILD_SA_DELETED, message, details, "IPsec")


def unknown_spi(host: Host, sas: Iterable[IkeSa], spi: int, path: Path, now: float) -> IkeSa | None:
    """INVALID_SPI: under the IKE SA with the sender if there is one, else as a hint that proves nothing."""
    notify = Notify(NotifyType.INVALID_SPI, data=spi.to_bytes(4, "big"))
    here = [sa for sa in sas if sa.path.remote.ip == path.remote.ip]
    if any(sa.exchange is not None and sa.exchange.concerns_child for sa in here):
        # It may be the SPI that the peer is just told.
        return None
    for sa in here:
        if sa.is_up:
            if sa.requests.waiting is None and not sa.queue:
                sa.begin(Liveness(notify), now)
            return sa
    if any(sa.forgotten for sa in here):
        return None  # the Delete tells it all
    if host.may_answer(now):
        # One-way, with SPIs that mean nothing (RFC 7296 section 1.5).
        message = Message(NO_SPI, NO_SPI, ExchangeType.INFORMATIONAL, True, False, 0, (notify,))
        host.emit(Send(encode(message), path))
    return None


def stray_notify(host: Host, sas: Iterable[IkeSa], datagram: bytes, path: Path, now: float) -> None:
    """An unprotected INVALID_SPI: ask the peer it seems to come from whether it is alive."""
    try:
        notify = Contents(decode(datagram).payloads).notify(NotifyType.INVALID_SPI)
    except WireError:
        return
    if notify is None or len(notify.data) != 4:
        return
    number = int.from_bytes(notify.data, "big")
    for sa in sas:
        if sa.path.remote.ip == path.remote.ip and any(c.spi_out == number for c in sa.children.values()):
            dispatch.ask_whether_alive(sa, now)


def _forget(sa: IkeSa, reason: str, now: float) -> None:
    """Nothing passes by it and nothing begins under it any more. A request under way comes before the Delete;
    a rekey of the IKE SA among them hands the Delete on.
    """
    exchange = sa.exchange
    if exchange is not None and exchange.kind is ExchangeType.CREATE_CHILD_SA and exchange.concerns_child:
        sa.exchange = Disregarded(exchange.kind)
        exchange.failed(sa, reason, now)
    gone = list(sa.children.values())
    sa.children.clear()
    for child in gone:
        sa.host.remove_child(child, reason)
    sa.forgotten = True
    sa.rekey_at = None
    sa.end_reason = reason
    sa.tell_gone(reason)


def _has_child(sa: IkeSa, trigger: Trigger | None) -> bool:
    return any(
        child.state is not ChildState.DELETING
        and (trigger is None or carries(child.selectors, trigger.source, trigger.destination))
        for child in sa.children.values()
    )


def _is_making(sa: IkeSa) -> bool:
    """Is a new Child SA under way or waiting? A rekey makes none for other packets."""
    wishes = [sa.exchange, *sa.queue, *(exchange for _, exchange in sa.later)]
    return any(isinstance(x, NewChild) and not isinstance(x, RekeyChild) for x in wishes)


def _unusable(host: Host, tunnel: Ikev2Tunnel) -> str:
    local, peer, keyring = tunnel.local, tunnel.peer, host.keyring
    if local.method is AuthenticationMethod.SIGNATURE and keyring.own(local.certificates) is None:
        return signature.nothing_of_ours(local)
    if peer.method is AuthenticationMethod.SIGNATURE and not keyring.trusted(peer.certificates):
        return signature.nobody_trusted(peer)
    for credentials in (local, peer):
        place = placed(str(credentials.identity), credentials.source)
        if credentials.method is not AuthenticationMethod.PSK:
            continue
        if credentials.secret is None or not credentials.secret.octets:
            return f"no pre-shared key is configured for {place}"
    ike, child = ike_allowed(tunnel.ike.algorithms), child_allowed(tunnel.ipsec.algorithms, False)
    if not all(values for shape in (*ike.shapes, *child.shapes) for values in shape.values()):
        return "a kind of algorithm has none that is supported"
    if not ike.shapes or not child.shapes:
        return "no cipher is supported"
    return ""


def _tell_unusable(host: Host, tunnel: Ikev2Tunnel, path: Path, problem: str) -> None:
    host.tell(
        Event(
            level=Level.ERROR,
            name=EventName.NEGOTIATION_FAILED,
            facility="ikev2",
            message=f"negotiation with peer {path.remote.ip} cannot begin: {problem} ({tunnel_text(tunnel)})",
            tunnel=tunnel.interface,
            path=path,
            details={"stage": "configuration", "cause": "unusable", "peer": str(path.remote.ip)},
        )
    )


def _same_ends(old: Ikev2Tunnel, new: Ikev2Tunnel) -> bool:
    return (old.peer_address, old.local, old.peer) == (new.peer_address, new.local, new.peer)
