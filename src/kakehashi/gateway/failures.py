"""How the last negotiation of each tunnel failed, until it has an SA again."""

from collections import OrderedDict
from datetime import datetime

from kakehashi.ike.effects import Event
from kakehashi.model.address import IPAddress
from kakehashi.model.status import FailureStatus
from kakehashi.model.tunnel import Tunnel

STRANGERS = 100  # addresses of peers that no tunnel could be found for


class Failures:
    """Of a peer that could not be assigned to a tunnel, by its address: the tunnel with that peer asks."""

    def __init__(self) -> None:
        self._of_tunnel: dict[str, FailureStatus] = {}
        self._of_address: OrderedDict[IPAddress, FailureStatus] = OrderedDict()

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
        elif event.path is not None:
            self._of_address[event.path.remote.ip] = failure
            self._of_address.move_to_end(event.path.remote.ip)
            while len(self._of_address) > STRANGERS:
                self._of_address.popitem(last=False)

    def mended(self, tunnel: str, peer: IPAddress) -> None:
        """There is an SA now."""
        self._of_tunnel.pop(tunnel, None)
        self._of_address.pop(peer, None)

    def forget(self, tunnel: str) -> None:
        """The tunnel is no longer configured."""
        self._of_tunnel.pop(tunnel, None)

    def last(self, tunnel: str) -> str:
        """The sentence of its last failure, "" without one."""
        failure = self._of_tunnel.get(tunnel)
        return failure.message if failure else ""

    def of(self, tunnel: Tunnel, has_sa: bool) -> FailureStatus | None:
        """Its own, or while it has no SA that of a stranger at its peer's address, whichever came last."""
        own = self._of_tunnel.get(tunnel.interface)
        address = tunnel.peer_address
        strange = None if has_sa else next((f for a, f in self._of_address.items() if a == address), None)
        if own is None or strange is None:
            return own or strange
        # What the peer did wrong says more than that it does not answer.
        return strange if own.cause == "timeout" or strange.time > own.time else own
