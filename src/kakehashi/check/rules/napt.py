"""Does address translation on the interface towards the peer leave IKE and ESP to the device (V1-23)?"""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.access_list import UDP
from kakehashi.model.address import IKE_PORT, NAT_T_PORT
from kakehashi.model.translation import StaticTranslation
from kakehashi.model.tunnel import Ikev2Tunnel

_ESP = 50


def check_napt(subject: Subject) -> Iterator[Remark]:
    """The static entries that are missing."""
    wan = subject.wan
    if wan is None or wan.translation is None or not wan.translation.closed:
        return  # a device that is not closed hands what is for itself to itself
    wanted: list[tuple[int, int | None, str]] = [(UDP, IKE_PORT, "udp 500"), (_ESP, None, "50")]
    if subject.nat or (isinstance(subject.tunnel, Ikev2Tunnel) and subject.tunnel.ike.nat_traversal):
        wanted.insert(1, (UDP, NAT_T_PORT, "udp 4500"))
    for protocol, port, words in wanted:
        if not any(_opens(s, protocol, port) for s in wan.translation.static):
            line = f"ip napt static {wan.name} {words}"
            yield Remark(
                rule="napt-hole",
                severity=Severity.WARNING,
                message=f"{wan.name} translates addresses without `{line}`: what the peer of {subject.name} "
                "sends there unasked is dropped, and only this device can begin",
                where=where(wan.source),
                fix=f"add `{line}` to {wan.name}",
            )


def _opens(static: StaticTranslation, protocol: int, port: int | None) -> bool:
    """Does the entry leave that to this device?"""
    if static.inside is not None or static.protocol != protocol:
        return False
    return static.ports is None or port is None or static.ports[0] <= port <= static.ports[1]
