"""How much an unproven peer may cost us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of an endpoint against floods (RFC 7296 section 2.6). What is counted is half-open IKE SAs.

    `cookie_total`, `cookie_per_source`: from so many on (in all, of one address) an initiator must return a
    COOKIE; 0 is always. `half_open_total`, `half_open_per_source`: from so many on IKE_SA_INIT is dropped;
    in IKEv1, which has no such cookies, the oldest of all makes room. `aggressive_per_source`: from so many
    on aggressive mode of one address is dropped; `aggressive_per_second`: how often it makes us exchange keys
    with who has not shown where he is. `half_open_timeout`: seconds an initiator has for IKE_AUTH, or for the
    rest of phase 1. `cookie_lifetime`: seconds a secret for cookies is used; the one before it stays valid as
    long again. `answers_per_second`: how many messages that belong to no SA are answered.
    `events_per_second`: how many events that a stranger can cause are told.
    """

    cookie_total: int = 30
    cookie_per_source: int = 3
    half_open_total: int = 2000
    half_open_per_source: int = 100
    aggressive_per_source: int = 20
    aggressive_per_second: int = 100
    half_open_timeout: float = 30
    cookie_lifetime: float = 60
    answers_per_second: int = 10
    events_per_second: int = 20
