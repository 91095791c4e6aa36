"""How to look around in a lab that is kept running."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kakehashi.lab.door import Door, command, write_client
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.process import GatewayProcess


def tell_how_to_look_around(
    folder: Path,
    namespaces: Mapping[str, NetworkNamespace],
    gateways: Sequence[GatewayProcess],
    door: Door,
    words: Mapping[str, str],
    example: tuple[str, str] | None,
    console: Console,
) -> None:
    """Print the commands.

    `words`: by which each gateway shows the SAs of IKE. `example`: a host's namespace, and an address to
    ping from there.
    """
    script = folder / "in"
    script.write_text(script_text(outer_pid(), {n: ns.descriptor for n, ns in namespaces.items()}))
    script.chmod(0o700)
    write_client(door, script, [(gateway.name, gateway.folder) for gateway in gateways])
    enter = shlex.quote(str(script))
    namespace, address = example or (next(iter(namespaces)), "")
    lines = [
        f"{enter} NAME COMMAND ...    a command in one of: {', '.join(namespaces)}",
        f"{enter} {namespace} ping {address}" if address else f"{enter} {namespace} ip route",
    ]
    for gateway in gateways:
        lines.append(f"{command(door, gateway.name)}    its command line")
        asked = f"kakehashi show {words[gateway.name]} --control {shlex.quote(str(gateway.control))}"
        lines.append(f"{asked}    {gateway.name}")
        lines.append(f"tail -f {shlex.quote(str(gateway.log))}    its events")
    console.print(Text("It goes on until Ctrl-C. To look around:", style="bold"))
    for line in lines:
        console.print(Text(f"  {line}"), soft_wrap=True)


def sas_of_ike(dialect: str, ikev1: bool) -> str:
    """What stands behind `show` for the SAs of IKE, of version 1 or 2, in a device's language."""
    if dialect == "awplus":
        return "isakmp sa"
    if dialect == "cisco-ios":
        return "crypto isakmp sa" if ikev1 else "crypto ikev2 sa"
    return "ike sa" if ikev1 else "ikev2 sa"


def outer_pid() -> int:
    """The number of this process as the machine knows it: /proc is the machine's, the PID namespace not."""
    return int(os.readlink("/proc/self"))


def script_text(pid: int, descriptors: Mapping[str, int]) -> str:
    """A shell script `NAME COMMAND ...` that runs a command in a namespace of process `pid`."""
    cases = "\n".join(f"  {shlex.quote(name)}) fd={fd} ;;" for name, fd in descriptors.items())
    return f"""#!/bin/sh
# A command in a namespace of this lab: {" ".join(descriptors)}
case "${{1:-}}" in
{cases}
  *) echo "usage: $0 NAME COMMAND ...; NAME is one of: {" ".join(descriptors)}" >&2; exit 2 ;;
esac
shift
[ "$#" -gt 0 ] || set -- "${{SHELL:-sh}}"
if [ "$(id -u)" = 0 ] && nsenter --net="/proc/{pid}/fd/$fd" true 2>/dev/null; then
  exec nsenter --net="/proc/{pid}/fd/$fd" "$@"
fi
exec nsenter --target {pid} --user --preserve-credentials --net="/proc/{pid}/fd/$fd" "$@"
"""
