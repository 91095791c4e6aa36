"""What comes between phase 1 and phase 2 of remote access: XAUTH, then mode configuration.

A server asks its client for a name before anything else; a client that has been asked asks for an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.ike.drops import Drop
from kakehashi.ike.effects import AddressAssigned, EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.v1 import mode_config, xauth
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.establish import come_up
from kakehashi.ike.v1.exchange import MAX_EXCHANGES, Received
from kakehashi.ike.v1.failures import policy_text, tell_failure
from kakehashi.ike.v1.isakmp_sa import IsakmpSa, State
from kakehashi.ike.v1.mode_config import Assigned
from kakehashi.ike.v1.transaction import Answer, Answered, Question, Unanswered
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import RemoteAccess
from kakehashi.model.status import NatSide, Role
from kakehashi.wire.registry.ikev1 import AuthenticationMethod, ConfigurationType, ProtocolId, XauthStatus
from kakehashi.wire.registry.ikev1 import ConfigurationAttribute as Name
from kakehashi.wire.v1.configuration import Configuration
from kakehashi.wire.v1.delete import Delete

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

# How long a client that has a login, but no agreement about it, waits to be asked.
MAY_BE_ASKED = 2.0


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who has an address of a pool: a user of one host. Behind a NAT the port tells hosts apart."""

    peer: str
    identity: Identity | None
    user: str
    address: str


def begin(sa: IsakmpSa, now: float) -> None:
    """Phase 1 is over: whatever comes before phase 2, and then the SA is up."""
    access = known(sa.peer).remote_access
    if access is None:
        come_up(sa, now)
    elif _asks(access):
        sa.state = State.CONFIGURING
        _ask(sa, xauth.request(_identifier(sa)), _logged_in, _silent, now)
    elif access.login is not None and (_must_log_in(sa) or sa.features.xauth):
        sa.state = State.CONFIGURING
        sa.patience_until = now + (sum(sa.waits) if _must_log_in(sa) else MAY_BE_ASKED)
    else:
        _ask_for_address(sa, now)


def accept(sa: IsakmpSa, received: Received, now: float) -> None:
    """The first message of a transaction that the peer begins."""
    if len(sa.exchanges) > MAX_EXCHANGES:
        sa.host.drop(Drop.TOO_MANY_EXCHANGES, received.path)
        return
    Answer(received.message_id, _answer).receive(sa, received, now)


def out_of_patience(sa: IsakmpSa, now: float) -> None:
    """What a client waited for is there, or does not come: a failure if it was agreed on."""
    if sa.logged_in is False:
        _end(sa, "the server does not take our user name or password", now)
    elif sa.state is not State.CONFIGURING:
        return
    elif sa.logged_in is None and _must_log_in(sa):
        fail(sa, "timeout", "the server has not asked for our user name, or has not said what it thinks", now)
    else:
        _ask_for_address(sa, now)


def fail(sa: IsakmpSa, cause: str, sentence: str, now: float) -> None:
    """There will be no phase 2."""
    tell_failure(sa, cause, f"{sentence} ({policy_text(known(sa.peer))})")
    sa.host.phase1_failed(sa, sentence, now)
    _end(sa, sentence, now)


def is_gone(host: Host, borrower: Borrower) -> bool:
    """Is there nothing left of what a borrower had with us?"""
    sas = host.sas_with(borrower.peer, borrower.identity)
    if any(_borrower(sa) == borrower for sa in sas):
        return False
    pairs = host.pairs.of_peer(borrower.peer, borrower.identity)
    return not any(borrower.address.startswith(str(pair.sa.path.remote.ip)) for pair in pairs)


# The server.


def _logged_in(sa: IsakmpSa, answer: Configuration, now: float) -> None:
    """The client has answered. What it hears is only yes or no."""
    peer = known(sa.peer)
    access = known(peer.remote_access)
    user = xauth.user_of(answer, access.users)
    if user is None:
        sentence = f"XAUTH of user {xauth.name_in(answer)!r} fails: the name or the password is wrong"
        tell_failure(sa, "XAUTH", f"{sentence} ({policy_text(peer)})", {"field": "user"})
        sa.host.phase1_failed(sa, sentence, now)
        status = xauth.status(_identifier(sa), False)
        _ask(sa, status, lambda s, _, n: _end(s, sentence, n), lambda s, n: _end(s, sentence, n), now)
        return
    sa.user = user.name
    sa.tell(Level.NOTICE, EventName.LOGIN, f"user {user.name!r} of {sa.peer_text} has logged in")
    _ask(sa, xauth.status(_identifier(sa), True), lambda s, _, n: come_up(s, n), _silent, now)


def _lend(sa: IsakmpSa) -> Assigned | None:
    """An address of the pool, for a client that may have one."""
    peer = known(sa.peer)
    pool = None if peer.remote_access is None else peer.remote_access.pool
    if pool is None:
        return None
    address = sa.host.pools.lend(peer.name, pool, _borrower(sa))
    if address is None:
        message = f"{sa.peer_text} gets no address, all of {pool.network} are lent ({policy_text(peer)})"
        sa.tell(Level.ERROR, EventName.ADDRESS_ASSIGNED, message)
        return None
    sa.lent = address
    given = Assigned(address, pool.dns, pool.split)
    _assigned(sa, given, False)
    return given


