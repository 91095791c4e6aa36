"""How the last negotiation of each tunnel failed, until it has an SA again."""

from collections import OrderedDict
from datetime import datetime
from typing import TypeVar

from kakehashi.ike.effects import Event
from kakehashi.model.address import IPAddress
from kakehashi.model.status import FailureStatus
from kakehashi.model.tunnel import Tunnel

STRANGERS = 100  # addresses of peers that no tunnel could be found for
PEERS = 4096  # of tunnels that have many
_Key = TypeVar("_Key")


class Failures:
    """Of a peer that could not be assigned to a tunnel, by its address: the tunnel with that peer asks."""

    def __init__(self) -> None:
        self._of_tunnel: dict[str, FailureStatus] = {}
        self._of_address: OrderedDict[IPAddress, FailureStatus] = OrderedDict()
        self._of_peer: OrderedDict[tuple[str, IPAddress], FailureStatus] = OrderedDict()

    def note(self, event: Event, time: datetime) -> None:
        """A negotiation failed."""
        details = event.details
        failure = FailureStatus(
            time=time,
            stage=str(details.get("stage", "")),
            cause=str(details.get("cause", "")),
            message=event.message,
            field=str(details.get("field", "")),
            offered=str(details.get("offered", "")),
            allowed=str(details.get("allowed", "")),
        )
        if event.tunnel:
            self._of_tunnel[event.tunnel] = failure
            if event.path is not None:
                _remember(self._of_peer, (event.tunnel, event.path.remote.ip), failure, PEERS)
        elif event.path is not None:
            _remember(self._of_address, event.path.remote.ip, failure, STRANGERS)

    def mended(self, tunnel: str, peer: IPAddress) -> None:
        """There is an SA now."""
        self._of_tunnel.pop(tunnel, None)
        self._of_address.pop(peer, None)
        self._of_peer.pop((tunnel, peer), None)

    def forget(self, tunnel: str) -> None:
        """The tunnel is no longer configured."""
        self._of_tunnel.pop(tunnel, None)
        for key in [key for key in self._of_peer if key[0] == tunnel]:
            del self._of_peer[key]

    def last(self, tunnel: str) -> str:
        """The sentence of its last failure, "" without one."""
        failure = self._of_tunnel.get(tunnel)
        return failure.message if failure else ""

    def of(self, tunnel: Tunnel, has_sa: bool) -> FailureStatus | None:
        """Its own, or while it has no SA that of a stranger at its peer's address, whichever came last."""
        address = tunnel.peer_address
        strange = None if has_sa else next((f for a, f in self._of_address.items() if a == address), None)
        return _worse(self._of_tunnel.get(tunnel.interface), strange)

    def with_peer(self, tunnel: str, peer: IPAddress) -> FailureStatus | None:
        """The same for one of the peers of a tunnel that has many."""
        return _worse(self._of_peer.get((tunnel, peer)), self._of_address.get(peer))


def _worse(own: FailureStatus | None, strange: FailureStatus | None) -> FailureStatus | None:
    if own is None or strange is None:
        return own or strange
    # What the peer did wrong says more than that it does not answer.
    return strange if own.cause == "timeout" or strange.time > own.time else own


def _remember(of: OrderedDict[_Key, FailureStatus], key: _Key, failure: FailureStatus, most: int) -> None:
    of[key] = failure
    of.move_to_end(key)
    while len(of) > most:
        of.popitem(last=False)
