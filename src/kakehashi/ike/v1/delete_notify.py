"""ESP or AH that comes for an SPI we do not have: its sender is to forget the SA (V1-18)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.ike.effects import EventName, Level
from kakehashi.ike.v1.delete import send_notice
from kakehashi.ike.v1.isakmp_sa import IsakmpSa
from kakehashi.model.address import IPAddress, Path
from kakehashi.wire.registry.ikev1 import ExchangeType, NotifyType, ProtocolId
from kakehashi.wire.v1.delete import Delete
from kakehashi.wire.v1.notification import Notification

if TYPE_CHECKING:
    from kakehashi.ike.v1.host import Host

MAX_REMEMBERED = 256  # SPIs with their senders; anybody can send packets with any SPI
_INTERVAL = 10.0  # seconds between two INVALID-SPI for the same SPI


@dataclass(slots=True)
class _Count:
    since: float
    packets: int = 0
    told: float | None = None


class UnknownSpis:
    """How many packets came for each, of late."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[IPAddress, int], _Count] = OrderedDict()

    def count(self, spi: int, sender: IPAddress, now: float) -> _Count:
        """The count of one SPI of one sender; the one that was not heard of for longest makes room."""
        found = self._counts.setdefault((sender, spi), _Count(now))
        self._counts.move_to_end((sender, spi))
        if len(self._counts) > MAX_REMEMBERED:
            self._counts.popitem(last=False)
        return found


def undecryptable(host: Host, spi: int, path: Path, now: float, packets: int, in_ah: bool = False) -> bool:
    """ESP or AH came that nothing opens. False if its sender is no IKEv1 peer of ours.

    Only under an ISAKMP SA can the sender be told. What comes for an SA that stands proves nothing: anybody
    can send that, so nothing is done.
    """
    if host.pairs.get(spi) is not None:
        return True
    sa = _courier(host, path)
    if sa is None:
        return False
    if _may_be_under_way(sa):
        return True
    protocol = ProtocolId.AH if in_ah else ProtocolId.ESP
    settings, count = host.gateway.delete_notify, host.pairs.unknown.count(spi, path.remote.ip, now)
    if settings is None:
        due = count.told is None or now - count.told >= _INTERVAL
        # Of as many SPIs as one likes: by the sender's address alone it is a stranger who asks.
        if due and host.may_answer(now):
            count.told = now
            octets = spi.to_bytes(4, "big")
            send_notice(sa, [Notification(NotifyType.INVALID_SPI, protocol, octets, octets)], now)
        return True
    if now - count.since > settings.seconds:
        count.since, count.packets = now, 0
    count.packets += packets
    if count.packets >= settings.packets and host.may_answer(now):
        text = f"{count.packets} packets for SPI {spi:08x}, which is not here: {sa.peer_text} is to delete it"
        sa.tell(Level.NOTICE, EventName.CHILD_SA_DELETED, text, {"spi": f"{spi:08x}"}, "IPsec")
        send_notice(sa, [Delete(protocol, (spi.to_bytes(4, "big"),))], now)
        count.since, count.packets = now, 0
    return True


def _courier(host: Host, path: Path) -> IsakmpSa | None:
    """The youngest ISAKMP SA with that address; with that port too where several peers share the address."""
    found = [
        sa
        for peer in host.gateway.ikev1_peers
        for sa in host.sas_of(peer.name)
        if sa.is_up and sa.path.remote.ip == path.remote.ip
    ]
    there = [sa for sa in found if sa.path.remote.port == path.remote.port]
    return max(there or found, key=lambda sa: sa.serial, default=None)


def _may_be_under_way(sa: IsakmpSa) -> bool:
    """It may be an SPI that the peer is just told."""
    return any(x.kind == ExchangeType.QUICK and x.flight.due is not None for x in sa.exchanges.values())