def _borrower(sa: IsakmpSa) -> Borrower:
    remote = sa.path.remote
    place = str(remote) if NatSide.REMOTE in sa.nat else str(remote.ip)
    return Borrower(known(sa.peer).name, sa.peer_identity, sa.user, place)


# The client.


def _answer(sa: IsakmpSa, question: Configuration, now: float) -> Configuration | None:
    """What a transaction of the peer is answered with; None: nothing, it is not its turn."""
    access = known(sa.peer).remote_access
    is_request = question.type == ConfigurationType.REQUEST
    if xauth.is_about(question):
        if access is None or access.login is None:
            return xauth.cannot(question) if is_request else None
        return _log_in(sa, question, access, now) if is_request else _told_status(sa, question, now)
    if is_request:
        if sa.state is not State.ESTABLISHED:
            return None
        return mode_config.reply(question, _lend(sa) if mode_config.asks_for_address(question) else None)
    pushed = mode_config.assigned(question)
    if access is not None and access.wants_address and pushed is not None:
        _assigned(sa, pushed, True)
    return mode_config.acknowledge(question)


def _log_in(sa: IsakmpSa, question: Configuration, access: RemoteAccess, now: float) -> Configuration | None:
    login = known(access.login)
    answer = xauth.reply(question, login)
    if sa.state is State.CONFIGURING:
        # Now the server thinks about it.
        sa.patience_until = now + sum(sa.waits)
    return xauth.cannot(question) if answer is None else answer


def _told_status(sa: IsakmpSa, told: Configuration, now: float) -> Configuration:
    status = told.get(Name.XAUTH_STATUS)
    access = known(known(sa.peer).remote_access)
    login = known(access.login)
    sa.logged_in = status is not None and status.number == XauthStatus.OK
    # The acknowledgement goes first, then what comes next.
    sa.patience_until = now
    if sa.logged_in:
        sa.user = login.name
        sa.tell(Level.NOTICE, EventName.LOGIN, f"{sa.peer_text} has let user {login.name!r} in")
    else:
        sentence = f"the server refuses user {login.name!r}: compare name and password"
        tell_failure(sa, "XAUTH", f"{sentence} ({policy_text(known(sa.peer))})", {"field": "user"})
        sa.host.phase1_failed(sa, sentence, now)
    return mode_config.acknowledge(told)


def _ask_for_address(sa: IsakmpSa, now: float) -> None:
    access = known(known(sa.peer).remote_access)
    if not access.wants_address:
        come_up(sa, now)
        return
    sa.state = State.CONFIGURING
    question = mode_config.request(_identifier(sa), sa.features.unity)
    _ask(sa, question, _got_address, _silent, now)


def _got_address(sa: IsakmpSa, answer: Configuration, now: float) -> None:
    given = mode_config.assigned(answer)
    if given is None:
        fail(sa, "mode configuration", "the server gives us no address", now)
        return
    _assigned(sa, given, True)
    come_up(sa, now)


# Both.


def _ask(
    sa: IsakmpSa, question: Configuration, answered: Answered, unanswered: Unanswered, now: float
) -> None:
    sa.begin(Question(sa.new_message_id(), question, answered, unanswered), now)


def _silent(sa: IsakmpSa, now: float) -> None:
    fail(sa, "timeout", f"{sa.peer_text} does not answer XAUTH or mode configuration", now)


def _assigned(sa: IsakmpSa, given: Assigned, is_ours: bool) -> None:
    if is_ours:
        sa.borrowed = given.address
    who = "we have" if is_ours else f"{sa.peer_text} has"
    details = {"address": str(given.address), "user": sa.user}
    sa.tell(Level.NOTICE, EventName.ADDRESS_ASSIGNED, f"{who} the address {given.address}", details)
    peer, dns, split = known(sa.peer).name, given.dns, given.split
    effect = AddressAssigned(peer, sa.tunnel_name, sa.path, given.address, is_ours, dns, split, sa.user)
    sa.host.emit(effect)


def _end(sa: IsakmpSa, reason: str, now: float) -> None:
    """The SA ends, and the peer is told."""
    cookies = sa.initiator_cookie + sa.responder_cookie
    send_notice(sa, [Delete(ProtocolId.ISAKMP, (cookies,))], now)
    sa.close(reason, now)


def _asks(access: RemoteAccess) -> bool:
    """Are we the server, whose clients have to log in?"""
    return bool(access.users) and access.login is None


def _must_log_in(sa: IsakmpSa) -> bool:
    """Is it agreed that we log in (draft-beaulieu-ike-xauth-02 section 7.2)?"""
    by_us = {
        Role.INITIATOR: AuthenticationMethod.XAUTH_INIT_PRE_SHARED,
        Role.RESPONDER: AuthenticationMethod.XAUTH_RESP_PRE_SHARED,
    }
    return known(sa.suite).authentication == by_us[sa.role]


def _identifier(sa: IsakmpSa) -> int:
    return int.from_bytes(sa.host.entropy(2), "big")
