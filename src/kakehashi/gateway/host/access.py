"""Access lists as filters of the host: a table of nftables of their own.

Packets are looked at where the device looks at them. On the way in: first of all, before address translation
and before fragments are put together; what a list refuses reaches no socket, ours neither. On the way out:
after translation; what this host sends itself, IKE and ESP among it, only where the device looks at that
too.

Fragments that are not the first have no ports: as on the device a line that permits takes them by its
addresses and protocol alone, one that denies leaves them to the lines that follow.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from kakehashi.gateway.host.nft import run, safe
from kakehashi.model.access_list import TCP, AccessEntry, AccessList, AddressMatch, Ports
from kakehashi.model.address import IPAddress

ICMP, ICMPV6 = 1, 58
# Before tracking puts fragments together (NF_IP_PRI_CONNTRACK_DEFRAG, -400); after source translation (100).
INBOUND = ("inbound", "type filter hook prerouting priority -450")
OUTBOUND = ("outbound", "type filter hook postrouting priority 300")
FAMILIES = {4: "ip", 6: "ip6"}
LATER_FRAGMENT = {4: "ip frag-off & 0x1fff != 0", 6: "frag frag-off != 0"}
# What a device may permit before it refuses the rest: neighbour discovery (RFC 4861).
NEIGHBOURS = "icmpv6 type { 135, 136 } accept"
LONGEST_NAME = 64
MISSING = (
    "nft is not installed: access lists filter nothing, and everything that they refuse passes; "
    "install nftables"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """`rules` decide about packets of the IP version that come in, or go out, by `device`: the first entry of
    all that fits; without one nothing passes. `own`: also about what this host sends itself. `neighbours`:
    neighbour discovery (RFC 4861) needs no entry.
    """

    device: str
    inbound: bool
    version: int
    rules: tuple[AccessList, ...]
    own: bool = False
    neighbours: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """`counters`: for each entry of the list the name of its counter, "" where nothing counts it."""

    head: str
    rules: tuple[str, ...]
    counters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What is in the table: chains by name. `lists`: the chains of each access list by its name."""

    chains: Mapping[str, Chain] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def counters(self) -> frozenset[str]:
        """The names of all counters."""
        return frozenset(name for chain in self.chains.values() for name in chain.counters if name)


def table_of(filters: Iterable[Filter]) -> Table:
    """The table that filters so."""
    chains: dict[str, Chain] = {}
    lists: dict[str, dict[str, None]] = {}
    jumps: dict[tuple[str, str], dict[str, None]] = {INBOUND: {}, OUTBOUND: {}}
    for f in filters:
        by = f'iifname "{f.device}"' if f.inbound else f'oifname "{f.device}"'
        if not (f.inbound or f.own):
            by = f"iif != 0 {by}"  # what has come in by another device; `iif` of our own packets is 0
        by += f" meta nfproto ipv{f.version}"
        hook = jumps[INBOUND if f.inbound else OUTBOUND]
        for rules in f.rules:
            name = f"list{f.version}_{_short(rules.name)}"
            chains.setdefault(name, _list_chain(name, rules, f.version))
            lists.setdefault(rules.name, {})[name] = None
            hook[f"{by} jump {name}"] = None
        if f.version == 6 and f.neighbours:
            hook[f"{by} {NEIGHBOURS}"] = None
        hook[f"{by} drop"] = None
    for (hook_name, head), jumped in jumps.items():
        if jumped:
            chains[hook_name] = Chain(f"{head}; policy accept;", tuple(jumped))
    return Table(chains, {name: tuple(found) for name, found in lists.items()})


def script(table: str, before: Table | None, after: Table) -> str:
    """What brings the kernel's table from one state to the other; None: whatever there may be is replaced.

    Chains that stay as they are, and the counters of entries that stay, are not touched.
    """
    if not after.chains:
        return f"table {table} {{}}\ndelete table {table}\n"
    old = before or Table()
    fresh = f"table {table} {{}}\n" + ("" if before is not None else f"delete table {table}\n")
    changed = {name: chain for name, chain in after.chains.items() if old.chains.get(name) != chain}
    flushed = [
        f"flush chain {table} {name}" for name in old.chains if old.chains[name] != after.chains.get(name)
    ]
    new = [f"  counter {name} {{}}" for name in sorted(after.counters() - old.counters())]
    for name, chain in changed.items():
        body = [f"    {line}" for line in (chain.head, *chain.rules) if line]
        new += [f"  chain {name} {{", *body, "  }"]
    gone = [f"delete chain {table} {name}" for name in old.chains if name not in after.chains]
    gone += [f"delete counter {table} {name}" for name in sorted(old.counters() - after.counters())]
    return fresh + "\n".join([*flushed, f"table {table} {{", *new, "}", *gone]) + "\n"


