"""IPv6 for those who dial in: `ipv6 enable`, `peer default ipv6 pool`, `ipv6 local pool`."""

from collections.abc import Iterator
from ipaddress import IPv6Network

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.l2tp_server import PrefixPool

_LENGTH = 64  # what a host makes addresses from (RFC 4291 section 2.5.1)


def speaks_ipv6(template: Block) -> bool:
    """Any line that gives the interface IPv6."""
    keys = ("ipv6 enable", "ipv6 unnumbered", "peer default ipv6")
    return any(line.key in keys or line.key.startswith("ipv6 address") for line in _standing(template))


def prefixes_of(template: Block, document: Document, report: Report) -> PrefixPool | None:
    """What `peer default ipv6 pool NAME` leads to."""
    lines = [line for line in _standing(template) if line.key == "peer default ipv6"]
    words = tuple(lines[-1].get("rest", ())) if lines else ()
    if len(words) < 2 or words[0].lower() != "pool":
        return None
    name, line = words[1], lines[-1].line
    pools = dict(_pools(document, report))
    if name not in pools:
        report.warning(
            line,
            "undefined-pool",
            f"there is no pool of prefixes {name}: who dials in has link-local addresses of IPv6 alone",
            f"add `ipv6 local pool {name} 2001:db8::/48 64`, with a network of yours",
            name=name,
        )
        return None
    return pools[name]


def lines_of_pools(document: Document) -> frozenset[int]:
    """The lines that are ours where people dial in."""
    return frozenset(s.line for s in document.statements("ipv6 local") if _rest(s)[:1] == ("pool",))


def _pools(document: Document, report: Report) -> Iterator[tuple[str, PrefixPool | None]]:
    """`ipv6 local pool NAME PREFIX/LENGTH LENGTH`."""
    for statement in document.statements("ipv6 local"):
        words = _rest(statement)
        if statement.negated or len(words) < 4 or words[0] != "pool":
            continue
        name, network = words[1], _network(words[2])
        if network is None or words[3] != str(_LENGTH):
            report.warning(
                statement.line,
                "prefix-length",
                f"the pool {name} lends no prefixes of 64 bits, from which alone a host makes its "
                "addresses: who dials in has link-local addresses of IPv6 alone",
                f"add `ipv6 local pool {name} 2001:db8::/48 64`, with a network of yours",
                name=name,
            )
            yield name, None
            continue
        yield name, PrefixPool(network)


def _network(word: str) -> IPv6Network | None:
    try:
        network = IPv6Network(word, strict=False)
    except ValueError:
        return None
    return network if network.prefixlen <= _LENGTH else None


def _rest(statement: Statement) -> tuple[str, ...]:
    words = tuple(statement.get("rest", ()))
    return (words[0].lower(), *words[1:]) if words else ()


def _standing(template: Block) -> Iterator[Statement]:
    return (line for line in template.lines if not line.negated)
