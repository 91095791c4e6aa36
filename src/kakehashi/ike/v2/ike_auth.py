"""The IKE_AUTH exchange (RFC 7296 section 1.2): who the two are, and the first Child SA."""

import hmac
from collections.abc import Sequence

from kakehashi.crypto.key_schedule import auth_psk, signed_octets
from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.known import known
from kakehashi.ike.names import placed
from kakehashi.ike.trigger import Trigger
from kakehashi.ike.v2 import child_negotiation, children, contact, signature
from kakehashi.ike.v2.child_negotiation import single_pair
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.create_child_sa import NewChild
from kakehashi.ike.v2.failures import refused_by_peer, tell_failure, tunnel_text
from kakehashi.ike.v2.ike_sa import IkeSa, InitMessages
from kakehashi.ike.v2.informational import DeleteIkeSa
from kakehashi.ike.v2.proposals import describe_suite
from kakehashi.ike.v2.refusal import Refusal
from kakehashi.ike.v2.states import State, Step
from kakehashi.ike.v2.transport_mode import policy_pair
from kakehashi.model.identity import Authentication as Credentials
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.status import Role
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import AuthMethod, ExchangeType, IdType, NotifyType
from kakehashi.wire.v2.authentication import Authentication
from kakehashi.wire.v2.identification import (
    Identification,
    IdentificationInitiator,
    IdentificationResponder,
)
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload

__all__ = ["IkeAuth", "Trigger", "respond"]


class IkeAuth:
    """Our IKE_AUTH request and what comes back."""

    kind = ExchangeType.IKE_AUTH
    concerns_child = True

    def __init__(self, trigger: Trigger | None) -> None:
        self._trigger = trigger
        self._spi_in = 0

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        tunnel = known(sa.tunnel)
        if _is_up_otherwise(sa):
            # The peer was quicker: what it began has come up while ours was under way.
            sa.exchange = None
            sa.close("the tunnel is up by an IKE SA that the peer began", now)
            return None
        sa.local_identity = own = own_identity(sa, tunnel)
        identity = IdentificationInitiator(own.type, own.data)
        try:
            certificates, proof = _prove(sa, tunnel.local, identity, by_initiator=True)
        except Refusal as refusal:
            tell_failure(sa, "IKE_AUTH", refusal.notify.name, refusal.sentence, refusal.details)
            sa.exchange = None
            sa.close("we cannot prove who we are", now)
            return None
        self._spi_in = sa.host.new_esp_spi()
        payloads: list[Payload] = [identity, *certificates]
        if sa.policy.send_initial_contact:
            payloads.append(Notify(NotifyType.INITIAL_CONTACT))
        payloads += signature.request(sa, sa.host.peer_certificates(tunnel))
        if not tunnel.peer.anybody:
            payloads.append(IdentificationResponder(tunnel.peer.identity.type, tunnel.peer.identity.data))
        payloads.append(proof)
        proposals, selectors = child_negotiation.propose(tunnel, self._spi_in, policy_pair(sa, tunnel), False)
        return [*payloads, *proposals, *selectors]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        error = contents.error
        identity = contents.maybe(IdentificationResponder)
        auth = contents.maybe(Authentication)
        if error is not None and (identity is None or auth is None):
            tell_failure(sa, "IKE_AUTH", error.type.name, refused_by_peer(error.type, self._offered(sa)))
            sa.close(f"the peer answers {error.type.name}", now)
            return
        try:
            self._verify(sa, contents)
        except Refusal as refusal:
            tell_failure(sa, "IKE_AUTH", refusal.notify.name, refusal.sentence, refusal.details)
            sa.begin(DeleteIkeSa("the peer could not prove who it is", refusal.notify), now)
            return
        establish(sa, now)
        self._first_child(sa, contents, error, now)

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        if why is not None:
            tell_failure(sa, "IKE_AUTH", "ended", why)
            return
        remote = sa.path.remote
        sentence = f"no answer in {sa.waits_total:g} s at {remote}: is UDP port {remote.port} filtered?"
        tell_failure(sa, "IKE_AUTH", "timeout", sentence)

    def _verify(self, sa: IkeSa, contents: Contents) -> None:
        tunnel = known(sa.tunnel)
        payload = contents.one(IdentificationResponder)
        identity = Identity(payload.id_type, payload.data)
        if not tunnel.peer.may_be(identity):
            expected = placed(f"{tunnel.interface} expects {tunnel.peer.identity}", tunnel.peer.source)
            details = {"field": "identity", "offered": str(identity), "allowed": str(tunnel.peer.identity)}
            sentence = f"{sa.peer} says it is {identity}; {expected}"
            raise Refusal(NotifyType.AUTHENTICATION_FAILED, sentence, details=details)
        _check_auth(sa, tunnel, payload, contents, by_initiator=False)
        sa.peer_identity = identity

    def _first_child(self, sa: IkeSa, contents: Contents, error: Notify | None, now: float) -> None:
        tunnel = known(sa.tunnel)
        pair = policy_pair(sa, tunnel)
        try:
            if error is not None:
                raise Refusal(error.type, refused_by_peer(error.type, self._offered(sa)))
            chosen, answered = child_negotiation.accepted(sa, tunnel, contents, pair, False)
        except Refusal as refusal:
            if refusal.notify == NotifyType.SINGLE_PAIR_REQUIRED:
                _clear_init(sa)
                sa.begin(NewChild(tunnel, self._trigger, single_pair(pair, self._trigger)), now)
                return
            tell_failure(sa, "IKE_AUTH (Child SA)", refusal.notify.name, refusal.sentence, refusal.details)
            # An IKE SA that carries nothing is of no use to the one who wanted a tunnel.
            sa.begin(DeleteIkeSa("its first Child SA could not be made"), now)
            return
        agreed = children.Agreed(
            tunnel=tunnel,
            suite=chosen.child_suite(),
            selectors=answered,
            spi_in=self._spi_in,
            spi_out=int.from_bytes(chosen.spi, "big"),
            ni=sa.init.ni,
            nr=sa.init.nr,
            is_initiator=True,
        )
        children.tell_created(sa, children.create(sa, agreed, True, now))
        _clear_init(sa)
        contact.settle(sa, now)

    def _offered(self, sa: IkeSa) -> dict[str, str]:
        tunnel = known(sa.tunnel)
        return child_negotiation.offered(tunnel, policy_pair(sa, tunnel), False) | {
            "local": placed(str(own_identity(sa, tunnel)), tunnel.local.source),
            "remote": placed(str(tunnel.peer.identity), tunnel.peer.source),
            "proof": "certificate" if tunnel.local.method is AuthenticationMethod.SIGNATURE else "key",
        }


