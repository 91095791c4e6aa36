"""Name servers, asked by dnspython."""

import asyncio
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from kakehashi.gateway.lookup import Answer, LookupFailedError, checked
from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService

ONE_TRY = 2.0  # seconds that one server has
ALL_TRIES = 10.0  # and all of them
_TYPES = {4: "A", 6: "AAAA"}
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


def resolver_of(name: str, service: NameService) -> dns.asyncresolver.Resolver:
    """Who asks: the name servers of the configuration, or else the host's. LookupFailedError."""
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
    return checked(name, addresses, versions, min(seconds), servers[0], frozenset(problems))


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
