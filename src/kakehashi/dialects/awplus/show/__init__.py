"""The device's show and clear commands (AW-12): which there are, and who prints them."""

from collections.abc import Callable, Sequence
from typing import Any

from kakehashi.dialects.awplus.interfaces import InterfaceName
from kakehashi.dialects.awplus.show import (
    certificates,
    configured,
    counters,
    endpoints,
    hosts,
    interface,
    ip_route,
    l2tp,
    log,
    peers,
    sas,
)
from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Word
from kakehashi.dialects.kinds import Address, HostName, Text
from kakehashi.dialects.matching import Failure, match_line
from kakehashi.model.gateway import Gateway
from kakehashi.model.parties import of_each_peer
from kakehashi.model.status import Status

_ISAKMP = Word("isakmp", "ISAKMP and IKE")
_IPSEC = Word("ipsec", "IPsec")
_PROFILE = Optional(Argument("name", Text("the name of a profile"), "One profile"))
_PEER = Either(
    (Argument("address", Address(), "Its address"),), (Argument("hostname", HostName(), "Its name"),)
)
_DATABASE = Optional(Word("database", "All, also those that are not in force", sets=("database", True)))
_INTERFACE = Optional(Argument("interface", InterfaceName(), "One interface"))


_HEADS = {"ip": "IPv4", "ipv6": "IPv6", "l2tp": "L2TP", "tunnel": "Tunnels"}


def _command(key: str, sentence: str, *pattern: Pattern) -> Command:
    first, word = key.split()
    words = {"isakmp": _ISAKMP, "ipsec": _IPSEC}
    head = words.get(first) or Word(first, _HEADS.get(first, ""))
    return Command(key=key, pattern=(head, Word(word, sentence), *pattern), help=sentence)


def _pki(word: str, sentence: str) -> Command:
    return Command(
        key=f"crypto pki {word}",
        pattern=(
            Word("crypto", "Security"),
            Word("pki", "Certificates"),
            Word(word, sentence),
            Optional(Argument("name", Text("the name of a trustpoint"), "One trustpoint")),
        ),
        help=sentence,
    )


SHOW: tuple[Command, ...] = (
    _command("isakmp sa", "The ISAKMP SAs"),
    _command("isakmp counters", "Counters of ISAKMP"),
    _command("isakmp key", "The pre-shared keys, masked"),
    _command("isakmp profile", "The ISAKMP profiles", _PROFILE),
    _command("isakmp peer", "Which ISAKMP profile each peer has", Optional(_PEER)),
    _command("ipsec sa", "The IPsec SAs"),
    _command("ipsec counters", "Counters of IPsec"),
    _command("ipsec peer", "The peers with their SAs", Optional(_PEER)),
    _command("ipsec policy", "Which packets go to which peer"),
    _command("ipsec profile", "The IPsec profiles", _PROFILE),
    Command(
        key="interface",
        pattern=(Word("interface", "Interfaces"), _INTERFACE),
        help="The interfaces",
    ),
    Command(
        key="arp",
        pattern=(Word("arp", "Hardware addresses"),),
        help="Which hardware address an address has",
    ),
    Command(
        key="hosts",
        pattern=(Word("hosts", "Names and addresses"),),
        help="Names of peers, and where they lead",
    ),
    Command(
        key="log",
        pattern=(Word("log", "The log"), Optional(Word("config", "Who is told it", sets=("config", True)))),
        help="What the log told last, or who is told it",
    ),
    _command("l2tp tunnel", "The tunnels of L2TPv3"),
    _command("tunnel endpoint", "The peers of tunnels with many"),
    Command(key="bridge", pattern=(Word("bridge", "Bridges"),), help="The bridges, with their ports"),
    _pki("certificates", "The certificates of the trustpoints"),
    _pki("trustpoint", "The trustpoints"),
    Command(
        key="crypto key mypubkey rsa",
        pattern=(
            Word("crypto", "Security"),
            Word("key", "Pairs of keys"),
            Word("mypubkey", "Of this device"),
            Word("rsa", "Of RSA"),
            Optional(Argument("name", Text("the name of a pair of keys"), "One pair")),
        ),
        help="The pairs of keys of this device, of each what everybody may know",
    ),
    _command("ip route", "Routes of IPv4", _DATABASE),
    _command("ipv6 route", "Routes of IPv6", _DATABASE),
)
_OF_PEER = Optional(Word("peer", "Of one peer"), _PEER)
_FORCE = Optional(Word("force", "Without telling the peer"))
CLEAR: tuple[Command, ...] = (
    _command("isakmp sa", "Delete ISAKMP SAs with their IPsec SAs", _OF_PEER, _FORCE),
    _command("ipsec sa", "Delete IPsec SAs with their ISAKMP SAs", _OF_PEER, _FORCE),
)

