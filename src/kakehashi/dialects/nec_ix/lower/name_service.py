"""`proxy-dns server` and `dns server` say which name servers the device asks."""

from kakehashi.dialects.document import Document
from kakehashi.model.address import IPAddress
from kakehashi.model.names import NameService

DEFAULT_PRIORITY = 100


def read_name_service(document: Document) -> NameService:
    """The servers, those of the highest priority first. One for a list of URLs alone is none of ours."""
    found: dict[IPAddress, int] = {}
    for line in document.statements("proxy-dns server", "dns server"):
        if line.get("urls"):
            continue
        if line.negated:
            found.pop(line.get("server"), None)
        else:
            found[line.get("server")] = line.get("priority", DEFAULT_PRIORITY)
    return NameService(servers=tuple(sorted(found, key=lambda server: -found[server])))
