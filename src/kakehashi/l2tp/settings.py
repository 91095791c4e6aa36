"""What the LNS is told to do, and what a peer may cost."""

from dataclasses import dataclass, field

from kakehashi.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds against floods.

    `half_open_*`: tunnels that were answered and have not proved their return path, in all and of one
    address; the oldest makes room for the newest. `half_open_timeout`: seconds an SCCRP is good for.
    `tunnels`, `sessions`, `sessions_per_tunnel`: of those that stand. `backlog`: messages of ours that a peer
    may leave unacknowledged. `answers_per_second`: refusals to strangers.
    """

    half_open_total: int = 1000
    half_open_per_source: int = 50
    half_open_timeout: float = 30
    tunnels: int = 4096
    sessions: int = 4096
    sessions_per_tunnel: int = 64
    backlog: int = 32
    answers_per_second: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds of the control channel (RFC 2661 section 5.8).

    `first_wait`, `longest_wait`: for an acknowledgment; `retries`: how often a message is sent again;
    `hello`: silence before a HELLO; `call`: how long an ICRP waits for its ICCN; `empty`: how long a tunnel
    stands without a session.
    """

    first_wait: float = 1
    longest_wait: float = 8
    retries: int = 5
    hello: float = 60
    call: float = 30
    empty: float = 60

    @property
    def cycle(self) -> float:
        """A full cycle of retransmissions: so long an ended tunnel still acknowledges (section 5.7)."""
        return sum(self.wait(n) for n in range(self.retries + 1))

    def wait(self, retries: int) -> float:
        """How long the acknowledgment may take of what was sent again so often."""
        return min(self.first_wait * (1 << retries), self.longest_wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One LNS. `secret`: of the tunnel authentication and of hidden AVPs; None: neither. `needs_ipsec`: what
    comes without is not answered. `window`: control messages we take at once (section 5.8).
    """

    host_name: str = "lns"
    vendor_name: str = "kakehashi"
    secret: Secret | None = None
    needs_ipsec: bool = False
    window: int = 4
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
