"""How much an unproven peer may cost us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of an endpoint against floods (RFC 7296 section 2.6). Counts are of half-open IKE SAs as
    responder.

    `cookie_total`, `cookie_per_source`: from so many on (in all, of one address) an initiator must return a
    COOKIE; 0 is always. `half_open_total`, `half_open_per_source`: from so many on IKE_SA_INIT is dropped.
    `half_open_timeout`: seconds an initiator has for IKE_AUTH. `cookie_lifetime`: seconds a secret for
    cookies is used; the one before it stays valid as long again. `answers_per_second`: how many messages that
    belong to no SA are answered.
    """

    cookie_total: int = 30
    cookie_per_source: int = 3
    half_open_total: int = 2000
    half_open_per_source: int = 100
    half_open_timeout: float = 30
    cookie_lifetime: float = 60
    answers_per_second: int = 10