class AccessFilters:
    """The table as it stands in the kernel."""

    def __init__(self, name: str) -> None:
        self.table = f"inet kakehashi_{safe(name)}.access"
        self._applied: Table | None = None  # unknown: a gateway before us may have left one
        self._is_ours = False

    async def apply(self, filters: Sequence[Filter]) -> list[str]:
        """Filter so, and by nothing else. What went wrong; the next call tries again."""
        wanted = table_of(filters)
        if wanted == self._applied:
            return []
        # Nothing of the table is known after a failure: then it is made anew.
        _, error = await run(script(self.table, self._applied, wanted), missing=MISSING)
        if error and not wanted.chains and not self._is_ours:
            error = ""  # no nft, and nothing is wanted of it
        self._applied = None if error else wanted
        self._is_ours |= bool(wanted.chains) and not error
        return [f"access lists: {error}"] if error else []

    async def matches(self) -> dict[str, tuple[int, ...]]:
        """For each list that filters, how many packets each of its entries has decided about."""
        table = self._applied
        if table is None or not table.chains:
            return {}
        text, error = await run("", "-j", "list", "counters", "table", *self.table.split(), missing=MISSING)
        if error:
            return {}
        packets = _packets(text)
        return {
            name: tuple(
                sum(packets.get(counter, 0) for counter in counters)
                for counters in zip(*(table.chains[c].counters for c in chains), strict=True)
            )
            for name, chains in table.lists.items()
        }


def _packets(text: str) -> dict[str, int]:
    """What `nft -j list counters` says: `{"nftables": [{"counter": {"name", "packets", ...}}, ...]}`."""
    try:
        found = [item["counter"] for item in json.loads(text)["nftables"] if "counter" in item]
        return {str(counter["name"]): int(counter["packets"]) for counter in found}
    except (ValueError, KeyError, TypeError):
        return {}


def _list_chain(name: str, rules: AccessList, version: int) -> Chain:
    lines: list[str] = []
    counters: list[str] = []
    for entry in rules.entries:
        matches = list(matches_of(entry)) if entry.source_address.address.version == version else []
        counter = _counter(name, entry, counters) if matches else ""
        verdict = f'counter name "{counter}" {"accept" if entry.permit else "drop"}'
        lines += [f"{match} {verdict}".strip() for match in matches]
        counters.append(counter)
    return Chain("", tuple(lines), tuple(counters))


def _counter(chain: str, entry: AccessEntry, taken: Sequence[str]) -> str:
    """A name that an entry keeps while others come and go around it."""
    what = repr(replace(entry, source=None, number=None, log=False))
    name = f"{chain}.{blake2b(what.encode(), digest_size=8).hexdigest()}"
    return f"{name}.{sum(other.startswith(name) for other in taken)}"


def matches_of(entry: AccessEntry) -> Iterator[str]:
    """The conditions of the rules that one entry becomes."""
    version = entry.source_address.address.version
    words = [*_address("saddr", entry.source_address), *_address("daddr", entry.destination_address)]
    if entry.protocol is not None:
        words.append(f"meta l4proto {entry.protocol}")
    if entry.fragments:
        yield " ".join([LATER_FRAGMENT[version], *words])
        return
    upper = _upper_layer(entry, version)
    if upper is None:
        return
    yield " ".join([*words, *upper])
    if upper and entry.permit:
        yield " ".join([LATER_FRAGMENT[version], *words])


def _address(side: str, match: AddressMatch) -> list[str]:
    of = f"{FAMILIES[match.address.version]} {side}"
    if match.network is None:
        mask = type(match.address)(~match.wildcard & (1 << match.address.max_prefixlen) - 1)
        return [f"{of} & {mask} == {_masked(match.address, mask)}"]
    return [f"{of} {match.network}"] if match.network.prefixlen else []


def _masked(address: IPAddress, mask: IPAddress) -> IPAddress:
    return type(address)(int(address) & int(mask))


def _upper_layer(entry: AccessEntry, version: int) -> list[str] | None:
    """What is asked of the header after IP; None where no packet can be so."""
    words = []
    for side, ports in (("sport", entry.source_ports), ("dport", entry.destination_ports)):
        if ports:
            ranges = _ranges(ports)
            if not ranges:
                return None
            words.append(f"th {side} {{ {ranges} }}")
    if entry.established:
        words.append("tcp flags & (ack | rst) != 0")
        if entry.protocol not in (None, TCP):
            return None
    if entry.icmp_type is not None:
        name = {(ICMP, 4): "icmp", (ICMPV6, 6): "icmpv6"}.get((entry.protocol or 0, version))
        if name is None:
            return None
        words.append(f"{name} type {entry.icmp_type}")
        if entry.icmp_code is not None:
            words.append(f"{name} code {entry.icmp_code}")
    return words


def _ranges(ports: Ports) -> str:
    """As a set of nftables, whose ranges do not overlap; "" is none."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted((max(low, 0), min(high, 65535)) for low, high in ports):
        if low > high:
            continue
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return ", ".join(f"{low}-{high}" if low != high else str(low) for low, high in merged)


def _short(name: str) -> str:
    """A list's name as names of nftables go, which are not endless."""
    spelt = safe(name)
    return spelt if len(spelt) <= LONGEST_NAME else blake2b(name.encode(), digest_size=16).hexdigest()
