"""Address translation by the host: a table of nftables of its own.

What leaves by an interface that translates gets another source in postrouting; what arrives unasked gets
another destination in prerouting where a static entry takes it. The kernel's connection tracking brings the
answers back. Where the device is closed, what no conversation and no entry explains goes no further: neither
to a host inside nor to our own sockets, IKE and ESP among them.

Ports that the gateway itself needs (500 and 4500, and those of its static entries) are given to nobody
inside: a host that sends from such a port gets another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from kakehashi.gateway.host.access import matches_of
from kakehashi.model.access_list import AccessList
from kakehashi.model.address import IKE_PORT, NAT_T_PORT
from kakehashi.model.translation import TCP, UDP, SourceTranslation, StaticTranslation, Timeouts, Translation

OTHER_PORTS = "49152-65535"  # for hosts inside that send from a port of ours
NAMES = {TCP: "tcp", UDP: "udp"}
POSTROUTING = "type nat hook postrouting priority srcnat"
PREROUTING = "type nat hook prerouting priority dstnat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """How `device` translates. `address`: what sources become and static entries stand for; None: not known.

    `is_borrowed`: it is another device's; `follows`: it comes and goes with the device. `own`: the addresses
    of which nothing is translated. `lists`: for each of the sources its access list, None is all; `inside`:
    the devices by which packets have to come in, None is any.
    """

    device: str
    translation: Translation
    address: IPv4Address | None
    is_borrowed: bool = False
    follows: bool = False
    own: tuple[IPv4Address, ...] = ()
    lists: tuple[AccessList | None, ...] = ()
    inside: tuple[str, ...] | None = None


def render(translators: Iterable[Translator]) -> str:
    """The inside of the table in nft's language, "" if nothing is translated."""
    translators = tuple(translators)
    parts: list[str] = []
    hooks: dict[str, list[str]] = {"destinations": [], "sources": [], "in": [], "forward": [], "leaving": []}
    arriving: list[str] = []
    for number, translator in enumerate(translators):
        hooks["destinations"] += _destinations(translator)
        hooks["sources"] += _static_sources(translator)
        for place, source in enumerate(translator.translation.sources):
            if translator.inside == ():
                continue  # nothing is the inside
            name = f"source_{number}_{place}"
            parts += _chain(name, "", _source(translator, source, translator.lists[place]))
            hooks["sources"].append(f"{_leaving(translator)} jump {name}")
        if translator.translation.closed:
            parts += _chain(f"arrivals_{number}", "", _arrivals(translator))
            jump = f'iifname "{translator.device}" meta nfproto ipv4 jump arrivals_{number}'
            hooks["in"].append(jump)
            hooks["forward"].append(jump)
        objects, setting = _timeouts(number, translator.translation.timeouts)
        parts += objects
        hooks["leaving"] += [f'oifname "{translator.device}" {rule}' for rule in setting]
        arriving += [f'iifname "{translator.device}" {rule}' for rule in setting]
    for name, head, rules in (
        ("destinations", PREROUTING, hooks["destinations"]),
        ("sources", POSTROUTING, hooks["sources"]),
        ("closed_input", "type filter hook input priority filter", hooks["in"]),
        ("closed_forward", "type filter hook forward priority filter", hooks["forward"]),
        ("leaving", "type filter hook postrouting priority mangle", hooks["leaving"]),
        ("arriving", "type filter hook prerouting priority mangle", arriving),
    ):
        if rules:
            parts += _chain(name, f"{head}; policy accept;", rules)
    return "\n".join(parts)


def _chain(name: str, head: str, rules: Iterable[str]) -> list[str]:
    body = [f"    {line}" for line in (head, *rules) if line]
    return [f"  chain {name} {{", *body, "  }"]


def _leaving(translator: Translator) -> str:
    """What is to be translated at all, as far as its way tells."""
    words = f'oifname "{translator.device}" meta nfproto ipv4'
    if translator.inside is not None:
        return f"iifname {_among(translator.inside)} {words}"
    return f"{words} ip saddr != {_set(translator.own)}" if translator.own else words


def _source(translator: Translator, source: SourceTranslation, rules: AccessList | None) -> Iterator[str]:
    """The chain of one rule; what it does not take returns to the next."""
    if source.access_list is not None and rules is None:
        return
    changes = tuple(_changes(translator, source))
    if rules is None:
        yield from changes
        return
    for entry in rules.entries:
        if entry.source_address.address.version != 4:
            continue
        for match in matches_of(entry):
            if entry.permit:
                yield from (f"{match} {change}".strip() for change in changes)
            else:
                yield f"{match} return".strip()


def _changes(translator: Translator, source: SourceTranslation) -> Iterator[str]:
    if source.pool is not None:
        first, last = source.pool
        # As on the device: those who share addresses share the first as long as it has ports left.
        to = (
            f"snat ip to {first}"
            if source.ports or first == last
            else f"snat ip to {first}-{last} persistent"
        )
        yield to
        return
    if translator.is_borrowed and translator.address is None:
        yield "drop"  # the kernel would take any address that it has
        return
    to = "masquerade"
    if not translator.follows and translator.address is not None:
        to = f"snat ip to {translator.address}"
    for protocol, ports in _reserved(translator).items():
        other = f"{to}:{OTHER_PORTS}" if to != "masquerade" else f"masquerade to :{OTHER_PORTS}"
        yield f"{NAMES[protocol]} sport {_set(ports)} {other}"
    yield to


