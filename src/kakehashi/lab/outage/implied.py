"""How long traffic may stay away in an outage, by what the configurations say.

Dead peer detection, watch groups, tunnels that are always on, retransmissions, and the time that the lab's
own parts need. What is computed is the most that fits the configurations; less is no fault.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from kakehashi.check.pair import End, Pair
from kakehashi.lab.blueprint import Plan
from kakehashi.lab.outage.cables import Cables
from kakehashi.lab.outage.detection import HANDSHAKE_SECONDS, Switching, beginning, noticing, switching
from kakehashi.lab.outage.flows import beginners
from kakehashi.lab.outage.nouns import Kind, Outage
from kakehashi.lab.routing import Topology
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.gateway import Gateway
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel

START_SECONDS = 10.0  # a gateway's process, on a machine that has other things to do
LEASE_SECONDS = 10  # of a line whose address changes: the device asks again after the half of it
_DHCP_SECONDS = 5.0  # a refusal, and a new lease
_FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """Seconds from the beginning of the outage until traffic is back, at most, and why.

    `seconds` None: no line of a file brings it back. `later`: seconds from the end of the outage in which
    traffic may be away once more, when it returns to its first way.
    """

    seconds: float | None
    because: tuple[str, ...]
    later: float = 0.0


class _Bound(NamedTuple):
    seconds: float
    because: tuple[str, ...]


class Implications:
    """What the files of a plan imply."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._topology = plan.topology
        self._cables = Cables(plan)
        self._beginners = beginners(plan)

    def of(self, outage: Outage, source: IPAddress, destination: IPAddress) -> Implied | None:
        """For the traffic from a host to a host; None: the outage is none of its business."""
        pairs = self._pairs(self._topology, source, destination)
        hit = [pair for pair in pairs if self._hits(outage, pair)]
        if not hit:
            return None
        worst = max((self._returns(outage, pair) for pair in hit), key=lambda bound: bound.seconds)
        later = max(beginning(self._gateway(end), end) for pair in hit for end in pair.ends)
        found = self._elsewhere(outage, hit, source, destination)
        if found is not None:
            switch, changes = found
            later = max([later, *(s.back + HANDSHAKE_SECONDS for s in changes)])
            if switch.seconds < worst.seconds:
                worst = switch
        seconds = None if worst.seconds == _FOREVER else worst.seconds
        return Implied(seconds=seconds, because=worst.because, later=later)

    def _gateway(self, end: End) -> Gateway:
        return self._topology.gateways[end.device]

    def _begins(self, end: End) -> bool:
        """Does it know its peer, and has it a reason to begin?"""
        tunnel = end.tunnel
        return end.can_begin and (end.device in self._beginners or tunnel.connect is ConnectType.ALWAYS)

    def _pairs(self, topology: Topology, source: IPAddress, destination: IPAddress) -> list[Pair]:
        """The tunnels that the traffic and its answers take."""
        used: list[End] = []
        for here, there in ((source, destination), (destination, source)):
            devices = [lan.device for lan in self._topology.lans if any(h.ip == here for h in lan.hosts)]
            ways = [topology.way(device, there, here) for device in devices]
            found = next((way for way in ways if way), None)
            if found is None:
                return []
            used += found
        return [pair for pair in self._plan.pairs if set(pair.ends) & set(used)]

    def _hits(self, outage: Outage, pair: Pair) -> bool:
        """Do the tunnel's packets, or one of its ends, have a part in the outage?"""
        wans = [self._topology.wan_of(end) for end in pair.ends]
        match outage.kind:
            case Kind.PATH_DEAD | Kind.ONE_WAY_DEAD | Kind.LOSS if len(outage.places) == 2:
                here, there = (self._cables.wans(place) for place in outage.places)
                a, b = wans
                return (a in here and b in there) or (b in here and a in there)
            case Kind.DELAY | Kind.DNS_DEAD:
                return False
            case Kind.LOSS:
                places = [wan for place in outage.places for wan in self._cables.wans(place)]
                return not outage.places or any(wan in places for wan in wans)
            case _:
                return any(wan in self._cables.wans(place) for place in outage.places for wan in wans)

    def _returns(self, outage: Outage, pair: Pair) -> _Bound:
        """When traffic through this tunnel is back, from the beginning of the outage."""
        long = _FOREVER if outage.seconds is None else outage.seconds
        device = outage.places[0].device if outage.places else ""
        match outage.kind:
            case Kind.PEER_DEAD | Kind.REBOOTS | Kind.RESTARTS:
                away = 0.0 if outage.kind is Kind.RESTARTS else long
                if away == _FOREVER:
                    return _Bound(_FOREVER, ("it stays off",))
                up = away + START_SECONDS
                return self._starts_anew(pair, device, up, told=outage.kind is Kind.RESTARTS)
            case Kind.CHANGES_ADDRESS:
                return self._moves(pair, device)
            case Kind.NAT_FORGETS:
                return self._mapped_again(pair, device)
            case Kind.LOSS if outage.amount < 1:
                return _Bound(_FOREVER, ("what is lost at random implies nothing",))
            case _:
                return self._passes(pair, long, sees=outage.kind is Kind.LINK_DOWN)

    def _passes(self, pair: Pair, long: float, *, sees: bool) -> _Bound:
        """The way is closed for `long` seconds, and nobody forgets anything; `sees`: an end sees it."""
        if long == _FOREVER:
            return _Bound(_FOREVER, ("it does not end",))
        found = {end: noticing(self._gateway(end), end) for end in pair.ends}
        if not sees and all(n is None or long < n.least for n in found.values()):
            return _Bound(long, ("it is over before an end could notice it",))
        bounds = []
        for end in pair.ends:
            notices = found[end]
            if not self._begins(end):
                continue
            anew = beginning(self._gateway(end), end)
            if notices is None:
                # Its SAs live on; whether the other end's do is for the other end to say.
                bounds.append(_Bound(_FOREVER, (f"{end} has no keepalive, and keeps its dead SAs",)))
                continue
            told = (notices.text, f"{end} begins anew within {anew:g} s")
            bounds.append(_Bound(max(long, notices.most) + anew, told))
        if all(notices is None for notices in found.values()):
            return _Bound(long + HANDSHAKE_SECONDS, ("no end asks whether the other lives: the SAs stay",))
        return min(bounds, key=lambda bound: bound.seconds, default=_nobody(pair))

    def _starts_anew(self, pair: Pair, device: str, up: float, *, told: bool) -> _Bound:
        """The gateway of `device` is there again after `up` seconds, without SAs; `told`: its peers know."""
        mine = next(end for end in pair.ends if end.device == device)
        other = pair.other(mine)
        bounds = [_nobody(pair)]
        if self._begins(mine):
            anew = beginning(self._gateway(mine), mine)
            bounds.append(
                _Bound(up + anew, (f"{mine} begins when it is back ({up:g} s), within {anew:g} s",))
            )
        notices = noticing(self._gateway(other), other)
        if self._begins(other) and (told or notices):
            anew = beginning(self._gateway(other), other)
            noticed = 0.0 if told or notices is None else notices.most
            why = "its peer was told" if told or notices is None else notices.text
            bounds.append(_Bound(max(up, noticed) + anew, (why, f"{other} begins anew within {anew:g} s")))
        return min(bounds, key=lambda bound: bound.seconds)

    def _moves(self, pair: Pair, device: str) -> _Bound:
        """The address by which the internet knows `device` is another one."""
        mine = next(end for end in pair.ends if end.device == device)
        other = pair.other(mine)
        wan = self._topology.wan_of(mine)
        known = 0.0 if wan.nat else LEASE_SECONDS / 2 + _DHCP_SECONDS
        lease = () if wan.nat else (f"the lease is asked for again within {LEASE_SECONDS / 2:g} s",)
        peer = other.tunnel.peer_address
        if isinstance(peer, Hostname):
            names = self._gateway(other).names
            anew = beginning(self._gateway(other), other)
            why = f"{other} looks its name up every {names.interval} s, or as its lifetime says"
            return _Bound(known + names.interval + anew, (*lease, why))
        if not self._begins(mine) or other.can_begin:
            return _Bound(_FOREVER, (f"{other} knows {device} by its old address",))
        notices = noticing(self._gateway(mine), mine)
        anew = beginning(self._gateway(mine), mine)
        noticed = max(known, notices.most if notices else 0.0)
        because = (*lease, *((notices.text,) if notices else ()), f"{mine} begins anew within {anew:g} s")
        return _Bound(noticed + anew, because)

    def _mapped_again(self, pair: Pair, device: str) -> _Bound:
        """The NAT before `device` has forgotten everybody."""
        mine = next(end for end in pair.ends if end.device == device)
        tunnel = mine.tunnel
        if isinstance(tunnel, Ikev2Tunnel) and tunnel.ike.nat_keepalive:
            seconds = tunnel.ike.nat_keepalive
            return _Bound(seconds, (f"{mine} sends NAT keepalives every {seconds} s",))
        return self._passes(pair, 0.0, sees=True)

    def _elsewhere(
        self, outage: Outage, hit: list[Pair], source: IPAddress, destination: IPAddress
    ) -> tuple[_Bound, list[Switching]] | None:
        """When the traffic takes another way: with what makes it do so. None: there is no other."""
        closed = {end for pair in hit for end in pair.ends}
        routes = {
            device: tuple(
                r for r in own if all((e.device, e.tunnel.interface) != (device, r.interface) for e in closed)
            )
            for device, own in self._topology.routes.items()
        }
        others = self._pairs(replace(self._topology, routes=routes), source, destination)
        if not others or any(pair in hit or self._hits(outage, pair) for pair in others):
            return None
        found = [s for end in closed if (s := switching(self._gateway(end), end))]
        if not found:
            return None
        away = max(found, key=lambda each: each.away)
        anew = max(beginning(self._gateway(end), end) for pair in others for end in pair.ends)
        why = (away.text, f"the other tunnel comes up within {anew:g} s")
        return _Bound(away.away + anew, why), found


def _nobody(pair: Pair) -> _Bound:
    return _Bound(_FOREVER, (f"neither end of {pair.a} - {pair.b} notices it and begins anew",))
