"""The lines about names."""

from collections.abc import Iterator

from kakehashi.model.names import NameService


def name_lines(names: NameService) -> Iterator[str]:
    """How the device finds the address of a name."""
    if not names.enabled:
        yield "no ip domain lookup"
    if len(names.domains) == 1:
        yield f"ip domain name {names.domains[0]}"
    else:
        yield from (f"ip domain list {domain}" for domain in names.domains)
    for host, addresses in names.hosts:
        for word, version in (("ip", 4), ("ipv6", 6)):
            if listed := [str(a) for a in addresses if a.version == version]:
                yield f"{word} host {host} {' '.join(listed)}"
    yield from (f"ip name-server {server}" for server in names.servers)
