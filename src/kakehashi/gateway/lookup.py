"""One look for the addresses of a host name: in the configuration, at name servers, on the host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService

HOSTS = Path("/etc/hosts")
LONGEST_HOSTS = 1 << 20
MOST_ADDRESSES = 16


class LookupFailedError(Exception):
    """Nothing was found; the text says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`addresses`: IPv4 before IPv6, the smallest first. `seconds`: for how long they are good, None: until
    the configuration or the host's table of names is changed. `server`: who said so. `missing`: of these IP
    versions nobody has answered, so that nothing is known.
    """

    addresses: tuple[IPAddress, ...]
    seconds: float | None
    server: str
    missing: frozenset[int] = frozenset()


async def look_up(name: str, versions: frozenset[int], service: NameService) -> Answer:
    """The addresses of a name. LookupFailedError.

    Whatever a server says, what comes back is few addresses that a host can have.
    """
    table = dict(service.hosts)
    if (listed := table.get(name.lower())) is not None:
        return checked(name, listed, versions, None, "the configuration")
    if not service.enabled:
        raise LookupFailedError(f"{name} is not in the configuration, which forbids to ask name servers")
    if not service.servers and (listed := tuple(_in_hosts_file(name))):
        return checked(name, listed, versions, None, str(HOSTS))
    # Late: dnspython takes longer to load than many a gateway to start, and few configurations have names.
    servers = import_module("kakehashi.gateway.name_servers")
    answer: Answer = await servers.ask(name, versions, servers.resolver_of(name, service))
    return answer


def is_usable(address: IPAddress) -> bool:
    """Can a peer have the address?"""
    return not (
        address.is_unspecified
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or (isinstance(address, IPv4Address) and address.is_reserved)
        or (isinstance(address, IPv6Address) and address.ipv4_mapped is not None)
    )


def order(address: IPAddress) -> tuple[int, int]:
    """By what addresses are sorted: always the same one is the first, however the server turns them."""
    return address.version, int(address)


def checked(
    name: str,
    addresses: Iterable[IPAddress],
    versions: frozenset[int],
    seconds: float | None,
    server: str,
    missing: frozenset[int] = frozenset(),
) -> Answer:
    """The answer, of these addresses those that a peer can have. LookupFailedError where there is none."""
    usable = sorted({a for a in addresses if is_usable(a) and a.version in versions}, key=order)
    if not usable and not missing:
        raise LookupFailedError(f"{server} knows no address of {name} that a peer could have")
    return Answer(tuple(usable[:MOST_ADDRESSES]), seconds, server, missing)


def _in_hosts_file(name: str) -> Iterator[IPAddress]:
    """What the host's own table says."""
    try:
        with HOSTS.open(encoding="utf-8", errors="replace") as file:
            text = file.read(LONGEST_HOSTS)
    except OSError:
        return
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if name.lower() in (other.lower() for other in names):
            try:
                yield ip_address(address)
            except ValueError:
                continue
