"""Does address translation on the interface towards the peer leave IKE and ESP to the device (V1-23)?"""

from collections.abc import Iterator

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.access_list import UDP
from kakehashi.model.address import IKE_PORT, NAT_T_PORT
from kakehashi.model.tunnel import Ikev2Tunnel

_ESP = 50
_NEEDS_HOLES = frozenset({"nec-ix"})  # others hand what is for themselves to themselves


def check_napt(subject: Subject) -> Iterator[Remark]:
    """The static entries that are missing."""
    wan, device = subject.wan, subject.device
    if wan is None or not wan.napt or device.gateway.dialect not in _NEEDS_HOLES:
        return
    wanted: list[tuple[int, int | None, str]] = [(UDP, IKE_PORT, "udp 500"), (_ESP, None, "50")]
    if subject.nat or (isinstance(subject.tunnel, Ikev2Tunnel) and subject.tunnel.ike.nat_traversal):
        wanted.insert(1, (UDP, NAT_T_PORT, "udp 4500"))
    for protocol, port, words in wanted:
        if not any(s.protocol == protocol and s.port in (None, port) for s in wan.static_translations):
            line = f"ip napt static {wan.name} {words}"
            yield Remark(
                rule="napt-hole",
                severity=Severity.WARNING,
                message=f"{wan.name} translates addresses without `{line}`: what the peer of {subject.name} "
                "sends there is not left to this device",
                where=where(wan.source),
                fix=f"add `{line}` to {wan.name}",
            )
