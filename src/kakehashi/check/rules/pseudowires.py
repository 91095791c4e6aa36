"""Pseudowires between two devices: do both ends say the same of what carries the frames?"""

from collections.abc import Iterator
from itertools import product

from kakehashi.check.device import Device
from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.pseudowire import L2tpv3, Pseudowire, PseudowireSession

_OF_ONE_MAKER = "let routers of one maker stand at both ends of it, or join the sites by a tunnel and routes"


def check_pseudowires(a: Subject, b: Subject) -> Iterator[Remark]:
    """Of a pair of tunnels that carries frames, and of pseudowires that need no tunnel of their own."""
    for here, there in _meant_for_each_other(a, b):
        yield from _pair(a.device, here, b.device, there)
    for subject, other in ((a, b), (b, a)):
        yield from _alone(subject.device, other.device)


def check_without_tunnels(a: Device, b: Device) -> Iterator[Remark]:
    """Of two devices no tunnels of which are for each other: pseudowires may be all the same."""
    for here, there in product(a.gateway.pseudowires, b.gateway.pseudowires):
        if _are_to_meet(a, here, b, there):
            yield from _pair(a, here, b, there)
    for device, other in ((a, b), (b, a)):
        yield from _alone(device, other)


def _meant_for_each_other(a: Subject, b: Subject) -> Iterator[tuple[Pseudowire, Pseudowire]]:
    for here in a.device.gateway.pseudowires:
        for there in b.device.gateway.pseudowires:
            protected = here.protected and there.protected
            if (protected and (here.interface, there.interface) == (a.name, b.name)) or (
                _are_to_meet(a.device, here, b.device, there)
            ):
                yield here, there


def _are_to_meet(a: Device, here: Pseudowire, b: Device, there: Pseudowire) -> bool:
    """Where they are not alike, whatever protects them and whatever their numbers are."""
    if not _are_alike(here, there):
        return _look_at_each_other(a, here, b, there)
    return _see_each_other(a, here, b, there) and _end_id(here) == _end_id(there)


def _alone(here: Device, other: Device) -> Iterator[Remark]:
    """One whose number nobody at the other end has."""
    for wire in here.gateway.pseudowires:
        others = [
            o
            for o in other.gateway.pseudowires
            if _see_each_other(here, wire, other, o) and _are_alike(wire, o)
        ]
        if wire.protected or not others or any(_end_id(o) == _end_id(wire) for o in others):
            continue
        numbers = ", ".join(_end_id(o) for o in others)
        yield Remark(
            rule="pseudowire-number",
            severity=Severity.ERROR,
            message=f"{wire.interface} of {here.name} is number {_end_id(wire)}, and the other "
            f"end has {numbers} towards it alone: no session is made",
            where=where(wire.source),
            fix="write the same number at both ends",
        )


def _see_each_other(a: Device, here: Pseudowire, b: Device, there: Pseudowire) -> bool:
    return not here.protected and not there.protected and _look_at_each_other(a, here, b, there)


def _look_at_each_other(a: Device, here: Pseudowire, b: Device, there: Pseudowire) -> bool:
    own, theirs = (
        {address.ip for interface in device.gateway.interfaces for address in interface.addresses}
        for device in (a, b)
    )
    return here.peer in theirs and there.peer in own


def _are_alike(here: Pseudowire, there: Pseudowire) -> bool:
    return here.encapsulation.carried_as == there.encapsulation.carried_as


def _end_id(wire: Pseudowire) -> str:
    how = wire.encapsulation
    return how.end_id if isinstance(how, L2tpv3) else ""


def _pair(a: Device, here: Pseudowire, b: Device, there: Pseudowire) -> Iterator[Remark]:
    ours, theirs = here.encapsulation, there.encapsulation

    def wrong(rule: str, message: str, fix: str) -> Remark:
        whose = f"{a.name} {here.interface} - {b.name} {there.interface}"
        places = (*where(here.source), *where(there.source))
        return Remark(
            rule=rule, severity=Severity.ERROR, message=f"{whose}: {message}", where=places, fix=fix
        )

    if not _are_alike(here, there):
        told = f"{_told(ours)} at one end and {_told(theirs)} at the other"
        if a.gateway.dialect == b.gateway.dialect:
            yield wrong(
                "pseudowire-kind", f"{told}: no frame is understood", "let both ends carry frames alike"
            )
        else:
            # L2TPv3 over UDP and over IP (RFC 3931 section 4.1), and EtherIP: each maker has one of them.
            yield wrong(
                "pseudowire-kind",
                f"{told}, and neither device has what the other has: no frame is understood",
                _OF_ONE_MAKER,
            )
        return
    if not isinstance(ours, L2tpv3) or not isinstance(theirs, L2tpv3):
        return
    if (ours.static is None) != (theirs.static is None):
        yield wrong(
            "pseudowire-control",
            "one end negotiates its sessions and the other does not: none is made",
            "give both ends their Session IDs, or neither",
        )
    elif ours.static is not None and theirs.static is not None:
        if not _ids_fit(ours.static, theirs.static):
            yield wrong(
                "session-ids",
                f"one end has the Session IDs {ours.static.local_id} (its own) and {ours.static.remote_id}, "
                f"the other {theirs.static.local_id} (its own) and {theirs.static.remote_id}: frames are "
                "dropped",
                "what is one end's own ID is the other's remote one",
            )
        if not _cookies_fit(ours.static, theirs.static):
            yield wrong(
                "cookies",
                "the cookie that one end sends is not the one that the other expects: frames are dropped",
                "what one end has as its local cookie the other has as its remote one",
            )
    elif ours.control and theirs.control and ours.control.secret != theirs.control.secret:
        yield wrong(
            "control-secret",
            "the secrets of the control connections differ: no message is taken",
            "write the same `digest secret` at both ends",
        )


def _told(how: object) -> str:
    if isinstance(how, L2tpv3):
        protocol, port = how.carried_as
        return f"{how} port {port}" if port else f"{how} (protocol {protocol})"
    return str(how)


def _ids_fit(a: PseudowireSession, b: PseudowireSession) -> bool:
    return (a.local_id, a.remote_id) == (b.remote_id, b.local_id)


def _cookies_fit(a: PseudowireSession, b: PseudowireSession) -> bool:
    return (a.local_cookie, a.remote_cookie) == (b.remote_cookie, b.local_cookie)