_Renderer = Callable[[Status, Gateway, dict[str, Any]], str]
_RENDERERS: dict[str, _Renderer] = {
    "l2tp tunnel": lambda status, gateway, _: l2tp.render_tunnels(status, gateway),
    "bridge": lambda status, gateway, _: l2tp.render_bridges(status, gateway),
    "tunnel endpoint": lambda status, gateway, _: endpoints.render(status, gateway),
    "isakmp sa": lambda status, gateway, _: sas.render_isakmp(status, gateway),
    "isakmp counters": lambda status, *_: counters.render_isakmp(status),
    "isakmp key": lambda _, gateway, __: configured.render_keys(gateway),
    "isakmp profile": lambda _, gateway, said: configured.render_isakmp_profiles(gateway, said.get("name")),
    "isakmp peer": lambda _, gateway, said: configured.render_peers(gateway, _peer(said)),
    "ipsec sa": lambda status, *_: sas.render_ipsec(status),
    "ipsec counters": lambda status, *_: counters.render_ipsec(status),
    "ipsec peer": lambda status, gateway, said: peers.render_peers(status, gateway, _peer(said)),
    "ipsec policy": lambda _, gateway, __: peers.render_policies(gateway),
    "ipsec profile": lambda _, gateway, said: configured.render_ipsec_profiles(gateway, said.get("name")),
    "interface": lambda status, gateway, said: interface.render(status, gateway, said.get("interface")),
    "arp": lambda status, *_: interface.render_arp(status),
    "crypto key mypubkey rsa": lambda status, _, said: certificates.render_keys(status, said.get("name")),
    "log": lambda status, gateway, said: (
        log.render_config(status, gateway) if said.get("config") else log.render(status)
    ),
    "hosts": lambda status, gateway, _: hosts.render(status, gateway),
    "crypto pki certificates": lambda status, _, said: certificates.render_certificates(
        status, said.get("name")
    ),
    "crypto pki trustpoint": lambda status, gateway, said: certificates.render_trustpoints(
        status, gateway, said.get("name")
    ),
    "ip route": lambda status, _, said: ip_route.render(status, 4, said.get("database", False)),
    "ipv6 route": lambda status, _, said: ip_route.render(status, 6, said.get("database", False)),
}


def show(words: Sequence[str], status: Status, gateway: Gateway) -> str:
    """The output of `show WORDS`; `gateway` is what runs. ShowError."""
    key, said = _read("show", words, SHOW)
    _check(key, said, status, gateway)
    return _RENDERERS[key](status, gateway, said)


def clear(words: Sequence[str], status: Status) -> Clear:
    """What `clear WORDS` asks for. ShowError.

    IPsec SAs go with the ISAKMP SA that made them; the peer is told in any case.
    """
    _, said = _read("clear", words, CLEAR)
    peer = _peer(said)
    if peer is None:
        return Clear(None)
    ends = [(sa.path.remote.ip, sa.peer_identity, sa.tunnel) for sa in status.ike_sas]
    ends += [(p.sa.path.remote.ip, None, p.sa.tunnel) for p in status.ipsec_sas]
    of_many = {hop.interface for hop in status.next_hops}
    for address, identity, tunnel in ends:
        if tunnel and peer in (str(address), identity.text.lower() if identity else None):
            return Clear(tunnel, peer=address if tunnel in of_many else None)
    known = ", ".join(dict.fromkeys(str(address) for address, _, _ in ends)) or "none"
    raise ShowError(f"% there is no SA with the peer {peer}; the peers are: {known}")


def _read(verb: str, words: Sequence[str], commands: tuple[Command, ...]) -> tuple[str, dict[str, Any]]:
    """The command, and what it names."""
    found = match_line(words, commands)
    if isinstance(found, Failure) or found.negated:
        known = ", ".join(f"`{verb} {c.words}`" for c in commands)
        said = " ".join([verb, *words])
        raise ShowError(f"% `{said}` is not understood; there are {known}")
    return found.command.key, found.values


def _check(key: str, said: dict[str, Any], status: Status, gateway: Gateway) -> None:
    """What a command names must be there."""
    known: Sequence[str]
    wanted = said.get("name") or said.get("interface") or _peer(said)
    match key:
        case "isakmp profile":
            kind, known = "ISAKMP profile", tuple(configured.isakmp_profiles(gateway))
        case "ipsec profile":
            kind, known = "IPsec profile", tuple(configured.ipsec_profiles(gateway))
        case "interface":
            kind, known = "interface", tuple(i.name for i in gateway.interfaces)
        case "isakmp peer" | "ipsec peer":
            kind, known = "peer", tuple(peers.peer_name(t) for t in of_each_peer(gateway))
        case _:
            return
    if wanted is not None and wanted not in known:
        raise ShowError(f"% there is no {kind} {wanted}; there are: {', '.join(known) or 'none'}")


def _peer(said: dict[str, Any]) -> str | None:
    peer = said.get("address") or said.get("hostname")
    return str(peer).lower() if peer is not None else None
