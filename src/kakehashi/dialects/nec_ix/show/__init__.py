"""The device's show and clear commands: which there are, and who prints them."""

from collections.abc import Callable, Sequence

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.dialects.grammar import Argument, Command, Either, Optional, Pattern, Word
from kakehashi.dialects.matching import Failure, match_line
from kakehashi.dialects.nec_ix.interfaces import InterfaceName
from kakehashi.dialects.nec_ix.show import child_sa, ip_route, sa, tunnel_status
from kakehashi.model.status import Status

_TUNNEL: Pattern = Optional(
    Either(
        (
            Word("interface", "Of one tunnel"),
            Argument("tunnel", InterfaceName("Tunnel"), "The tunnel interface"),
        ),
        (Argument("tunnel", InterfaceName("Tunnel"), "Of one tunnel interface"),),
    )
)
_IKEV2 = Word("ikev2", "IKEv2")
_SA = Word("sa", "IKE SAs")

SHOW: tuple[Command, ...] = (
    Command(key="ikev2 sa", pattern=(_IKEV2, _SA, _TUNNEL), help="The IKE SAs"),
    Command(
        key="ikev2 child-sa",
        pattern=(_IKEV2, Word("child-sa", "Child SAs"), _TUNNEL),
        help="The Child SAs, with counters and history",
    ),
    Command(
        key="tunnel status",
        pattern=(Word("tunnel", "Tunnels"), Word("status", "Their state"), _TUNNEL),
        help="The state of the tunnel interfaces",
    ),
    Command(key="ip route", pattern=(Word("ip", "IPv4"), Word("route", "Routes")), help="Routes of IPv4"),
    Command(key="ipv6 route", pattern=(Word("ipv6", "IPv6"), Word("route", "Routes")), help="Routes of IPv6"),
)
CLEAR: tuple[Command, ...] = (
    Command(key="ikev2 sa", pattern=(_IKEV2, _SA, _TUNNEL), help="Delete IKE SAs, and tell the peers"),
)

_PRINTERS: dict[str, Callable[[Status], str]] = {
    "ikev2 sa": sa.render,
    "ikev2 child-sa": child_sa.render,
    "tunnel status": tunnel_status.render,
    "ip route": ip_route.render_ipv4,
    "ipv6 route": ip_route.render_ipv6,
}


def show(words: Sequence[str], status: Status) -> str:
    """The output of `show WORDS`. ShowError."""
    key, tunnel = _read("show", words, SHOW, status)
    return _PRINTERS[key](_only(status, tunnel) if tunnel else status)


def clear(words: Sequence[str], status: Status) -> Clear:
    """What `clear WORDS` asks for. ShowError."""
    _, tunnel = _read("clear", words, CLEAR, status)
    return Clear(tunnel)


def _read(
    verb: str, words: Sequence[str], commands: tuple[Command, ...], status: Status
) -> tuple[str, str | None]:
    found = match_line(words, commands)
    if isinstance(found, Failure) or found.negated:
        known = ", ".join(f"`{verb} {c.words}`" for c in commands)
        said = " ".join([verb, *words])
        raise ShowError(f"% `{said}` is not understood; there are {known}")
    tunnel = found.values.get("tunnel")
    if tunnel is not None and tunnel not in {t.name for t in status.tunnels}:
        known = ", ".join(t.name for t in status.tunnels) or "none"
        raise ShowError(f"% there is no tunnel {tunnel}; the tunnels are: {known}")
    return found.command.key, tunnel


def _only(status: Status, tunnel: str) -> Status:
    """The part of the status that concerns one tunnel."""
    return Status(
        hostname=status.hostname,
        time=status.time,
        tunnels=tuple(t for t in status.tunnels if t.name == tunnel),
        ike_sas=tuple(s for s in status.ike_sas if s.tunnel == tunnel),
        routes=status.routes,
        half_open=status.half_open,
        drops=status.drops,
    )
