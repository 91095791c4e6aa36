"""The INFORMATIONAL exchange (RFC 7296 section 1.4): delete, liveness, errors without exchange."""

from collections.abc import Sequence

from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.v2 import children
from kakehashi.ike.v2.children import Child, ChildState
from kakehashi.ike.v2.contents import Contents
from kakehashi.ike.v2.failures import tell_failure
from kakehashi.ike.v2.ike_sa import IkeSa
from kakehashi.ike.v2.states import State, Step
from kakehashi.wire.registry.ikev2 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v2.delete import Delete
from kakehashi.wire.v2.notify import Notify
from kakehashi.wire.v2.payloads import Payload

_YOUTH = 5.0  # seconds
_MAX_EARLY = 64  # Deletes that may have overtaken an answer; no honest peer sends more than a few

DELETED_BY_PEER = "the peer deleted it"


class DeleteIkeSa:
    """Tell the peer that the IKE SA ends, and wait for the answer (V2-34). `notify`: the error behind it.

    `for_good`: so must one that takes over before this one's turn has come.
    """

    kind = ExchangeType.INFORMATIONAL
    concerns_child = False

    def __init__(self, reason: str, notify: NotifyType | None = None, *, for_good: bool = False) -> None:
        self._reason = reason
        self._notify = notify
        self.for_good = for_good

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if sa.state is State.DELETING:
            return None
        if not sa.policy.send_delete and self._notify is None:
            sa.close(self._reason, now)
            return None
        sa.advance(Step.DELETE_SENT)
        sa.end_reason = self._reason
        sa.abandon_waiting(self._reason, now)
        if self._notify is not None:
            return [Notify(self._notify), Delete(ProtocolId.IKE)]
        return [Delete(ProtocolId.IKE)]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        sa.close(self._reason, now)

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """The end is the same without an answer."""


class DeleteChild:
    """Tell the peer that a Child SA ends."""

    kind = ExchangeType.INFORMATIONAL
    concerns_child = True

    def __init__(self, child: Child, reason: str) -> None:
        self.child = child
        self._reason = reason

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if self.child.spi_in not in sa.children:
            return None
        return [Delete(self.child.suite.protocol, (self.child.spi_in.to_bytes(4, "big"),))]

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        children.remove(sa, self.child, self._reason)

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """It goes with the IKE SA."""


class Liveness:
    """Is the peer there? An empty request (RFC 7296 section 2.4), or one with a Notify worth telling."""

    kind = ExchangeType.INFORMATIONAL
    concerns_child = False

    def __init__(self, notify: Notify | None = None) -> None:
        self._notify = notify

    def request(self, sa: IkeSa, now: float) -> Sequence[Payload] | None:
        if self._notify is not None:
            return [self._notify]
        sa.tell(Level.INFO, EventName.DPD, f"{sa.peer} is asked whether it is alive")
        return []

    def response(self, sa: IkeSa, contents: Contents, now: float) -> None:
        if self._notify is None:
            sa.tell(Level.INFO, EventName.DPD, f"{sa.peer} is alive")

    def failed(self, sa: IkeSa, why: str | None, now: float) -> None:
        """The end of the IKE SA is told by itself."""


def delete_child(sa: IkeSa, child: Child, reason: str, now: float) -> None:
    """End a Child SA. Where no Delete is to be sent it lives on to the end of its lifetime (V2-15)."""
    if not sa.policy.send_delete:
        child.state = ChildState.REPLACED
        child.rekey_at = None
        return
    if child.state is not ChildState.DELETING:
        child.state = ChildState.DELETING
        child.rekey_at = None
        sa.begin(DeleteChild(child, reason), now)


def deletes_ike_sa(contents: Contents) -> bool:
    """Does the message end the IKE SA?"""
    return any(delete.protocol == ProtocolId.IKE for delete in contents.all(Delete))


def respond(sa: IkeSa, contents: Contents, now: float) -> tuple[list[Payload], str]:
    """The responder's part: the payloads of the answer, and why the IKE SA ends after it, or ""."""
    answer: list[Payload] = []
    end = ""
    deleted: dict[ProtocolId, list[bytes]] = {}
    for delete in contents.all(Delete):
        if delete.protocol == ProtocolId.IKE:
            # "It MUST reply as usual, and forget about its own" delete or rekey (section 2.25.2).
            end = DELETED_BY_PEER
        elif delete.protocol in (ProtocolId.ESP, ProtocolId.AH):
            deleted.setdefault(delete.protocol, []).extend(_delete_children(sa, delete.spis))
    answer += [Delete(protocol, tuple(spis)) for protocol, spis in deleted.items() if spis]
    for notify in contents.notifies:
        if notify.type.is_error:
            end = _error(sa, notify, now) or end
    return answer, end


def _delete_children(sa: IkeSa, spis: Sequence[bytes]) -> list[bytes]:
    """Our inbound SPIs of the pairs that go, but for those in our own Delete under way (section 1.4.1)."""
    ours: list[bytes] = []
    for spi in spis:
        child = children.by_peer_spi(sa, spi)
        if child is None:
            # The answer to our CREATE_CHILD_SA may have been overtaken by the Delete of what it made.
            exchange = sa.exchange
            makes_child = (
                exchange and exchange.concerns_child and exchange.kind is ExchangeType.CREATE_CHILD_SA
            )
            if makes_child and len(sa.early_deletes) < _MAX_EARLY:
                sa.early_deletes.add(int.from_bytes(spi, "big"))
            continue
        under_way = isinstance(sa.exchange, DeleteChild) and sa.exchange.child is child
        if not under_way:
            ours.append(child.spi_in.to_bytes(4, "big"))
        children.remove(sa, child, DELETED_BY_PEER)
    return ours


def _error(sa: IkeSa, notify: Notify, now: float) -> str:
    """An error outside of its exchange: why the IKE SA ends by it, or ""."""
    if notify.type == NotifyType.AUTHENTICATION_FAILED:
        sentence = f"the peer does not believe that we are {sa.local_identity}: compare identities and keys"
        tell_failure(sa, "IKE_AUTH", notify.type.name, sentence)
        return "the peer refuses our authentication"
    if notify.type == NotifyType.INVALID_SYNTAX:
        return "the peer could not read our message (INVALID_SYNTAX)"
    if notify.type == NotifyType.INVALID_SPI and len(notify.data) == 4:
        # The peer has lost the SA that we send to: it makes no sense to keep ours.
        number = int.from_bytes(notify.data, "big")
        child = next((c for c in sa.children.values() if c.spi_out == number), None)
        # A packet may have overtaken the message that made the Child SA: of a young one this proves nothing.
        grown = child is not None and now - child.born > _YOUTH
        if child is not None and grown and child.state is ChildState.INSTALLED:
            delete_child(sa, child, "the peer does not know it (INVALID_SPI)", now)
        return ""
    sa.tell(Level.INFO, EventName.NOTIFY_RECEIVED, f"{sa.peer} tells {notify.type.name}")
    return ""
