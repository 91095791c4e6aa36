"""`ppp profile`, and the tunnel interfaces that bind one: servers to dial in to (manual 2.7, V1-15)."""

from collections.abc import Iterator

from kakehashi.dialects.nec_ix.lower.l2tp import ECHO, ECHO_FAILURES, MRU
from kakehashi.dialects.rendering import Losses, Names, is_word, plain_secret
from kakehashi.model.gateway import Gateway
from kakehashi.model.l2tp_server import L2tpServer, LoginMethod

_WORDS = {
    (LoginMethod.CHAP,): "chap",
    (LoginMethod.PAP,): "pap",
    (LoginMethod.CHAP, LoginMethod.PAP): "chap-pap",
}
_HELLO = 60


def profiles(gateway: Gateway, losses: Losses) -> tuple[list[list[str]], dict[str, str]]:
    """The blocks of the profiles, and the name of that which each interface binds."""
    names, sections, bound = Names(), [], {}
    for server in gateway.l2tp_servers:
        if not server.protected:
            what = f"people dial in to {server.interface} without IPsec"
            losses.add(server.source, what, "the device takes L2TP under IPsec alone")
            continue
        name = names.of(server.name, "dial-in")
        bound[server.interface] = name
        sections.append([f"ppp profile {name}", *(f"  {line}" for line in _lines(server, losses))])
        _tell(server, gateway, losses)
    return sections, bound


def _lines(server: L2tpServer, losses: Losses) -> Iterator[str]:
    yield f"authentication request {_request(server, losses)}"
    for caller in server.callers:
        password = plain_secret(caller.password)
        what = f"the user {caller.name}"
        if is_word(caller.name) and password is not None:
            yield f"authentication password {caller.name} {password}"
        else:
            losses.add(caller.source, what, "the device wants a name and a password of one word each")
        losses.unless(
            caller.address is None, caller.source, f"{what} always gets {caller.address}", "it gets any"
        )
    if server.mru != MRU:
        yield f"lcp mru {losses.within(server.mru, 128, 1500, server.source, 'an MRU')}"
    if not server.echo:
        yield "no echo"
    elif server.echo != ECHO:
        yield f"lcp echo-interval {losses.within(server.echo, 1, 3600, server.source, 'echo every so often')}"
    if server.echo and server.echo_failures != ECHO_FAILURES:
        yield f"lcp echo-retry {losses.within(server.echo_failures, 1, 255, server.source, 'silent echo')}"
    if server.dns:
        yield f"ipcp provide-remote-dns {' '.join(map(str, server.dns[:2]))}"
    if server.pool is not None:
        yield f"ipcp provide-ip-address range {server.pool.first} {server.pool.last}"


def _request(server: L2tpServer, losses: Losses) -> str:
    """What is asked for first is asked for; what the device cannot ask for goes."""
    known = tuple(m for m in (LoginMethod.CHAP, LoginMethod.PAP) if m in server.methods)
    for method in server.methods:
        losses.unless(
            method in known,
            server.source,
            f"login by {method.value}",
            "the device asks for CHAP or PAP: let the users' devices do that",
        )
    losses.unless(
        bool(known), server.source, "no way to log in is left", "CHAP is written, for it tells no password"
    )
    losses.unless(
        not known or known == tuple(m for m in server.methods if m in known),
        server.source,
        "PAP before CHAP",
        "the device asks for CHAP first",
    )
    return _WORDS[known or (LoginMethod.CHAP,)]


def _tell(server: L2tpServer, gateway: Gateway, losses: Losses) -> None:
    """What a profile has no words for."""
    source = server.source
    asked = ", ".join(str(r.address) for r in server.radius)
    called = server.host_name in ("", gateway.hostname)
    for fits, what, why in (
        (not server.idle, f"an idle session ends after {server.idle} s", "no line of the device says so"),
        (
            not server.sessions,
            f"at most {server.sessions} sessions",
            "the addresses of the profile are the limit",
        ),
        (not server.sessions_per_user, "a limit for each user", "the device has none"),
        (server.hello == _HELLO, f"HELLO after {server.hello} s", "the device has its own interval"),
        (
            server.secret is None,
            "L2TP's own password",
            "the device has none: IPsec's key keeps strangers out",
        ),
        (called, f"the name {server.host_name} towards callers", "the device says its host name"),
        (not asked, f"RADIUS servers are asked ({asked})", "users stand in the profile: write them there"),
        (not server.ipv6, "IPv6 for who dials in", "no line of the device says so"),
        (not server.accounting, "RADIUS servers are told of sessions", "no line of the device says so"),
        (
            server.local_users or not server.callers,
            "users of the configuration are not known",
            "those of the profile are",
        ),
    ):
        losses.unless(fits, source, f"{server.interface}: {what}", why)