def respond(sa: IkeSa, contents: Contents, now: float) -> list[Payload]:
    """The responder's part. Refusal if the peer is not who it should be: then the IKE SA has to go.

    Waiting: whether its certificate is good is not known yet; the request is to be given again then.
    """
    payload = contents.one(IdentificationInitiator)
    wanted = contents.maybe(IdentificationResponder)
    if contents.maybe(Authentication) is None:
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, f"{sa.peer} wants EAP, which is not supported yet")
    tunnel = _tunnel_of(sa, Identity(payload.id_type, payload.data), wanted)
    _check_auth(sa, tunnel, payload, contents, by_initiator=True)
    signature.heed(sa, contents)
    sa.tunnel, sa.policy = tunnel, tunnel.ike
    sa.local_identity = own_identity(sa, tunnel)
    sa.peer_identity = Identity(payload.id_type, payload.data)
    identity = IdentificationResponder(sa.local_identity.type, sa.local_identity.data)
    certificates, proof = _prove(sa, tunnel.local, identity, by_initiator=False)
    establish(sa, now)
    if contents.notify(NotifyType.INITIAL_CONTACT) is not None:
        contact.drop_older(sa, now)
    contact.drop_surplus(sa, now)
    answer: list[Payload] = [identity, *certificates, proof, *_answer_child(sa, tunnel, contents, now)]
    _clear_init(sa)
    contact.settle(sa, now)
    return answer


def own_identity(sa: IkeSa, tunnel: Ikev2Tunnel) -> Identity:
    """Who we are to the peer of an SA."""
    if tunnel.local.by_subject:
        own = sa.host.keyring.own(tunnel.local.certificates, sa.wanted_authorities)
        if own is not None:
            # RFC 7296 section 3.5: the name in DER.
            return Identity(IdType.ID_DER_ASN1_DN, own.certificate.subject.public_bytes())
    if tunnel.local.by_address:
        return Identity.of_address(sa.path.local.ip)
    return tunnel.local.identity


def establish(sa: IkeSa, now: float) -> None:
    """Both sides are known to each other."""
    sa.advance(Step.AUTHENTICATED)
    sa.authenticated_at = now
    sa.start_lifetime(now)
    sa.host.proven(sa)
    identity = str(sa.peer_identity)
    sa.tell(
        Level.WARNING,
        EventName.IKE_SA_ESTABLISHED,
        f"IKE SA with {sa.peer} ({identity}) is established: {describe_suite(known(sa.suite))}",
        {"role": sa.role.value, "peer_identity": identity},
    )


def _answer_child(sa: IkeSa, tunnel: Ikev2Tunnel, contents: Contents, now: float) -> list[Payload]:
    """The first Child SA, or why not: the IKE SA stands either way (RFC 7296 section 1.2)."""
    try:
        chosen, pair = child_negotiation.answer(sa, tunnel, contents, False)
    except Refusal as refusal:
        tell_failure(sa, "IKE_AUTH (Child SA)", refusal.notify.name, refusal.sentence, refusal.details)
        return [refusal.payload()]
    agreed = children.Agreed(
        tunnel=tunnel,
        suite=chosen.child_suite(),
        selectors=pair,
        spi_in=sa.host.new_esp_spi(),
        spi_out=int.from_bytes(chosen.spi, "big"),
        ni=sa.init.ni,
        nr=sa.init.nr,
        is_initiator=False,
    )
    sa.use_after_answer = children.create(sa, agreed, False, now)
    children.tell_created(sa, sa.use_after_answer)
    return child_negotiation.answer_payloads(sa, contents, chosen, agreed)


