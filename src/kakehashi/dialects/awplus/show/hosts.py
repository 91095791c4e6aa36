"""`show hosts`: names of peers, and where they lead. The rows of names are ours."""

from kakehashi.model.gateway import Gateway
from kakehashi.model.status import NameStatus, Status


def render(status: Status, gateway: Gateway) -> str:
    """How names are looked up, then each name that a peer is known by."""
    names = gateway.names
    own = next(iter(names.domains), "")
    lines = [
        f"Default domain is {own}" if own else "Default domain is not set",
        f"Domain list: {' '.join(names.domains)}" if len(names.domains) > 1 else "Domain list is not set",
        f"Name/address lookup uses {'domain service' if names.enabled else 'static mappings'}",
        f"Name servers are {' '.join(map(str, names.servers)) or 'those of the host'}",
    ]
    if status.names:
        lines += ["", f"{'Host':32} {'Age':>7} {'Next look':>10}  Address(es)", "-" * 80]
    for name in status.names:
        lines += _name(name)
    return "\n".join(lines) + "\n"


def _name(name: NameStatus) -> list[str]:
    age = "-" if name.age is None else f"{name.age:.0f} s"
    addresses = " ".join(map(str, name.addresses)) or "-"
    row = f"{name.name:32} {age:>7} {f'{name.next_look:.0f} s':>10}  {addresses}"
    return [row, f"  {name.failure}"] if name.failure else [row]
