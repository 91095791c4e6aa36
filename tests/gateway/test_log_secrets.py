"""No secret at any level: whole negotiations at debug level, and nothing of a key in any form of the log."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from kakehashi.gateway.log import entry_of
from kakehashi.gateway.syslog.message import encode
from kakehashi.ike.effects import EventName, Level
from kakehashi.model.logging import Facility
from kakehashi.model.secret import Secret
from tests.conversations.gateways import SITE1, SITE2, TUNNEL, gateway, tunnel
from tests.conversations.v1.stories import two_sites
from tests.conversations.wire import Node, Wire

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SHORTEST = 4  # octets: what is shorter may stand anywhere by chance


def secrets(*things: Any) -> set[bytes]:
    """Every `Secret` in these values, however deep."""
    found: set[bytes] = set()
    waiting = list(things)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, Secret):
            found.add(thing.octets)
        elif is_dataclass(thing) and not isinstance(thing, type):
            waiting += [getattr(thing, field.name) for field in fields(thing)]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            waiting += thing
        elif isinstance(thing, dict):
            waiting += thing.values()
    return {octets for octets in found if len(octets) >= SHORTEST}


def lines(nodes: Iterable[Node]) -> Iterator[str]:
    """What the log makes of their events: for people, for machines, and for log hosts."""
    for node in nodes:
        for event in node.events:
            entry = entry_of(event, NOW)
            yield entry.plain
            yield entry.json
            yield encode(entry, Facility.LOCAL7, "tokyo", 1, 10**6).decode()
            yield repr(event)


def nothing_of(found: set[bytes], nodes: tuple[Node, ...]) -> None:
    text = "\n".join(lines(nodes)).lower()
    assert text
    for octets in found:
        for form in (octets.hex(), octets.hex(":"), octets.hex(" ")):
            assert form not in text
        if octets.isascii():
            assert octets.decode().lower() not in text
        assert repr(octets)[2:-1].lower() not in text


def test_ikev2_from_the_first_message_to_the_last() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1)), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    for node in (a, b):
        node.endpoint.verbosity = Level.DEBUG
    a.initiate(TUNNEL, b)
    wire.run(20)
    found = secrets(a.gateway, b.gateway, a.endpoint.ike_sas(wire.now), list(a.children.values()))
    assert b"secret-1" in found
    assert len(found) > 6, "the keys of both SAs are among them"
    a.endpoint.clear(TUNNEL, wire.now)
    wire.carry_out(a)
    wire.run(60)
    told = {event.name for event in a.events}
    assert EventName.KEYS in told
    assert EventName.IKE_SA_DELETED in told
    nothing_of(found, (a, b))


def test_ikev1_from_the_first_message_to_the_last() -> None:
    wire = Wire()
    a, b = two_sites(wire, {"secret": "a-secret-of-both"}, {"secret": "a-secret-of-both"})
    for node in (a, b):
        node.endpoint.verbosity = Level.DEBUG
    a.initiate(TUNNEL, b)
    wire.run(20)
    found = secrets(a.gateway, b.gateway, a.endpoint.isakmp_sas(wire.now), list(a.children.values()))
    assert b"a-secret-of-both" in found
    assert len(found) > 4
    nothing_of(found, (a, b))


def test_a_wrong_key_is_not_told_either() -> None:
    wire = Wire()
    a = wire.node("a", gateway(tunnel(1, secrets=("wrong-secret", "secret-2"))), SITE1)
    b = wire.node("b", gateway(tunnel(2)), SITE2)
    for node in (a, b):
        node.endpoint.verbosity = Level.DEBUG
    a.initiate(TUNNEL, b)
    wire.run(60)
    assert a.failures()
    nothing_of(secrets(a.gateway, b.gateway), (a, b))
