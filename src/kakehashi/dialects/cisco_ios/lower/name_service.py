"""`ip name-server`, `ip domain ...` and `ip host`: how the device finds the address of a name."""

from kakehashi.dialects.document import Document
from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService


def read_name_service(document: Document) -> NameService:
    """What the lines say together. A list of domains counts in the stead of the device's own domain."""
    servers: dict[IPAddress, bool] = {}
    domains: dict[str, bool] = {}
    hosts: dict[str, tuple[IPAddress, ...]] = {}
    own, enabled = "", True
    for line in document.statements():
        on = not line.negated
        match line.key:
            case "ip name-server":
                said = dict.fromkeys(line.get("servers", ()), True)
                left = {a: True for a in servers if a not in said} if said else {}
                servers = servers | said if on else left
            case "ip domain list":
                domains.pop(line.get("domain", ""), None)
                domains |= {line.get("domain"): True} if on else {}
            case "ip domain name" | "ip domain-name":
                own = line.get("name", "") if on else ""
            case "ip domain lookup":
                enabled = on
            case "ip host":
                hosts.pop(name := line.get("name", "").lower(), None)
                if on:
                    hosts[name] = tuple(line.get("addresses", ()))
    return NameService(
        servers=tuple(servers),
        domains=tuple(domains) or ((own,) if own else ()),
        hosts=tuple(hosts.items()),
        enabled=enabled,
    )
