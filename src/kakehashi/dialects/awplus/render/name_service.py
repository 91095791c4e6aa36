"""The lines about names."""

from kakehashi.dialects.rendering import Losses
from kakehashi.model.names import NameService


def name_lines(names: NameService, losses: Losses) -> list[str]:
    """How the device finds the address of a name."""
    for host, _ in names.hosts:
        reason = "tables of hosts are not translated for AlliedWare Plus"
        losses.add(None, f"the address of the host {host}", reason)
    lines = [] if names.enabled else ["no ip domain-lookup"]
    lines += [f"ip name-server {server}" for server in names.servers]
    if len(names.domains) == 1:
        return [*lines, f"ip domain-name {names.domains[0]}"]
    return [*lines, *(f"ip domain-list {domain}" for domain in names.domains)]
