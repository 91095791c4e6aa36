"""What selectors take, and no SA protects, neither leaves by the outgoing interface nor comes in by it.

RFC 4301 section 5: PROTECT means that such packets are discarded (5.2), and the way out in the clear is
closed even where a rule of the host leads past the tunnel.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kakehashi.model.selector import EVERYTHING, TrafficSelector

ALL_PORTS = (0, 65535)
WHOLE = tuple((s.start, s.end) for s in EVERYTHING)
WITH_PORTS = frozenset({6, 17, 33, 132})
# IKE, ESP and AH of this host are what protects; neighbour discovery (RFC 4861) never leaves the link.
NEIGHBOURS = "icmpv6 type { 133, 134, 135, 136 } accept"
CARRIERS_OUT = ("meta l4proto { esp, ah } accept", "udp sport { 500, 4500 } accept", NEIGHBOURS)
CARRIERS_IN = ("meta l4proto { esp, ah } accept", "udp dport { 500, 4500 } accept", NEIGHBOURS)


@dataclass(frozen=True, slots=True)
class Guard:
    """Nothing from `local` to `remote` leaves by `device`, nothing from `remote` to `local` comes in.

    `bypass`: except from the first to the second of each, and back.
    """

    device: str
    local: TrafficSelector
    remote: TrafficSelector
    bypass: tuple[tuple[TrafficSelector, TrafficSelector], ...] = ()


def guard_rules(guards: Iterable[Guard], hook: str) -> Iterator[str]:
    """The rules of a chain: `hook` is "forward", "output" or "input"."""
    guards = tuple(guards)
    if any(_ports(g) for g in guards) and hook == "forward":
        # Tracking puts fragments together before they are routed: only whole datagrams have ports.
        yield "ct state invalid continue"
    yield from {"output": CARRIERS_OUT, "input": CARRIERS_IN}.get(hook, ())
    for number, guard in enumerate(guards):
        there, back = (f"jump bypass_{number}_{way}" if guard.bypass else "drop" for way in ("out", "in"))
        if hook != "input":
            yield f'oifname "{guard.device}" {_match(guard.local, guard.remote)} {there}'
        if hook != "output":
            yield f'iifname "{guard.device}" {_match(guard.remote, guard.local)} {back}'


def bypass_chains(guards: Iterable[Guard]) -> Iterator[tuple[str, list[str]]]:
    """The chains to which guards with exceptions jump: what goes past returns, the rest is dropped."""
    for number, guard in enumerate(guards):
        if guard.bypass:
            there = [f"{_match(local, remote)} return" for local, remote in guard.bypass]
            back = [f"{_match(remote, local)} return" for local, remote in guard.bypass]
            yield f"bypass_{number}_out", [*there, "drop"]
            yield f"bypass_{number}_in", [*back, "drop"]


def _match(source: TrafficSelector, destination: TrafficSelector) -> str:
    family = "ip" if source.version == 4 else "ip6"
    words = [f"meta nfproto {'ipv4' if source.version == 4 else 'ipv6'}"]
    for side, s in (("saddr", source), ("daddr", destination)):
        if (s.start, s.end) not in WHOLE:
            words.append(f"{family} {side} {s.start}" + (f"-{s.end}" if s.start != s.end else ""))
    protocol = source.protocol or destination.protocol
    if protocol:
        words.append(f"meta l4proto {protocol}")
    if protocol in WITH_PORTS:
        for side, s in (("sport", source), ("dport", destination)):
            if (s.start_port, s.end_port) != ALL_PORTS and s.start_port <= s.end_port:
                words.append(f"th {side} {s.start_port}-{s.end_port}")
    return " ".join(words)


def _ports(guard: Guard) -> bool:
    selectors = (guard.local, guard.remote, *(s for pair in guard.bypass for s in pair))
    return any(s.protocol in WITH_PORTS and (s.start_port, s.end_port) != ALL_PORTS for s in selectors)
