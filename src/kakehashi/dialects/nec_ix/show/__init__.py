"""The device's show and clear commands: which there are, and who prints them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.diagnosis import wanted
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Word
from kakehashi.dialects.hanging_up import hang_up_sessions, hang_up_tunnels
from kakehashi.dialects.kinds import Number, Text
from kakehashi.dialects.matching import Failure, match_line
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.show import (
    certificates,
    child_sa,
    filters,
    ike_sa,
    interfaces,
    ip_route,
    ipsec_sa,
    l2tp,
    log,
    napt,
    phase1,
    phase2,
    sa,
    tunnel_status,
    watch,
)
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status

_TUNNEL: Pattern = Optional(
    Either(
        (
            Word("interface", "Of one tunnel"),
            Argument("tunnel", InterfaceName("Tunnel"), "The tunnel interface"),
        ),
        (Argument("tunnel", InterfaceName("Tunnel"), "Of one tunnel interface"),),
    )
)
_BRIEF: Pattern = Optional(Word("brief", "One line each", sets=("brief", True)))
_DETAIL = Word("detail", "More of each", sets=("detail", True))
_GROUP = Argument("group", Text("the name of a watch group"), "One watch group")
_IKE = Word("ike", "IKEv1")
_IKEV2 = Word("ikev2", "IKEv2")
_IPSEC = Word("ipsec", "IPsec with IKEv1")
_SA = Word("sa", "IKE SAs")
_L2TP = Word("l2tp", "L2TP")


def _number(what: str) -> Pattern:
    return Optional(Argument("number", Number(1, 65535), f"The ID of {what} on this side"))


def _configured(word: str, sentence: str) -> Command:
    return Command(key=f"ipsec {word}", pattern=(_IPSEC, Word(word, sentence)), help=sentence)


SHOW: tuple[Command, ...] = (
    Command(key="ikev2 sa", pattern=(_IKEV2, _SA, _TUNNEL), help="The IKE SAs"),
    Command(
        key="ikev2 child-sa",
        pattern=(_IKEV2, Word("child-sa", "Child SAs"), _TUNNEL),
        help="The Child SAs, with counters and history",
    ),
    Command(key="ike sa", pattern=(_IKE, Word("sa", "ISAKMP SAs"), _BRIEF), help="The ISAKMP SAs"),
    Command(key="ike policy", pattern=(_IKE, Word("policy", "IKE policies")), help="The IKE policies"),
    Command(key="ike proposal", pattern=(_IKE, Word("proposal", "IKE proposals")), help="The IKE proposals"),
    Command(key="ipsec sa", pattern=(_IPSEC, Word("sa", "IPsec SAs"), _BRIEF, _TUNNEL), help="The IPsec SAs"),
    _configured("policy", "The maps of the tunnel interfaces"),
    _configured("autokey-map", "The maps for peers of known address"),
    _configured("dynamic-map", "The maps for peers of unknown address"),
    _configured("autokey-proposal", "The proposals of the maps"),
    _configured("sa-autorefresh", "Are keys renewed before their end?"),
    _configured("delete-notify", "When a peer is told of an SA that is gone"),
    Command(
        key="tunnel status",
        pattern=(Word("tunnel", "Tunnels"), Word("status", "Their state"), _TUNNEL),
        help="The state of the tunnel interfaces",
    ),
    Command(
        key="ip napt translation",
        pattern=(Word("ip", "IPv4"), Word("napt", "NAPT"), Word("translation", "Entries")),
        help="What is translated at this moment",
    ),
    Command(
        key="ip nat translation",
        pattern=(Word("ip", "IPv4"), Word("nat", "NAT"), Word("translation", "Entries")),
        help="What is translated at this moment",
    ),
    Command(
        key="ip filter",
        pattern=(Word("ip", "IPv4"), Word("filter", "Filters")),
        help="The filters of the interfaces, with what each entry has decided",
    ),
    Command(
        key="ipv6 filter",
        pattern=(Word("ipv6", "IPv6"), Word("filter", "Filters")),
        help="The filters of the interfaces, with what each entry has decided",
    ),
    Command(
        key="interfaces",
        pattern=(
            Word("interfaces", "Interfaces"),
            Optional(Argument("interface", InterfaceName(), "One interface")),
        ),
        help="The interfaces, with what went through them",
    ),
    Command(
        key="ip address",
        pattern=(Word("ip", "IPv4"), Word("address", "Addresses")),
        help="The addresses of the interfaces",
    ),
    Command(
        key="arp entry",
        pattern=(Word("arp", "ARP"), Word("entry", "Whose hardware address is known")),
        help="Which hardware address an address has",
    ),
    Command(key="ip route", pattern=(Word("ip", "IPv4"), Word("route", "Routes")), help="Routes of IPv4"),
    Command(
        key="watch-group",
        pattern=(
            Word("watch-group", "Path monitoring"),
            Optional(Either((_DETAIL,), (_GROUP, Optional(_DETAIL)))),
        ),
        help="The watch groups and their states",
    ),
    Command(
        key="network-monitor",
        pattern=(Word("network-monitor", "Path monitoring"), Optional(_GROUP)),
        help="Which watch groups are switched on",
    ),
    Command(
        key="pki cert",
        pattern=(Word("pki", "Certificates"), Word("cert", "Those of the device's storage")),
        help="The certificates of the device's storage",
    ),
    Command(
        key="logging", pattern=(Word("logging", "What the log told last"),), help="What the log told last"
    ),
    Command(key="syslog", pattern=(Word("syslog", "Log hosts"),), help="Which log hosts are told"),
    Command(key="l2tp", pattern=(Word("l2tp", "Tunnels of L2TP"),), help="Who has dialed in, by tunnel"),
    Command(key="ppp", pattern=(Word("ppp", "Links of PPP"),), help="The link of each who has dialed in"),
    Command(key="ipv6 route", pattern=(Word("ipv6", "IPv6"), Word("route", "Routes")), help="Routes of IPv6"),
)
CLEAR: tuple[Command, ...] = (
    Command(key="ikev2 sa", pattern=(_IKEV2, _SA, _TUNNEL), help="Delete IKE SAs, and tell the peers"),
    Command(
        key="ike sa",
        pattern=(_IKE, Word("sa", "ISAKMP SAs"), _TUNNEL),
        help="Delete ISAKMP SAs with their IPsec SAs, and tell the peers",
    ),
    Command(
        key="ipsec sa",
        pattern=(_IPSEC, Word("sa", "IPsec SAs"), _TUNNEL),
        help="Delete IPsec SAs with their ISAKMP SAs, and tell the peers",
    ),
    # The chapters that are public print none of these three; the words are those of `show`.
    Command(
        key="l2tp tunnel",
        pattern=(_L2TP, Word("tunnel", "Tunnels, with their sessions"), _number("a tunnel")),
        help="End tunnels of L2TP with the sessions of who has dialed in",
    ),
    Command(
        key="l2tp session",
        pattern=(_L2TP, Word("session", "Sessions"), _number("a session")),
        help="End the sessions of who has dialed in",
    ),
    Command(
        key="ppp",
        pattern=(Word("ppp", "Links of PPP"), _TUNNEL),
        help="End the links of who has dialed in",
    ),
)
_CALLERS = frozenset({"l2tp tunnel", "l2tp session", "ppp"})
_VERSIONS = {"ikev2 sa": 2, "ike sa": 1, "ipsec sa": 1}

_OF_STATUS: dict[str, Callable[[Status], str]] = {
    "ikev2 child-sa": child_sa.render,
    "pki cert": certificates.render,
    "arp entry": interfaces.render_arp,
    "l2tp": l2tp.render_l2tp,
    "ppp": l2tp.render_ppp,
    "ip route": ip_route.render_ipv4,
    "ipv6 route": ip_route.render_ipv6,
}
_OF_CONFIGURATION: dict[str, Callable[[Gateway], str]] = {
    "ike policy": phase1.render_policies,
    "ike proposal": phase1.render_proposals,
    "ipsec policy": phase2.render_policies,
    "ipsec autokey-map": phase2.render_autokey_maps,
    "ipsec dynamic-map": phase2.render_dynamic_maps,
    "ipsec autokey-proposal": phase2.render_proposals,
    "ipsec sa-autorefresh": phase2.render_autorefresh,
    "ipsec delete-notify": phase2.render_delete_notify,
}
_OF_BOTH: dict[str, Callable[[Status, Gateway], str]] = {
    "ikev2 sa": sa.render,
    "ike sa": ike_sa.render,
    "ike sa brief": ike_sa.render_brief,
    "ipsec sa": ipsec_sa.render,
    "ipsec sa brief": ipsec_sa.render_brief,
    "tunnel status": tunnel_status.render,
    "ip address": interfaces.render_addresses,
    "watch-group": watch.render,
    "watch-group detail": watch.render_detail,
    "network-monitor": watch.render_monitor,
    "logging": log.render,
    "syslog": log.render_syslog,
    "ip napt translation": napt.render,
    "ip nat translation": napt.render,
    "ip filter": filters.render_ipv4,
    "ipv6 filter": filters.render_ipv6,
}


def show(words: Sequence[str], status: Status, gateway: Gateway) -> str:
    """The output of `show WORDS`; `gateway` is what runs. ShowError."""
    key, values = _read("show", words, SHOW, status)
    tunnel, group = values.get("tunnel"), values.get("group")
    key += " brief" if values.get("brief") else " detail" if values.get("detail") else ""
    if group is not None:
        gateway = _only_group(gateway, group)
    shown = _only(status, tunnel) if tunnel else status
    if key == "interfaces":
        return interfaces.render(status, gateway, values.get("interface"))
    if key in _OF_CONFIGURATION:
        return _OF_CONFIGURATION[key](gateway)
    return _OF_STATUS[key](shown) if key in _OF_STATUS else _OF_BOTH[key](shown, gateway)


def clear(words: Sequence[str], status: Status) -> Clear:
    """What `clear WORDS` asks for. ShowError."""
    key, values = _read("clear", words, CLEAR, status)
    number = values.get("number")
    if number is not None and key == "l2tp tunnel":
        return hang_up_tunnels(status, lambda t: t.tunnel_id == number, str(number))
    if number is not None:
        return hang_up_sessions(status, lambda c: c.session_id == number, str(number))
    if key == "l2tp tunnel" and status.l2tp_tunnels:
        return hang_up_tunnels(status, lambda _: True, "")
    version = _VERSIONS.get(key)
    # SAs of IKEv2 stay until the peer has answered the Delete, or the time for that is over (V2-34).
    return Clear(values.get("tunnel"), version, callers=key in _CALLERS, at_once=version != 2)


def _read(
    verb: str, words: Sequence[str], commands: tuple[Command, ...], status: Status
) -> tuple[str, dict[str, Any]]:
    """The command, and what it names."""
    found = match_line(words, commands)
    if isinstance(found, Failure) or found.negated:
        said = " ".join([verb, *words])
        known = ", ".join(f"`{verb} {c.words}`" for c in commands)
        there_are = f"there are {known}"
        if isinstance(found, Failure) and found.position:
            there_are = f"after `{verb} {found.said}` there could stand {wanted(found.expected)}"
        if isinstance(found, Failure) and found.excess and not found.expected:
            there_are = f"`{verb} {found.said}` ends there"
        raise ShowError(f"% `{said}` is not understood; {there_are}")
    tunnel = found.values.get("tunnel")
    if tunnel is not None and tunnel not in {t.name for t in status.tunnels}:
        known = ", ".join(t.name for t in status.tunnels) or "none"
        raise ShowError(f"% there is no tunnel {tunnel}; the tunnels are: {known}")
    return found.command.key, found.values


def _only(status: Status, tunnel: str) -> Status:
    """The part of the status that concerns one tunnel."""
    return replace(
        status,
        tunnels=tuple(t for t in status.tunnels if t.name == tunnel),
        ike_sas=tuple(s for s in status.ike_sas if s.tunnel == tunnel),
        ipsec_sas=tuple(p for p in status.ipsec_sas if p.sa.tunnel == tunnel),
    )


def _only_group(gateway: Gateway, name: str) -> Gateway:
    found = tuple(g for g in gateway.watch_groups if g.name == name)
    if not found:
        known = ", ".join(dict.fromkeys(g.name for g in gateway.watch_groups)) or "none"
        raise ShowError(f"% there is no watch group {name}; there are: {known}")
    return replace(gateway, watch_groups=found)
