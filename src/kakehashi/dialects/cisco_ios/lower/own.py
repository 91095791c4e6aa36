"""What the device is called."""

from kakehashi.dialects.blocks import last_line
from kakehashi.dialects.document import Document


def own_name(document: Document) -> str:
    """The device's name with its domain."""
    host, domain = hostname(document), ""
    for line in document.statements("ip domain name", "ip domain-name"):
        domain = "" if line.negated else line.get("name", "")
    return f"{host}.{domain}" if host and domain else host


def hostname(document: Document) -> str:
    """The device's name."""
    line = last_line(document, "hostname")
    return line.get("name", "") if line else ""
