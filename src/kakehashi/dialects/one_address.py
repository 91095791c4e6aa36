"""An interface has an IPv4 address of its own or borrows one: of the lines that say so the last holds."""

from dataclasses import replace

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.document import Statement
from kakehashi.dialects.report import Report
from kakehashi.model.gateway import Interface

OWN, BORROWED = "ip address", "ip unnumbered"


def borrowing(interface: Interface, lender: str | None) -> Interface:
    """The interface with the address of the lender, instead of its own; None: it borrows none."""
    if lender is None:
        return replace(interface, unnumbered=None)
    kept = tuple(a for a in interface.addresses if a.version == 6)
    return replace(
        interface,
        addresses=kept,
        unnumbered=lender,
        dhcp=False,
        dhcp_default_route=False,
        negotiated=False,
    )


def tell_which_holds(block: Block, report: Report) -> None:
    """Say it of each line that one of the other kind takes back."""
    standing: list[Statement] = []
    for statement in block.lines:
        if statement.key not in (OWN, BORROWED):
            continue
        if statement.negated:
            standing = [before for before in standing if before.key != statement.key]
            continue
        for before in standing:
            if before.key != statement.key:
                report.info(
                    before.line,
                    "replaced",
                    f"{block.name} has an address of its own or borrows one: `{statement.key}` in line "
                    f"{statement.line} holds, and takes the place of this line",
                    "take the line out",
                )
        standing = [before for before in standing if before.key == statement.key] + [statement]
