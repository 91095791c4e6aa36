"""What a running gateway shows, held against what its peer knows.

A template is an output with `<name>` where a value stands; what is known of the values is a `Truth`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.gateway import client
from kakehashi.gateway.control import Request
from tests.interop.network import Network
from tests.interop.ours import Ours

FIELD = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Between:
    """A number that goes on while it is asked for."""

    low: float
    high: float

    def holds(self, said: str) -> bool:
        return said.isdigit() and self.low <= int(said) <= self.high


@dataclass(frozen=True)
class Like:
    """Of what the peer cannot know, the form."""

    pattern: str

    def holds(self, said: str) -> bool:
        return re.fullmatch(self.pattern, said) is not None


Known = str | int | Between | Like
Truth = Mapping[str, Known]
NUMBER = Like(r"\d+")


def differences(template: str, said: str, truth: Truth) -> list[str]:
    """What of an output is missing, at another place, in another form, or not true."""
    wanted, lines = template.strip("\n").split("\n"), said.strip("\n").split("\n")
    found = [f"{len(lines)} lines, not {len(wanted)}"] if len(lines) != len(wanted) else []
    for number, (form, line) in enumerate(zip(wanted, lines, strict=False), 1):
        names = FIELD.findall(form)
        pattern = FIELD.sub("(.+?)", re.escape(form).replace(r"\<", "<").replace(r"\>", ">"))
        match = re.fullmatch(pattern, line.rstrip()) or re.fullmatch(pattern, line)
        if match is None:
            found.append(f"line {number} is «{line}», not «{form}»")
            continue
        for name, value in zip(names, match.groups(), strict=True):
            if not _holds(truth[name], value.strip()):
                found.append(f"line {number}, {name}: «{value}» is not {truth[name]}: «{line}»")
    return found


def _holds(known: Known, said: str) -> bool:
    return known.holds(said) if isinstance(known, Between | Like) else said == str(known)


@dataclass(frozen=True)
class SwanSa:
    """An IKE SA with its newest Child SA, as `swanctl --list-sas` tells it; the peer's view throughout.

    `age`: seconds since the IKE SA was made, `child_age` since the Child SA was. SPIs as it prints them.
    """

    version: int
    spi_i: str
    spi_r: str
    began: bool
    local_port: int
    remote_address: str
    remote_port: int
    algorithms: tuple[str, ...]
    age: int
    spi_in: str
    spi_out: str
    esp: str
    child_age: int
    in_octets: int
    in_packets: int
    out_octets: int
    out_packets: int


_SA = re.compile(
    r"ESTABLISHED, IKEv(?P<version>\d), (?P<spi_i>\w+)_i(?P<i>\*?) (?P<spi_r>\w+)_r(?P<r>\*?)\n"
    r"\s+local .* @ \S+\[(?P<local_port>\d+)\]\n"
    r"\s+remote .* @ (?P<remote_address>\S+)\[(?P<remote_port>\d+)\]\n"
    r"\s+(?P<algorithms>\S+)\n"
    r"\s+established (?P<age>\d+)s ago.*\n(?:\s+(?:queued|active|passive):.*\n)*"
    r"(?P<children>(?:  +\S.*\n?)*)"
)
_CHILD = re.compile(
    r"INSTALLED, \S+ ESP:(?P<esp>\S+)\n"
    r"\s+installed (?P<child_age>\d+)s ago.*\n"
    r"\s+in  (?P<spi_in>\w+),\s+(?P<in_octets>\d+) bytes,\s+(?P<in_packets>\d+) packets.*\n"
    r"\s+out (?P<spi_out>\w+),\s+(?P<out_octets>\d+) bytes,\s+(?P<out_packets>\d+) packets.*\n"
)


def swan_sa(listed: str) -> SwanSa:
    """The one IKE SA of a listing, with its newest Child SA."""
    sa = _SA.search(listed)
    assert sa is not None, listed
    children = list(_CHILD.finditer(sa["children"]))
    assert children, listed
    told: dict[str, Any] = sa.groupdict() | children[-1].groupdict()
    del told["children"], told["i"], told["r"]
    for name in ("version", "local_port", "remote_port", "age", "child_age"):
        told[name] = int(told[name])
    for name in ("in_octets", "in_packets", "out_octets", "out_packets"):
        told[name] = int(told[name])
    # The mark stands behind the SPI that is its own.
    return SwanSa(**(told | {"began": bool(sa["i"]), "algorithms": tuple(sa["algorithms"].split("/"))}))


def keys(log: str) -> dict[str, str]:
    """The keys that strongSwan tells at level 4, the last of each name: `Sk_ei`, `encryption initiator` ..."""
    found: dict[str, str] = {}
    name, size = "", 0
    for line in log.split("\n"):
        if head := re.search(r"\] (.+?) (?:key|secret) => (\d+) bytes", line):
            name, size = head[1], int(head[2])
            found[name] = ""
        elif name and (row := re.search(r"\]\s+\d+: ((?:[0-9A-F]{2} ){1,16})", line)):
            found[name] = (found[name] + row[1].replace(" ", "").lower())[: 2 * size]
        else:
            name = ""
    return found


def requests(log: str) -> tuple[int, int]:
    """How many requests strongSwan has got, and has made, by their message IDs."""
    got = [int(n) for n in re.findall(r"parsed \w+ request (\d+)", log)]
    made = [int(n) for n in re.findall(r"generating \w+ request (\d+)", log)]
    return max(got, default=-1) + 1, max(made, default=-1) + 1


def ask(ours: Ours, verb: str, words: str) -> str:
    """`show` or `clear`, without the time that a process of its own takes."""
    return str(client.ask(ours.control, Request(verb, tuple(words.split())))["text"])


def send_echoes(network: Network, ours: Ours) -> None:
    """Twenty of 1028 octets from us, three of 84 from the peer, and as many answers; all have been counted here.

    They are sent at once: ping waits for the last answer no longer than from one request to the next.
    """
    before = _counted(ours)
    for namespace, near, far, how in (
        (network.ours, network.OUR_LAN, network.PEER_LAN, ("-c", "20", "-l", "20", "-s", "1000")),
        (network.peer, network.PEER_LAN, network.OUR_LAN, ("-c", "3", "-l", "3")),
    ):
        assert " 0% packet loss" in network.inside(namespace, "ping", *how, "-i", "10", "-I", near, far)
    # What is sent is counted afterwards: the answer may be here before.
    all_of_them = tuple(number + 23 for number in before)
    ours.until(lambda: _counted(ours) == all_of_them, "the packets in the counters")


def _counted(ours: Ours) -> tuple[int, int]:
    """Packets out and in, of all tunnels."""
    tunnels = ours.status()["tunnels"]
    return tuple(sum(t[way]["packets"] for t in tunnels) for way in ("outbound", "inbound"))  # type: ignore[return-value]


def left(lifetime: int, age: int, age_before: int) -> Between:
    """Seconds left of what the peer had for `age_before` seconds before we were asked, and for `age` afterwards.

    Both count whole ones.
    """
    return Between(lifetime - age - 3, lifetime - age_before + 4)


def mac(network: Network, namespace: str, device: str) -> str:
    """The hardware address, as the host has it."""
    return network.inside(namespace, "cat", f"/sys/class/net/{device}/address").strip()
