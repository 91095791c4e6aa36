"""`ip name-server` and `ip domain-...`: how the device finds the address of a name."""

from kakehashi.dialects.document import Document
from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService


def read_name_service(document: Document) -> NameService:
    """What the lines say together. A server for a list of domains alone is none of ours; the device's own
    domain counts where there is no list of domains.
    """
    servers: dict[IPAddress, bool] = {}
    domains: dict[str, bool] = {}
    own, enabled = "", True
    for line in document.statements():
        on = not line.negated
        match line.key:
            case "ip name-server" if not line.get("suffixes"):
                servers.pop(line.get("server"), None)
                servers |= {line.get("server"): True} if on else {}
            case "ip domain-list":
                domains.pop(line.get("domain"), None)
                domains |= {line.get("domain"): True} if on else {}
            case "ip domain-name":
                own = line.get("domain", "") if on else ""
            case "ip domain-lookup":
                enabled = on
    return NameService(
        servers=tuple(servers), domains=tuple(domains) or ((own,) if own else ()), enabled=enabled
    )
