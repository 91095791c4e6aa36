"""People dial in by L2TP in the clear: no dynamic crypto map is there to protect them."""

from dataclasses import replace

from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.dial_in import DialIn, read_server
from kakehashi.dialects.document import Document
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface, InterfaceKind
from kakehashi.model.l2tp_server import L2tpServer


def lower_open_dial_in(
    dial_in: DialIn, hostname: str, document: Document, report: Report
) -> tuple[tuple[L2tpServer, ...], tuple[Interface, ...]]:
    """The server with an interface after the template; both empty where there is none."""
    template = dial_in.template
    name = template.name if template else ""
    server = replace(read_server(dial_in, name, hostname, document, report), protected=False)
    is_on = any(not s.negated for s in document.statements("vpdn enable"))
    if template is None or not is_on:
        return (), ()
    report.warning(
        dial_in.group.line,
        "l2tp-in-the-clear",
        "people dial in without IPsec: whoever is on the way reads what they send and receive",
        "put a dynamic crypto map with `mode transport` on the interface towards them",
    )
    lender, mss = template.last("ip unnumbered"), template.last("ip tcp adjust-mss")
    shutdown = [line for line in template.lines if line.key == "shutdown"]
    interface = Interface(
        name=name,
        kind=InterfaceKind.TUNNEL,
        enabled=not shutdown or shutdown[-1].negated,
        unnumbered=interface_of(lender, "interface") if lender else None,
        adjust_mss=mss.get("mss") if mss else None,
        source=report.source(template.line),
    )
    return (server,), (interface,)
