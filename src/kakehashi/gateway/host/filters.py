"""Our tables of nftables: MSS clamping, the hosts' own chatter kept out of tunnels, what may only go through
tunnels; and in one of its own address translation.

Each is owned by one gateway, replaced as a whole and deleted at the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kakehashi.gateway.host.guards import Guard, bypass_chains, guard_rules
from kakehashi.gateway.host.nft import run, safe

MISSING = (
    "nft is not installed: MSS is not adjusted, nothing is translated, and what arrives unprotected is not "
    "dropped; install nftables"
)


@dataclass(frozen=True, slots=True)
class Clamp:
    """TCP MSS through `device` is at most `mss` (RFC 9293 section 3.7.1) for the IP version."""

    device: str
    version: int
    mss: int


@dataclass(frozen=True, slots=True)
class Ruleset:
    """`clamps`: as the configuration says; `own_clamps`: for connections of this host alone. `tunnels`: their
    devices.
    """

    clamps: tuple[Clamp, ...] = ()
    own_clamps: tuple[Clamp, ...] = ()
    guards: tuple[Guard, ...] = ()
    tunnels: tuple[str, ...] = ()


def render(ruleset: Ruleset) -> str:
    """The inside of the table in nft's language, "" if nothing is wanted."""
    lines: list[str] = []
    for hook in ("forward", "output", "input"):
        if rules := list(_clamps(ruleset, hook)):
            lines += _chain(f"mss_{hook}", f"type filter hook {hook} priority mangle", rules)
    if ruleset.tunnels:
        lines += _chain("chatter", "type filter hook output priority filter", _chatter(ruleset))
    if ruleset.guards:
        for name, rules in bypass_chains(ruleset.guards):
            lines += [f"  chain {name} {{", *(f"    {rule}" for rule in rules), "  }"]
        for hook in ("forward", "output", "input"):
            head = f"type filter hook {hook} priority filter"
            lines += _chain(f"guard_{hook}", head, guard_rules(ruleset.guards, hook))
    return "\n".join(lines)


def _clamps(ruleset: Ruleset, hook: str) -> Iterator[str]:
    # The host itself believes the other end's MSS, so its own connections need theirs changed both ways.
    clamps = ruleset.clamps if hook == "forward" else ruleset.clamps + ruleset.own_clamps
    if hook == "input":
        clamps = ruleset.own_clamps
    for clamp in clamps:
        family = "ipv4" if clamp.version == 4 else "ipv6"
        match = f"meta nfproto {family} tcp flags syn tcp option maxseg size > {clamp.mss}"
        change = f"tcp option maxseg size set {clamp.mss}"
        if hook != "input":
            yield f'oifname "{clamp.device}" {match} {change}'
        if hook != "output":
            yield f'iifname "{clamp.device}" {match} {change}'


def _chatter(ruleset: Ruleset) -> Iterator[str]:
    """Router solicitations and multicast listener reports (RFC 4861, RFC 3810) start no negotiation."""
    for device in ruleset.tunnels:
        yield f'oifname "{device}" ip6 daddr ff02::/16 icmpv6 type {{ 130, 131, 132, 133, 135, 143 }} drop'


def _chain(name: str, head: str, rules: Iterable[str]) -> list[str]:
    body = [f"    {rule}" for rule in rules]
    return [f"  chain {name} {{", f"    {head}; policy accept;", *body, "  }"]


class Filters:
    """A table as it stands in the kernel; `part` tells those of one gateway apart."""

    def __init__(self, name: str, part: str = "") -> None:
        self.table = f"inet kakehashi_{safe(name)}{part}"
        self._applied: str | None = None  # unknown: a gateway before us may have left one
        self._is_ours = False

    async def apply(self, rules: str) -> list[str]:
        """Replace the table, or delete it if `rules` is "". What went wrong; the next call tries again."""
        if rules == self._applied:
            return []
        # Declared first, so that the deletion cannot fail where there is none.
        script = f"table {self.table} {{}}\ndelete table {self.table}\n"
        if rules:
            script += f"table {self.table} {{\n{rules}\n}}\n"
        _, error = await run(script, missing=MISSING)
        if error and not rules and not self._is_ours:
            error = ""  # no nft, and nothing is wanted of it
        self._applied = None if error else rules
        self._is_ours |= bool(rules) and not error
        return [f"packet filter: {error}"] if error else []
