"""`show ip interface brief` and its like, from the state that the host is in."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def brief(rows: Sequence[Row], dialect: str) -> str:
    """One line an interface. A row has `name`, `address`, `method`, `enabled` and `up`."""
    if dialect == "cisco-ios":
        return _ios(rows)
    if dialect == "awplus":
        return _awplus(rows)
    return _nec(rows)


def _ios(rows: Sequence[Row]) -> str:
    lines = ["Interface                  IP-Address      OK? Method Status                Protocol"]
    for row in rows:
        address = (row["address"] or "unassigned").split("/")[0]
        status = "up" if row["enabled"] else "administratively down"
        state = "up" if row["up"] else "down"
        lines.append(
            f"{row['name']:<26} {address:<15} YES {row['method']:<6} {status:<21} {state:<8}".rstrip()
        )
    return "\n".join([*lines, ""])


def _awplus(rows: Sequence[Row]) -> str:
    lines = ["Interface       IP-Address         Status        Protocol"]
    for row in rows:
        status = "admin up" if row["enabled"] else "admin down"
        state = "running" if row["up"] else "down"
        lines.append(f"{row['name']:<15} {row['address'] or 'unassigned':<18} {status:<13} {state}")
    return "\n".join([*lines, ""])


def _nec(rows: Sequence[Row]) -> str:
    """The manual that we have does not print it."""
    widest = max([len("Interface"), *(len(row["name"]) for row in rows)])
    lines = [f"{'Interface':<{widest}}  {'IP address':<18}  Status"]
    for row in rows:
        state = ("up" if row["up"] else "down") if row["enabled"] else "administratively down"
        lines.append(f"{row['name']:<{widest}}  {row['address'] or 'not assigned':<18}  {state}")
    return "\n".join([*lines, ""])