def _reserved(translator: Translator) -> dict[int, tuple[int, ...]]:
    """By protocol the ports that are the gateway's own."""
    ports: dict[int, set[int]] = {UDP: {IKE_PORT, NAT_T_PORT}, TCP: set()}
    for static in translator.translation.static:
        if static.protocol not in ports or static.port is None:
            continue
        if static.inside is None:
            ports[static.protocol].add(static.port)
        else:
            ports[static.protocol].discard(static.port)
    return {protocol: tuple(sorted(found)) for protocol, found in ports.items() if found}


def _static_sources(translator: Translator) -> Iterator[str]:
    """What hosts with an address of their own outside send; and what hairpins has to come back to us."""
    device, own = translator.device, translator.address
    for static in translator.translation.static:
        outside = static.outside or own
        if static.inside is None or outside is None:
            continue
        if static.reversed and isinstance(static.inside, IPv4Network):
            yield (
                f'oifname "{device}" ip saddr {static.inside} '
                f"snat ip prefix to ip saddr map {{ {static.inside} : {outside} }}"
            )
        elif static.reversed:
            match = (
                f'oifname "{device}" ip saddr {static.inside}{_upper(static, static.inside_port, "sport")}'
            )
            port = f":{static.port}" if static.port is not None else ""
            yield f"{match} snat ip to {outside}{port}"
        if translator.translation.hairpinning and own is not None:
            yield f'iifname != "{device}" ct status dnat ct original ip daddr {outside} snat ip to {own}'


def _destinations(translator: Translator) -> Iterator[str]:
    """Where what arrives unasked goes."""
    ways = [f'iifname "{translator.device}"']
    if translator.translation.hairpinning:
        ways = [""]
    for static in translator.translation.static:
        outside = static.outside or translator.address
        if static.inside is None or outside is None:
            continue
        for way in ways:
            match = f"{way} ip daddr {outside}{_upper(static, static.port, 'dport')}".strip()
            if isinstance(static.inside, IPv4Network):
                yield f"{match} dnat ip prefix to ip daddr map {{ {outside} : {static.inside} }}"
            else:
                port = f":{static.inside_port}" if static.inside_port is not None else ""
                yield f"{match} dnat ip to {static.inside}{port}"


def _upper(static: StaticTranslation, port: int | None, side: str) -> str:
    if static.protocol is None:
        return ""
    if port is None or static.protocol not in NAMES:
        return f" meta l4proto {static.protocol}"
    last = static.last_port if side == "dport" else None
    ports = f"{port}-{last}" if last is not None and last != port else str(port)
    return f" {NAMES[static.protocol]} {side} {ports}"


def _arrivals(translator: Translator) -> Iterator[str]:
    """What comes in by a closed interface, on its way to us or through us."""
    yield "ct state established,related accept"
    yield "ct status dnat accept"
    yield "fib daddr type { broadcast, multicast } accept"  # of the link, and for nobody inside
    for static in translator.translation.static:
        if static.inside is None:
            yield f"fib daddr type local{_upper(static, static.port, 'dport')} accept"
    yield from _untranslated(translator)
    yield "counter drop"


def _untranslated(translator: Translator) -> Iterator[str]:
    """Hosts whose sources stay as they are can be reached as if nothing were translated."""
    if not translator.lists or None in translator.lists:
        return
    for rules in translator.lists:
        for entry in rules.entries if rules else ():
            network = entry.source_address.network
            if network is not None and network.version == 4:
                verdict = "counter drop" if entry.permit else "accept"
                yield f"fib daddr type != local ip daddr {network} {verdict}"
    yield "fib daddr type != local accept"


def _timeouts(number: int, timeouts: Timeouts) -> tuple[list[str], list[str]]:
    """The objects that carry the times, and the rules that hand them to new conversations."""
    tcp = {
        "established": timeouts.tcp,
        "syn_sent": timeouts.tcp_opening,
        "syn_recv": timeouts.tcp_opening,
        "fin_wait": timeouts.tcp_closing,
        "close_wait": timeouts.tcp_closing,
        "last_ack": timeouts.tcp_closing,
        "time_wait": timeouts.tcp_closing,
    }
    udp = {"unreplied": timeouts.udp, "replied": timeouts.udp}
    objects, rules = [], []
    for name, states in (("tcp", tcp), ("udp", udp)):
        policy = ", ".join(f"{state} : {seconds}" for state, seconds in states.items() if seconds is not None)
        if policy:
            objects += [
                f"  ct timeout {name}_{number} {{",
                f"    protocol {name}; l3proto ip; policy = {{ {policy} }}",
                "  }",
            ]
            rules.append(
                f'ct state new meta nfproto ipv4 meta l4proto {name} ct timeout set "{name}_{number}"'
            )
    return objects, rules


def _among(devices: Iterable[str]) -> str:
    return "{ " + ", ".join(f'"{device}"' for device in devices) + " }"


def _set(values: Iterable[object]) -> str:
    return "{ " + ", ".join(map(str, values)) + " }"
