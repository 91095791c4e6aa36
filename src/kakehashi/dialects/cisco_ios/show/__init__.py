"""The device's show and clear commands: which there are, and who prints them."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.cisco_ios.interfaces import InterfaceName, interface, name_in
from kakehashi.dialects.cisco_ios.show import (
    access_lists,
    certificates,
    configuration,
    engine,
    flows,
    hosts,
    ikev2,
    interfaces,
    ip_route,
    ipsec_sa,
    isakmp,
    log,
    nat,
    nhrp,
    pseudowire,
    session,
    track,
    vpdn,
)
from kakehashi.dialects.diagnosis import wanted
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Word
from kakehashi.dialects.hanging_up import hang_up_sessions, hang_up_tunnels
from kakehashi.dialects.kinds import Address, Number, Text
from kakehashi.dialects.matching import Failure, Match, match_line
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status

_CRYPTO = Word("crypto", "Encryption module")
_ISAKMP = Word("isakmp", "ISAKMP, phase 1 of IKEv1")
_IPSEC = Word("ipsec", "IPsec")
_IKEV2 = Word("ikev2", "IKEv2")
_DETAIL = Optional(Word("detail", "More of each", sets=("detail", True)))
_DETAILED = Optional(Word("detailed", "More of each", sets=("detail", True)))
_LIST: Pattern = Optional(Argument("list", Text("the name or number of a list"), "One of them"))
_ONE: Pattern = Argument("peer", Address(), "Its address")
_PEER: tuple[Pattern, ...] = (Word("peer", "Of one peer"), _ONE)
_REMOTE: tuple[Pattern, ...] = (Word("remote", "Of one peer"), _ONE)
_INTERFACE: tuple[Pattern, ...] = (Word("interface", "Of one interface"), interface("of", "Which one"))


_ALL: Pattern = Optional(Word("all", "All that is known"))
_WHICH_TUNNEL: Pattern = Either(
    (Word("id", "By its ID on this side"), Argument("tunnel_id", Number(1, 65535), "The ID")),
    (
        Word("hostname", "By what the other side calls itself"),
        Argument("host_name", Text("a name of a host"), "The name"),
    ),
    (
        Word("ip", "By an address"),
        Word("remote", "Of the other side"),
        Argument("ip", Address(4), "The address"),
    ),
)


def _command(key: str, help: str, *pattern: Pattern) -> Command:  # noqa: A002
    return Command(key=key, pattern=pattern, help=help)


SHOW: tuple[Command, ...] = (
    _command(
        "isakmp policy",
        "The policies of phase 1, in their order",
        _CRYPTO,
        _ISAKMP,
        Word("policy", "The policies"),
    ),
    _command("isakmp sa", "The ISAKMP SAs", _CRYPTO, _ISAKMP, Word("sa", "The SAs"), _DETAIL),
    _command(
        "transform-set", "The transform sets", _CRYPTO, _IPSEC, Word("transform-set", "The transform sets")
    ),
    _command(
        "ipsec sa",
        "The IPsec SAs, with counters",
        _CRYPTO,
        _IPSEC,
        Word("sa", "The SAs"),
        Optional(Either(_PEER, _INTERFACE)),
        _DETAIL,
    ),
    _command(
        "session",
        "Each tunnel with its state",
        _CRYPTO,
        Word("session", "Tunnels"),
        Optional(Either(_REMOTE, _INTERFACE)),
        _DETAIL,
    ),
    _command("map", "The crypto maps", _CRYPTO, Word("map", "The crypto maps")),
    _command(
        "engine",
        "Every SA on a line",
        _CRYPTO,
        Word("engine", "What encrypts"),
        Word("connections", "SAs"),
        Word("active", "Those that there are"),
    ),
    _command("ikev2 sa", "The IKE SAs", _CRYPTO, _IKEV2, Word("sa", "The SAs"), _DETAILED),
    _command("access-lists", "Access lists, with counts", Word("access-lists", "Access lists"), _LIST),
    _command(
        "ip access-lists",
        "Access lists of IPv4, with counts",
        Word("ip", "IPv4"),
        Word("access-lists", "Access lists"),
        _LIST,
    ),
    _command(
        "ipv6 access-list",
        "Access lists of IPv6, with counts",
        Word("ipv6", "IPv6"),
        Word("access-list", "Access lists"),
        _LIST,
    ),
    _command(
        "pki certificates",
        "The certificates of the trustpoints",
        _CRYPTO,
        Word("pki", "Certificates"),
        Word("certificates", "The certificates"),
    ),
    _command(
        "pki trustpoints",
        "The trustpoints",
        _CRYPTO,
        Word("pki", "Certificates"),
        Word("trustpoints", "The trustpoints"),
    ),
    _command(
        "key mypubkey",
        "The pairs of keys of this device, of each what everybody may know",
        _CRYPTO,
        Word("key", "Pairs of keys"),
        Word("mypubkey", "Of this device"),
        Either(
            (Word("rsa", "Of RSA"),), (Word("ec", "On an elliptic curve"),), (Word("all", "All of them"),)
        ),
    ),
    _command("logging", "Who is told the log, and what it told last", Word("logging", "The log")),
    _command("hosts", "Names of peers, and where they lead", Word("hosts", "Names and addresses")),
    _command(
        "ip nat translations",
        "What is translated at this moment",
        Word("ip", "IPv4"),
        Word("nat", "Address translation"),
        Word("translations", "Entries"),
    ),
    _command(
        "interfaces",
        "The interfaces, with what went through them",
        Word("interfaces", "Interfaces"),
        Optional(interface("interface", "One interface")),
    ),
    _command(
        "ip interface",
        "The interfaces, as IPv4 sees them",
        Word("ip", "IPv4"),
        Word("interface", "Interfaces"),
        Optional(Argument("interface", InterfaceName(), "One interface")),
    ),
    _command("arp", "Which hardware address an address has", Word("arp", "Hardware addresses")),
    _command(
        "ip arp",
        "Which hardware address an address has",
        Word("ip", "IPv4"),
        Word("arp", "Hardware addresses"),
    ),
    _command("ip route", "Routes of IPv4", Word("ip", "IPv4"), Word("route", "Routes")),
    _command(
        "track",
        "The tracked objects",
        Word("track", "Tracked objects"),
        Optional(Argument("number", Number(1, 1000), "One of them")),
    ),
    _command(
        "ip sla statistics",
        "The operations, with counts",
        Word("ip", "IPv4"),
        Word("sla", "Operations"),
        Word("statistics", "What has become of them"),
        Optional(Argument("number", Number(1, 2147483647), "One of them")),
    ),
    _command("vpdn", "Who has dialed in", Word("vpdn", "Virtual private dialup network")),
    _command(
        "vpdn tunnel",
        "The tunnels of L2TP",
        Word("vpdn", "Virtual private dialup network"),
        Word("tunnel", "Tunnels"),
    ),
    _command(
        "vpdn session",
        "The sessions of L2TP",
        Word("vpdn", "Virtual private dialup network"),
        Word("session", "Sessions"),
    ),
    _command(
        "ip nhrp",
        "The peers of multipoint tunnels, and what is reached by them",
        Word("ip", "IPv4"),
        Word("nhrp", "NHRP"),
    ),
    _command(
        "ip nhrp nhs",
        "The next hop servers",
        Word("ip", "IPv4"),
        Word("nhrp", "NHRP"),
        Word("nhs", "Next hop servers"),
    ),
    _command("ipv6 nhrp", "The same of IPv6", Word("ipv6", "IPv6"), Word("nhrp", "NHRP")),
    _command("dmvpn", "The peers of each multipoint tunnel", Word("dmvpn", "Multipoint tunnels")),
    _command("l2tp", "Who has dialed in", Word("l2tp", "L2TP")),
    _command("l2tp tunnel", "The tunnels of L2TP", Word("l2tp", "L2TP"), Word("tunnel", "Tunnels"), _ALL),
    _command("l2tp session", "The sessions of L2TP", Word("l2tp", "L2TP"), Word("session", "Sessions"), _ALL),
    _command(
        "xconnect",
        "What Ethernet goes to other sites",
        Word("xconnect", "Pseudowires"),
        Optional(Word("all", "All that is known")),
    ),
    _command("caller", "Who has dialed in, and since when", Word("caller", "Callers")),
    _command("ppp all", "The link of each session", Word("ppp", "PPP"), Word("all", "All of them")),
    _command("users", "Who is logged in, and who has dialed in", Word("users", "Users")),
    _command("ipv6 route", "Routes of IPv6", Word("ipv6", "IPv6"), Word("route", "Routes")),
)
CLEAR: tuple[Command, ...] = (
    _command(
        "l2tp", "End the sessions of who has dialed in", Word("l2tp", "L2TP"), Word("all", "All of them")
    ),
    _command(
        "l2tp tunnel",
        "End tunnels of L2TP with their sessions",
        Word("l2tp", "L2TP"),
        Word("tunnel", "Tunnels"),
        _WHICH_TUNNEL,
    ),
    _command(
        "vpdn",
        "End the sessions of who has dialed in",
        Word("vpdn", "Virtual private dialup network"),
        Word("tunnel", "Tunnels"),
        Word("l2tp", "L2TP"),
        Either((Word("all", "All of them"),), (_WHICH_TUNNEL,)),
    ),
    _command(
        "interface",
        "End the session of one who has dialed in",
        Word("interface", "Interfaces"),
        interface("interface", "Its interface, `Virtual-Access2.1`"),
    ),
    _command("ip nhrp", "Forget what NHRP has learnt", Word("ip", "IPv4"), Word("nhrp", "NHRP")),
    _command(
        "isakmp",
        "Delete ISAKMP SAs with their IPsec SAs, and tell the peers",
        _CRYPTO,
        _ISAKMP,
        Optional(Argument("connection", Number(1, 65535), "One of them, by its conn-id")),
    ),
    _command(
        "ikev2",
        "Delete IKE SAs, and tell the peers",
        _CRYPTO,
        _IKEV2,
        Word("sa", "The SAs"),
        Optional(*_REMOTE),
    ),
    _command(
        "sa",
        "Delete the SAs of all tunnels, or of those with a peer",
        _CRYPTO,
        Word("sa", "SAs"),
        Optional(*_PEER),
    ),
    _command(
        "session",
        "Delete the SAs of all tunnels, or of those with a peer",
        _CRYPTO,
        Word("session", "Tunnels"),
        Optional(*_REMOTE),
    ),
)
_CALLERS = frozenset({"l2tp", "vpdn"})  # all of them, where nothing else is said
_LISTS = {"access-lists": None, "ip access-lists": 4, "ipv6 access-list": 6}  # of which IP version
_VERSIONS = {"isakmp": 1, "ikev2": 2}

_NUMBERED: dict[str, Callable[[Status, Gateway, int | None], str]] = {
    "track": track.render,
    "ip sla statistics": track.render_statistics,
}
_OF_INTERFACES: dict[str, Callable[[Status, Gateway, str | None], str]] = {
    "interfaces": interfaces.render,
    "ip interface": interfaces.render_ip,
}
_OF_SESSIONS = {"ipsec sa": ipsec_sa.render, "session": session.render}
_PRINTERS: dict[str, Callable[[Status, Gateway], str]] = {
    "isakmp policy": lambda _, gateway: isakmp.render_policies(gateway),
    "isakmp sa": lambda status, _: isakmp.render(status),
    "isakmp sa detail": lambda status, _: isakmp.render_detail(status),
    "transform-set": lambda _, gateway: configuration.render_transform_sets(gateway),
    "map": lambda _, gateway: configuration.render_maps(gateway),
    "engine": engine.render,
    "ikev2 sa": ikev2.render,
    "ikev2 sa detail": ikev2.render_detail,
    "pki certificates": lambda status, _: certificates.render_certificates(status, None),
    "pki trustpoints": certificates.render_trustpoints,
    "key mypubkey": lambda status, _: certificates.render_keys(status),
    "hosts": hosts.render,
    "logging": log.render,
    "ip nat translations": nat.render,
    "vpdn": vpdn.render,
    "vpdn tunnel": vpdn.render_tunnels,
    "vpdn session": vpdn.render_sessions,
    "l2tp": vpdn.render,
    "l2tp tunnel": vpdn.render_tunnels,
    "l2tp session": vpdn.render_sessions,
    "xconnect": pseudowire.render_xconnects,
    "caller": vpdn.render_callers,
    "ppp all": vpdn.render_links,
    "users": vpdn.render_users,
    "ip nhrp": lambda status, _: nhrp.render(status, 4),
    "ipv6 nhrp": lambda status, _: nhrp.render(status, 6),
    "ip nhrp nhs": lambda status, _: nhrp.render_servers(status),
    "dmvpn": nhrp.render_dmvpn,
    "arp": lambda status, _: interfaces.render_arp(status),
    "ip arp": lambda status, _: interfaces.render_arp(status),
    "ip route": lambda status, _: ip_route.render_ipv4(status),
    "ipv6 route": lambda status, _: ip_route.render_ipv6(status),
}


def show(words: Sequence[str], status: Status, gateway: Gateway) -> str:
    """The output of `show WORDS`; `gateway` is what runs. ShowError."""
    found = _read("show", words, SHOW)
    if found.command.key in _LISTS:
        version = _LISTS[found.command.key]
        return access_lists.render(status, gateway, version, found.values.get("list"))
    if found.command.key in _NUMBERED:
        return _NUMBERED[found.command.key](status, gateway, found.values.get("number"))
    if found.command.key in _OF_INTERFACES:
        return _OF_INTERFACES[found.command.key](status, gateway, name_in(found.values, "interface"))
    if found.command.key in _OF_SESSIONS:
        meant = flows.which(found.values.get("peer"), name_in(found.values, "of"))
        detailed = bool(found.values.get("detail"))
        return _OF_SESSIONS[found.command.key](status, gateway, meant, detailed=detailed)
    key = found.command.key + (" detail" if found.values.get("detail") else "")
    return _PRINTERS[key](status, gateway)


def clear(words: Sequence[str], status: Status) -> Clear:
    """What `clear WORDS` asks for. ShowError."""
    found = _read("clear", words, CLEAR)
    peer = found.values.get("peer")
    connection = found.values.get("connection")
    if found.command.key == "interface":
        name = name_in(found.values, "interface") or ""
        meant = vpdn.by_interface(status).get(name)
        return hang_up_sessions(status, lambda c: c is meant, f"of {name}")
    number, host_name, ip = (found.values.get(key) for key in ("tunnel_id", "host_name", "ip"))
    if number is not None:
        return hang_up_tunnels(status, lambda t: t.tunnel_id == number, str(number))
    if host_name is not None:
        return hang_up_tunnels(status, lambda t: t.host_name == host_name, f"of {host_name}")
    if ip is not None:
        return hang_up_tunnels(status, lambda t: t.remote.ip == ip, f"with {ip}")
    tunnel = _tunnel_with(peer, status) if peer is not None else None
    if connection is not None:
        tunnel = _tunnel_of(connection, status)
    key = found.command.key
    return Clear(tunnel, _VERSIONS.get(key), callers=key in _CALLERS, next_hops=key == "ip nhrp")


def _tunnel_of(connection: int, status: Status) -> str:
    """The tunnel that an ISAKMP SA, by its number, has made SAs for."""
    made = (p.sa.tunnel for p in status.ipsec_sas if flows.CONNECTION + p.isakmp_serial == connection)
    tunnel = next(made, None)
    if tunnel is None:
        raise ShowError(f"% no tunnel has SAs of connection {connection}")
    return tunnel


def _tunnel_with(peer: IPv4Address | IPv6Address, status: Status) -> str:
    """The one tunnel whose SAs lead to a peer."""
    paths = [(s.sa.tunnel, s.sa.path) for s in status.ipsec_sas]
    paths += [(s.tunnel, s.path) for s in status.ike_sas]
    names = list(dict.fromkeys(name for name, path in paths if path.remote.ip == peer and name))
    if len(names) == 1:
        return names[0]
    if not names:
        raise ShowError(f"% no tunnel has SAs with the peer {peer}")
    raise ShowError(
        f"% several tunnels have SAs with the peer {peer} ({', '.join(names)}): clear all of them"
    )


def _read(verb: str, words: Sequence[str], commands: tuple[Command, ...]) -> Match:
    found = match_line(words, commands)
    if isinstance(found, Failure):
        raise ShowError(_refusal(verb, found))
    if found.negated:
        raise ShowError("% Invalid input detected at '^' marker.")
    return found


def _refusal(verb: str, failure: Failure) -> str:
    """As the device says it, with the caret under the word; then what it would have taken."""
    said = " ".join([verb, *failure.words[: failure.position]])
    there_are = f"\nthere could stand: {wanted(failure.expected)}" if failure.expected else ""
    if len(failure.ambiguous) > 1:
        return f'% Ambiguous command:  "{verb} {" ".join(failure.words)}"'
    if failure.incomplete:
        return f"% Incomplete command.{there_are}"
    return f"{said} {failure.words[failure.position]}\n{' ' * (len(said) + 1)}^\n" + (
        f"% Invalid input detected at '^' marker.{there_are}"
    )
