"""What a configuration says of a server becomes the server without sockets."""

from collections.abc import Callable
from ipaddress import IPv4Address

from kakehashi.l2tp import settings as l2tp
from kakehashi.l2tp.access import AccessServer
from kakehashi.model.gateway import Gateway
from kakehashi.model.l2tp_server import L2tpServer, LoginMethod
from kakehashi.ppp import settings as ppp
from kakehashi.ppp.pool import AddressPool
from kakehashi.ppp.users import Account, Granted, Login, Refused, Users, UserTable, Verdict, without_domain

_METHODS = {
    LoginMethod.MS_CHAP_V2: ppp.Method.MS_CHAP_V2,
    LoginMethod.CHAP: ppp.Method.CHAP_MD5,
    LoginMethod.PAP: ppp.Method.PAP,
}
_NOBODY = IPv4Address("0.0.0.1"), IPv4Address("0.0.0.0")  # noqa: S104  a range that holds no address


class LimitedUsers:
    """Those of a server; of one that has as many sessions as it may, no more. `sessions_of`: it has now.

    Where others are to be asked about who is unknown here, the verdict comes later.
    """

    def __init__(self, server: L2tpServer, users: Users, sessions_of: Callable[[str], int]) -> None:
        self._server = server
        self._users = users
        self._sessions_of = sessions_of

    def check(self, login: Login) -> Verdict | None:
        """See `ppp.users.Users`."""
        known = {caller.name for caller in self._server.callers} if self._server.local_users else set()
        is_known = not known.isdisjoint((login.user, without_domain(login.user)))
        if self._server.radius and not is_known:
            return None
        return self.limit(login, self._users.check(login) or Refused())

    def limit(self, login: Login, verdict: Verdict) -> Verdict:
        """The verdict, unless the user has as many sessions as it may."""
        most = self._server.sessions_per_user
        if isinstance(verdict, Granted) and most and self._sessions_of(login.user) >= most:
            return Refused(f"{most} session{'' if most == 1 else 's'} of this user stand already")
        return verdict


def access_server(
    server: L2tpServer, ours: IPv4Address, users: Users, entropy: Callable[[int], bytes]
) -> AccessServer:
    """The server with the PPP of its links. `ours`: our address on them."""
    first, last = (server.pool.first, server.pool.last) if server.pool else _NOBODY
    reserved = [caller.address for caller in server.callers if caller.address is not None]
    limits = l2tp.Limits(sessions=server.sessions) if server.sessions else l2tp.Limits()
    return AccessServer(
        l2tp.Settings(
            host_name=server.host_name or "lns",
            secret=server.secret,
            needs_ipsec=server.protected,
            limits=limits,
            timing=l2tp.Timing(hello=server.hello),
        ),
        ppp.Settings(
            name=server.host_name or "lns",
            methods=tuple(_METHODS[method] for method in server.methods),
            mru=server.mru,
            address=ours,
            dns=server.dns[:2],
            ipv6=server.ipv6,
            timing=ppp.Timing(echo=server.echo, echo_failures=server.echo_failures),
        ),
        users,
        AddressPool(first, last, [*reserved, ours]),
        entropy,
    )


def user_table(server: L2tpServer) -> UserTable:
    """The users of the configuration."""
    if not server.local_users:
        return UserTable({})
    return UserTable({c.name: Account(c.password, c.address) for c in server.callers})


def our_address(server: L2tpServer, gateway: Gateway) -> IPv4Address:
    """Ours on the links: the tunnel interface's, or the one that it borrows."""
    for name in (server.interface, server.lender):
        interface = gateway.interface(name) if name else None
        for address in interface.addresses if interface else ():
            if isinstance(address.ip, IPv4Address):
                return address.ip
    return ppp.NO_ADDRESS
