"""`vpdn-group`, `interface Virtual-Template`, pools and users: a server to dial in to."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kakehashi.dialects.cisco_ios.interfaces import family_of
from kakehashi.dialects.cisco_ios.lower.dial_in import KEEPALIVE
from kakehashi.dialects.rendering import Losses, is_word, plain_secret
from kakehashi.model.gateway import AdjustMss, Gateway, Interface, InterfaceKind
from kakehashi.model.l2tp_server import L2tpServer, LoginMethod, RadiusServer

TEMPLATE = "Virtual-Template1"
_FAMILY = "Virtual-Template"
_WORDS = {LoginMethod.MS_CHAP_V2: "ms-chap-v2", LoginMethod.CHAP: "chap", LoginMethod.PAP: "pap"}
_MTU, _HELLO, _TIMEOUT, _RETRIES = 1500, 60, 5, 3
_IP_AND_TCP = 40


@dataclass(frozen=True, slots=True)
class DialIn:
    """What is written of it: `access`, users and AAA; `group`; the template with its own lines; `pool`."""

    access: list[str] = field(default_factory=list, repr=False)
    group: list[str] = field(default_factory=list, repr=False)
    template: Interface | None = None
    lines: list[str] = field(default_factory=list)
    pool: list[str] = field(default_factory=list)


def with_one_server(gateway: Gateway, losses: Losses) -> Gateway:
    """The gateway with the first of its servers, and without the interface that one is made after."""
    for other in gateway.l2tp_servers[1:]:
        losses.add(
            other.source, f"people dial in to {other.interface}, too", "one group serves them all here"
        )
    if not gateway.l2tp_servers:
        return gateway
    plain = tuple(i for i in gateway.interfaces if family_of(i.name) != _FAMILY)
    left = {server.interface for server in gateway.l2tp_servers[1:]}
    return replace(
        gateway,
        l2tp_servers=gateway.l2tp_servers[:1],
        interfaces=tuple(i for i in plain if i.name not in left),
        tunnels=tuple(t for t in gateway.tunnels if t.interface not in left),
    )


def dial_in(gateway: Gateway, losses: Losses) -> DialIn:
    """The lines of the server, if there is one."""
    if not gateway.l2tp_servers:
        return DialIn()
    (server,) = gateway.l2tp_servers
    _tell(server, losses)
    own = gateway.interface(server.interface)
    interface = Interface(
        name=TEMPLATE,
        kind=InterfaceKind.TUNNEL,
        enabled=True,
        addresses=own.addresses if own and server.lender is None else (),
        unnumbered=server.lender,
        ipv6_enabled=server.ipv6,
        mtu=server.mru if server.mru != _MTU else None,
        adjust_mss=_mss(own, server),
    )
    pool = _word(server.name, "DIAL-IN")
    return DialIn(
        [*_users(server, losses), *_aaa(server, losses)],
        [*_group(server, gateway, losses)],
        interface,
        [*_of_template(server, pool)],
        [*_pools(server, pool)],
    )


def _pools(server: L2tpServer, name: str) -> Iterator[str]:
    if server.pool is not None:
        yield f"ip local pool {name} {server.pool.first} {server.pool.last}"
    if server.prefixes is not None:
        yield f"ipv6 local pool {name} {server.prefixes.network} 64"


def _mss(own: Interface | None, server: L2tpServer) -> int | None:
    """A number, for the device does not fit it by itself."""
    mss = own.adjust_mss if own else None
    return server.mru - _IP_AND_TCP if mss is AdjustMss.AUTO else mss


def _word(text: str, otherwise: str) -> str:
    return text if is_word(text) else otherwise


def _users(server: L2tpServer, losses: Losses) -> Iterator[str]:
    for caller in server.callers:
        password = plain_secret(caller.password)
        what = f"the user {caller.name}"
        if is_word(caller.name) and password is not None:
            yield f"username {caller.name} password 0 {password}"
        else:
            losses.add(caller.source, what, "the device wants a name and a password of one word each")
        losses.unless(
            caller.address is None, caller.source, f"{what} always gets {caller.address}", "it gets any"
        )


def _aaa(server: L2tpServer, losses: Losses) -> Iterator[str]:
    if not server.radius:
        return
    local = " local" if server.local_users else ""
    yield "aaa new-model"
    yield f"aaa authentication ppp default group radius{local}"
    if server.accounting:
        yield "aaa accounting network default start-stop group radius"
        if server.interim:
            yield f"aaa accounting update periodic {max(1, server.interim // 60)}"
    for number, asked in enumerate(server.radius, start=1):
        yield from _radius(number, asked, losses)


def _radius(number: int, asked: RadiusServer, losses: Losses) -> Iterator[str]:
    secret = plain_secret(asked.secret)
    if secret is None:
        losses.add(asked.source, f"the RADIUS server {asked.address}", "its key is not one word")
        return
    yield f"radius server DIAL-IN-{number}"
    version = asked.address.version
    yield f" address ipv{version} {asked.address} auth-port {asked.port} acct-port {asked.accounting_port}"
    if asked.timeout != _TIMEOUT:
        yield f" timeout {asked.timeout}"
    if asked.retries != _RETRIES:
        yield f" retransmit {asked.retries}"
    yield f" key {secret}"


def _group(server: L2tpServer, gateway: Gateway, losses: Losses) -> Iterator[str]:
    yield "vpdn enable"
    yield f"vpdn-group {_word(server.name, 'L2TP')}"
    yield from (" accept-dialin", "  protocol l2tp", f"  virtual-template {TEMPLATE.removeprefix(_FAMILY)}")
    if server.sessions:
        yield f" session-limit {server.sessions}"
    if server.host_name and server.host_name != gateway.hostname and is_word(server.host_name):
        yield f" local name {server.host_name}"
    if server.hello != _HELLO:
        yield f" l2tp tunnel hello {losses.within(server.hello, 0, 1000, server.source, 'HELLO')}"
    secret = plain_secret(server.secret) if server.secret else None
    losses.unless(
        secret is not None or server.secret is None,
        server.source,
        "L2TP's own password",
        "it is not one word",
    )
    yield f" l2tp tunnel password 0 {secret}" if secret else " no l2tp tunnel authentication"


def _of_template(server: L2tpServer, pool: str) -> Iterator[str]:
    if server.pool is not None:
        yield f"peer default ip address pool {pool}"
    if server.prefixes is not None:
        yield f"peer default ipv6 pool {pool}"
    yield f"ppp authentication {' '.join(_WORDS[method] for method in server.methods)}"
    if server.dns:
        yield f"ppp ipcp dns {' '.join(map(str, server.dns[:2]))}"
    if server.idle:
        yield f"ppp timeout idle {server.idle}"
    if not server.echo:
        yield "no keepalive"
    elif (server.echo, server.echo_failures) != KEEPALIVE:
        yield f"keepalive {server.echo} {server.echo_failures}"


def _tell(server: L2tpServer, losses: Losses) -> None:
    losses.unless(
        not server.sessions_per_user,
        server.source,
        f"{server.interface}: a limit for each user",
        "users have one here only by RADIUS",
    )
