"""`show hosts`: names of peers, and where they lead."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import NameStatus, Status

_CODES = """\
Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate
       temp - temporary, perm - permanent
       NA - Not Applicable None - Not defined
"""
_HOUR = 3600


def render(status: Status, gateway: Gateway) -> str:
    """How names are looked up, then each name. The last line of each, the next look, is ours."""
    names = gateway.names
    domain = f"Default domain is {names.domains[0]}" if names.domains else "Default domain is not set"
    lookup = "domain service" if names.enabled else "static mappings"
    servers = ", ".join(str(server) for server in names.servers) or "those of the host"
    lines = [domain, f"Name/address lookup uses {lookup}", f"Name servers are {servers}", "", _CODES]
    lines.append("Host                      Port  Flags      Age Type   Address(es)")
    for host, addresses in names.hosts:
        lines.append(_row(host, "(perm, OK)", 0, " ".join(map(str, addresses))))
    told = {host for host, _ in names.hosts}
    for name in status.names:
        if name.name.lower() not in told:
            lines += _name(name)
    return "\n".join(lines) + "\n"


def _name(name: NameStatus) -> list[str]:
    state = "UN" if name.age is None else "OK" if name.remaining else "EX"
    age = int((name.age or 0) / _HOUR)
    lines = [_row(name.name, f"(temp, {state})", age, " ".join(map(str, name.addresses)))]
    by = f" by {name.server}" if name.server else ""
    told = "not found yet" if name.age is None else f"told{by} {name.age:.0f} s ago"
    why = f"; {name.failure}" if name.failure else ""
    return [*lines, f"  {told}, next look in {name.next_look:.0f} s{why}"]


def _row(host: str, flags: str, age: int, addresses: str) -> str:
    return f"{host:25} None  {flags:10} {age:>3}   IP    {addresses}".rstrip()
