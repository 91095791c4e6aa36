"""One look for the addresses of a host name: in the configuration, at name servers, on the host."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService

HOSTS = Path("/etc/hosts")
LONGEST_HOSTS = 1 << 20
ONE_TRY = 2.0  # seconds that one server has
ALL_TRIES = 10.0  # and all of them
MOST_ADDRESSES = 16
_TYPES = {4: "A", 6: "AAAA"}
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


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
        return _checked(name, listed, versions, None, "the configuration")
    if not service.enabled:
        raise LookupFailedError(f"{name} is not in the configuration, which forbids to ask name servers")
    if not service.servers and (listed := tuple(_in_hosts_file(name))):
        return _checked(name, listed, versions, None, str(HOSTS))
    return await ask(name, versions, _resolver(name, service))


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


def _checked(
    name: str,
    addresses: Iterable[IPAddress],
    versions: frozenset[int],
    seconds: float | None,
    server: str,
    missing: frozenset[int] = frozenset(),
) -> Answer:
    usable = sorted({a for a in addresses if is_usable(a) and a.version in versions}, key=order)
    if not usable and not missing:
        raise LookupFailedError(f"{server} knows no address of {name} that a peer could have")
    return Answer(tuple(usable[:MOST_ADDRESSES]), seconds, server, missing)


def _resolver(name: str, service: NameService) -> dns.asyncresolver.Resolver:
    try:
        resolver = dns.asyncresolver.Resolver(configure=not service.servers)
        if service.servers:
            resolver.nameservers = [str(server) for server in service.servers]
            resolver.search = [dns.name.from_text(domain) for domain in service.domains]
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise LookupFailedError(f"{name}: the host has no name server (/etc/resolv.conf)") from error
    resolver.timeout, resolver.lifetime = ONE_TRY, ALL_TRIES
    return resolver


async def ask(name: str, versions: frozenset[int], resolver: dns.asyncresolver.Resolver) -> Answer:
    """The addresses that the name servers of `resolver` tell. LookupFailedError."""
    wanted = sorted(versions)
    # Only a name of one label has a domain appended: nobody is to answer in a peer's stead.
    asked = (resolver.resolve(name, _TYPES[v], search="." not in name) for v in wanted)
    found = await asyncio.gather(*asked, return_exceptions=True)
    addresses: list[IPAddress] = []
    seconds, servers, problems = [], [], {}
    for version, outcome in zip(wanted, found, strict=True):
        match outcome:
            case dns.resolver.Answer():
                addresses += [ip_address(record.address) for record in outcome]
                seconds.append(float(outcome.chaining_result.minimum_ttl))
                servers.append(str(outcome.nameserver))
            case BaseException() if isinstance(outcome, _NOTHING):
                pass
            case Exception():
                problems[version] = outcome
            case _:
                raise outcome  # a cancellation
    if not addresses:
        raise LookupFailedError(_why(name, problems, resolver))
    return _checked(name, addresses, versions, min(seconds), servers[0], frozenset(problems))


def _why(name: str, problems: dict[int, Exception], resolver: dns.asyncresolver.Resolver) -> str:
    asked = ", ".join(str(server) for server in resolver.nameservers)
    if not problems:
        return f"{asked}: there is no address of {name}"
    problem = next(iter(problems.values()))
    if isinstance(problem, dns.exception.Timeout):
        return f"no name server has answered within {ALL_TRIES:g} s ({asked})"
    if isinstance(problem, dns.resolver.NoNameservers):
        return f"no name server gives an answer of use ({asked})"
    return f"{asked}: {type(problem).__name__}"


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
