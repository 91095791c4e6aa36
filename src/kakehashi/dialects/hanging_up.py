"""Which tunnels and sessions of those who have dialed in a `clear` means."""

from collections.abc import Callable

from kakehashi.dialects.base import Clear, ShowError
from kakehashi.model.status import CallerStatus, L2tpTunnelStatus, Status


def hang_up_tunnels(status: Status, meant: Callable[[L2tpTunnelStatus], bool], what: str) -> Clear:
    """Those tunnels, with their sessions. `what`: they are called so. ShowError where there is none."""
    found = frozenset((t.interface, t.tunnel_id) for t in status.l2tp_tunnels if meant(t))
    if not found:
        ids = ", ".join(str(t.tunnel_id) for t in status.l2tp_tunnels) or "none"
        raise ShowError(f"% there is no L2TP tunnel {what}; the IDs of the tunnels are: {ids}")
    return Clear(None, callers=True, l2tp_tunnels=found)


def hang_up_sessions(status: Status, meant: Callable[[CallerStatus], bool], what: str) -> Clear:
    """Those sessions alone. `what`: they are called so. ShowError where there is none."""
    found = frozenset((c.interface, c.tunnel_id, c.session_id) for c in status.callers if meant(c))
    if not found:
        ids = ", ".join(str(c.session_id) for c in status.callers) or "none"
        raise ShowError(f"% there is no session {what}; the IDs of the sessions are: {ids}")
    return Clear(None, callers=True, l2tp_sessions=found)
