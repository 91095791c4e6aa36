"""The name servers."""

from kakehashi.dialects.nec_ix.lower.name_service import DEFAULT_PRIORITY
from kakehashi.dialects.rendering import Losses
from kakehashi.model.names import NameService

HIGHEST_PRIORITY = 254


def name_lines(names: NameService, losses: Losses) -> list[str]:
    """The lines that say which servers are asked, in their order."""
    for host, _ in names.hosts:
        losses.add(None, f"the address of the host {host}", "tables of hosts are not translated for NEC IX")
    losses.unless(names.enabled, None, "name servers may not be asked", "the device has no setting for it")
    if names.domains:
        losses.add(None, "domains that are appended to names", "write names of peers with their domain")
    if len(names.servers) == 1:
        return [f"proxy-dns server {names.servers[0]}"]
    first = min(DEFAULT_PRIORITY + len(names.servers) - 1, HIGHEST_PRIORITY)
    return [f"proxy-dns server {a} priority {max(first - n, 1)}" for n, a in enumerate(names.servers)]
