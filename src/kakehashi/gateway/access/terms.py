"""What whoever knows the user says of its session, and why a session has ended."""

import enum
from dataclasses import dataclass
from ipaddress import IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Of one session, in seconds; 0 leaves it to the configuration. `classes`: to be told again with each
    account of the session (RFC 2865 section 5.25). `prefix`: the user's own; None: one of the pool.
    """

    session: int = 0
    idle: int = 0
    interim: int = 0
    classes: tuple[bytes, ...] = ()
    prefix: IPv6Network | None = None


class Cause(enum.IntEnum):
    """Acct-Terminate-Cause (RFC 2866 section 5.10)."""

    USER_REQUEST = 1
    LOST_CARRIER = 2
    IDLE_TIMEOUT = 4
    SESSION_TIMEOUT = 5
    ADMIN_RESET = 6
    NAS_REBOOT = 11