def _tunnel_of(sa: IkeSa, peer: Identity, wanted: Identification | None) -> Ikev2Tunnel:
    """The tunnel whose peer has this identity; among several the one that is what the peer wants us to be."""
    named = sa.host.candidates_of(sa.path, peer)
    if not named:
        candidates = sa.host.candidates(sa.path)
        expected = "; ".join(
            f"{placed(t.interface, t.peer.source or t.source)} expects {t.peer.identity}" for t in candidates
        )
        sentence = f"{sa.peer} says it is {peer}, which no tunnel knows: {expected or 'there is none for it'}"
        allowed = "; ".join(str(t.peer.identity) for t in candidates)
        details = {"field": "identity", "offered": str(peer), "allowed": allowed}
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, sentence, details=details)
    if wanted is None:
        return named[0]
    identity = Identity(wanted.id_type, wanted.data)
    for tunnel in named:
        if own_identity(sa, tunnel) == identity:
            return tunnel
    ours = "; ".join(
        f"{placed(t.interface, t.local.source or t.source)} is {own_identity(sa, t)}" for t in named
    )
    allowed = "; ".join(str(own_identity(sa, t)) for t in named)
    details = {"field": "own identity", "offered": str(identity), "allowed": allowed}
    sentence = f"{sa.peer} ({peer}) wants to talk to {identity}; {ours}"
    raise Refusal(NotifyType.AUTHENTICATION_FAILED, sentence, details=details)


def _prove(
    sa: IkeSa, who: Credentials, identity: Identification, *, by_initiator: bool
) -> tuple[list[Payload], Authentication]:
    """Our certificates, if any, and our AUTH. Refusal if the configuration has not what that needs."""
    if who.method is AuthenticationMethod.SIGNATURE:
        return signature.prove(sa, who, _signed(sa, identity, by_initiator))
    return [], Authentication(AuthMethod.SHARED_KEY_MIC, _auth(sa, who, identity, by_initiator))


def _check_auth(
    sa: IkeSa, tunnel: Ikev2Tunnel, payload: Identification, contents: Contents, *, by_initiator: bool
) -> None:
    peer, auth = tunnel.peer, contents.one(Authentication)
    by_key = auth.method == AuthMethod.SHARED_KEY_MIC
    if by_key is not (peer.method is AuthenticationMethod.PSK):
        expected = "a pre-shared key" if peer.method is AuthenticationMethod.PSK else "a signature"
        sentence = f"{sa.peer} authenticates by {auth.method.name}; {tunnel_text(tunnel)} expects {expected}"
        details = {"field": "authentication method", "offered": auth.method.name, "allowed": expected}
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, sentence, details=details)
    if not by_key:
        identity = Identity(payload.id_type, payload.data)
        signature.check(sa, tunnel, identity, contents, _signed(sa, payload, by_initiator))
        return
    if not hmac.compare_digest(auth.data, _auth(sa, peer, payload, by_initiator)):
        sentence = (
            f"the pre-shared key of {placed(str(peer.identity), peer.source)} for {tunnel_text(tunnel)} "
            f"is not the one that {sa.peer} uses: compare the keys on both sides"
        )
        details = {"field": "pre-shared key", "identity": str(peer.identity)}
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, sentence, details=details)


def _auth(sa: IkeSa, who: Credentials, payload: Identification, by_initiator: bool) -> bytes:
    """AUTH of one side (RFC 7296 section 2.15)."""
    # What everyone can compute proves nothing.
    if who.secret is None or not who.secret.octets:
        place = placed(str(who.identity), who.source)
        raise Refusal(NotifyType.AUTHENTICATION_FAILED, f"no pre-shared key is configured for {place}")
    return auth_psk(known(sa.prf), who.secret.octets, *_real_message(sa, by_initiator), payload.encode())


def _signed(sa: IkeSa, payload: Identification, by_initiator: bool) -> bytes:
    """What a side signs (RFC 7296 section 2.15)."""
    return signed_octets(known(sa.prf), *_real_message(sa, by_initiator), payload.encode())


def _real_message(sa: IkeSa, by_initiator: bool) -> tuple[bytes, bytes, bytes]:
    """A side's message of IKE_SA_INIT, the other side's nonce, and the side's SK_p."""
    keys, init = known(sa.keys), sa.init
    if by_initiator:
        return init.request, init.nr, keys.sk_pi
    return init.response, init.ni, keys.sk_pr


def _is_up_otherwise(sa: IkeSa) -> bool:
    return any(
        other is not sa
        and other.role is Role.RESPONDER
        and other.state is State.ESTABLISHED
        and other.children
        and other.authenticated_at is not None
        and other.authenticated_at >= sa.created
        for other in contact.with_same_peer(sa)
    )


def _clear_init(sa: IkeSa) -> None:
    """The messages have served; the nonces still decide between two SAs."""
    sa.init = InitMessages(ni=sa.init.ni, nr=sa.init.nr)
