"""What has to be done to come from one configuration to another, and nothing more."""

from dataclasses import dataclass, fields

from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Peer
from kakehashi.model.status import DISCARDED
from kakehashi.model.tunnel import PlainTunnel, Tunnel


@dataclass(frozen=True, slots=True)
class Plan:
    """Names of tunnels, and one sentence for each difference.

    `added`, `removed`: their devices come and go; one in both is made anew, for GRE's header and L2TP belong
    to the device. `changed`: the device stays; whether SAs stay is the core's judgement (a changed peer or
    identity ends them, a changed policy counts from the next negotiation). Addresses and routes need no step
    here: the host is compared with what is wanted each time.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


def plan(old: Gateway, new: Gateway) -> Plan:
    """The difference of two configurations, in the order of the new one."""
    before, after = _running(old), _running(new)
    new_names = tuple(name for name in after if name not in before)
    old_names = tuple(name for name in before if name not in after)
    remade = tuple(n for n in after if n in before and _device(old, before[n]) != _device(new, after[n]))
    changed = tuple(n for n in after if n in before and before[n] != after[n])
    sentences = [f"{name} is new" for name in new_names]
    sentences += [f"{name} is gone" for name in old_names]
    sentences += [f"{name} has changed: {', '.join(_fields(before[name], after[name]))}" for name in changed]
    sentences += _peers(old, new)
    sentences += _set_difference("route", _routes(old), _routes(new))
    sentences += _set_difference("address", _addresses(old), _addresses(new))
    sentences += _set_difference("filter", _filters(old), _filters(new))
    sentences += _watches(old, new)
    sentences += _translations(old, new)
    sentences += _lists(old, new)
    sentences += _set_difference("log host", _log_hosts(old), _log_hosts(new))
    sentences += ["what is logged has changed"] if _levels(old) != _levels(new) else []
    sentences += _servers(old, new)
    sentences += _wires(old, new)
    stay = tuple(n for n in changed if n not in remade)
    opened, closed = (tuple(s.interface for s in g.open_servers) for g in (new, old))
    added = (*new_names, *remade, *(name for name in opened if name not in closed))
    removed = (*old_names, *remade, *(name for name in closed if name not in opened))
    return Plan(added, removed, stay, tuple(sentences))


def _running(gateway: Gateway) -> dict[str, Tunnel]:
    return {t.interface: t for t in gateway.tunnels if t.enabled}


def _log_hosts(gateway: Gateway) -> list[str]:
    return [f"{h.address} by {h.transport.value} port {h.port}" for h in gateway.logging.hosts]


def _levels(gateway: Gateway) -> tuple[object, ...]:
    """What the same log hosts, the buffer and terminals are told."""
    told = {(h.threshold, h.facility, h.local, h.authority) for h in gateway.logging.hosts}
    return gateway.logging.buffer, gateway.logging.monitor, told


def _peers(old: Gateway, new: Gateway) -> list[str]:
    """With whom phase 1 of IKEv1 is made, whatever tunnels use it."""
    before, after = ({p.name: p for p in g.ikev1_peers} for g in (old, new))
    sentences = [f"IKEv1 peer {name} is new" for name in after if name not in before]
    sentences += [f"IKEv1 peer {name} is gone" for name in before if name not in after]
    for name, peer in after.items():
        if name in before and before[name] != peer:
            sentences.append(f"IKEv1 peer {name} has changed: {', '.join(_fields(before[name], peer))}")
    return sentences


def _fields(old: Tunnel | Ikev1Peer, new: Tunnel | Ikev1Peer) -> list[str]:
    if type(old) is not type(new):
        return ["IKE version"]
    return [f.name.replace("_", " ") for f in fields(new) if getattr(old, f.name) != getattr(new, f.name)]


def _routes(gateway: Gateway) -> list[str]:
    return [f"{r.destination} by {r.interface or r.next_hop or DISCARDED}" for r in gateway.routes]


def _addresses(gateway: Gateway) -> list[str]:
    return [f"{a} of {i.name}" for i in gateway.interfaces if i.enabled for a in i.addresses]


def _filters(gateway: Gateway) -> list[str]:
    return [
        f"{name} of {i.name} {way}"
        for i in gateway.interfaces
        if i.enabled
        for f in i.filters
        for name in f.lists
        for way in (("in" if f.inbound else "out") + ("" if f.version == 4 else ", IPv6"),)
    ]


def _translations(old: Gateway, new: Gateway) -> list[str]:
    before, after = ({i.name: i.translation for i in g.interfaces if i.enabled} for g in (old, new))
    return [
        f"address translation of {name} has changed"
        for name in dict.fromkeys((*after, *before))
        if before.get(name) != after.get(name)
    ]


def _lists(old: Gateway, new: Gateway) -> list[str]:
    """What filters before and after, and says something else."""
    names = {name for g in (old, new) for i in g.interfaces for name in i.lists}
    before, after = ({a.name: a.entries for a in g.access_lists} for g in (old, new))
    return [
        f"access list {name} has changed" for name in sorted(names) if before.get(name) != after.get(name)
    ]


def _device(gateway: Gateway, tunnel: Tunnel) -> tuple[object, ...]:
    """What cannot be changed while a tunnel's device is there."""
    is_plain, is_server = isinstance(tunnel, PlainTunnel), gateway.l2tp_server(tunnel.interface) is not None
    return tunnel.ipsec.gre, tunnel.ipsec.ethernet, is_plain, is_server, tunnel.multipoint


def _servers(old: Gateway, new: Gateway) -> list[str]:
    """Whom people dial in to."""
    before, after = ({s.interface: s for s in g.l2tp_servers} for g in (old, new))
    changed = (name for name in after if name in before and before[name] != after[name])
    return [
        *_set_difference("L2TP server", list(before), list(after)),
        *(f"L2TP server {name} has changed: who has dialed in has to dial again" for name in changed),
    ]


def _wires(old: Gateway, new: Gateway) -> list[str]:
    """Pseudowires, and the bridges that they are ports of."""
    before, after = ({w.interface: w for w in g.pseudowires if w.enabled} for g in (old, new))
    changed = (name for name in after if name in before and before[name] != after[name])
    ports = ([f"{p} of bridge {b.name}" for b in g.bridges for p in b.ports] for g in (old, new))
    return [
        *_set_difference("pseudowire", list(before), list(after)),
        *(f"pseudowire {name} has changed" for name in changed),
        *_set_difference("port", *ports),
    ]


def _watches(old: Gateway, new: Gateway) -> list[str]:
    """Path monitoring, as far as it is switched on."""
    before, after = ({w.title: w for w in g.watch_groups if w.enabled} for g in (old, new))
    changed = (title for title in after if title in before and before[title] != after[title])
    return [
        *_set_difference("path monitoring", list(before), list(after)),
        *(f"path monitoring {title} has changed" for title in changed),
    ]


def _set_difference(what: str, old: list[str], new: list[str]) -> list[str]:
    gone = [f"{what} {text} is gone" for text in old if text not in new]
    return [f"{what} {text} is new" for text in new if text not in old] + gone
