"""Tunnels and pseudowires that nothing protects."""

from collections.abc import Iterator

from kakehashi.check.device import Device
from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.address import IPAddress
from kakehashi.model.pseudowire import Pseudowire
from kakehashi.model.selector import TrafficSelector
from kakehashi.model.tunnel import PlainTunnel

_PROTECT = {
    "cisco-ios": "add `tunnel protection ipsec profile NAME` on both sides",
    "awplus": "add `tunnel protection ipsec` on both sides",
    "nec-ix": "use `tunnel mode ipsec-ikev2` on both sides",
}
_PROTECT_FRAMES = {
    "cisco-ios": "match its packets in the access list of a crypto map, on both sides",
    "awplus": "add `tunnel protection ipsec` on both sides",
    "nec-ix": "use `tunnel mode ether-ip ipsec-ikev2` on both sides",
}


def check_plain(subject: Subject) -> Iterator[Remark]:
    """Who is on the way reads the packets; who knows both addresses may send some (RFC 2784 section 7)."""
    tunnel = subject.tunnel
    if isinstance(tunnel, PlainTunnel) and tunnel.enabled:
        yield Remark(
            rule="in-the-clear",
            severity=Severity.NOTE,
            message=f"{subject.name} is GRE without IPsec: its packets are readable on their way, and "
            "anybody may send some in the peer's name",
            where=where(tunnel.source),
            fix=_PROTECT.get(subject.device.gateway.dialect, ""),
        )


def check_plain_wires(device: Device) -> Iterator[Remark]:
    """Who is on the way reads the frames (RFC 3931 section 8); a cookie keeps only those out who do not."""
    for wire in device.gateway.pseudowires:
        if wire.enabled and not wire.protected and not _is_taken(device, wire):
            yield Remark(
                rule="in-the-clear",
                severity=Severity.NOTE,
                message=f"{wire.interface} sends its frames without IPsec: they are readable on their way, "
                "and anybody there may send some in the peer's name",
                where=where(wire.source),
                fix=_PROTECT_FRAMES.get(device.gateway.dialect, ""),
            )


def _is_taken(device: Device, wire: Pseudowire) -> bool:
    """Does a tunnel take what carries the frames?"""
    if not isinstance(wire.peer, IPAddress):
        return False
    protocol, _ = wire.encapsulation.carried_as
    sent = TrafficSelector.of(f"{wire.peer}", protocol)
    return any(
        remote.contains(sent)
        for tunnel in device.gateway.tunnels
        if tunnel.policy_based and tunnel.enabled
        for remote in tunnel.ipsec.remote_selectors
    )
