"""What `clear` ends of those who have dialed in."""

from kakehashi.dialects.base import Clear
from kakehashi.gateway.access.driver import Access


def clear_callers(access: Access, wanted: Clear) -> str:
    """End what is asked for; what was ended, in words."""
    if not wanted.l2tp_tunnels and not wanted.l2tp_sessions:
        return f"{_count(access.clear(wanted.tunnel), 'session')} being ended"
    tunnels, sessions = access.hang_up(wanted.l2tp_tunnels, wanted.l2tp_sessions)
    told = [_count(number, what) for number, what in ((tunnels, "tunnel"), (sessions, "session")) if number]
    return f"{' and '.join(told) or 'nothing'} being ended"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
