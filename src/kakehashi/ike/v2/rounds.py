"""How often, and when, a refused request is tried again."""

from kakehashi.ike.v2.ike_sa import IkeSa

# How often an exchange follows the peer's wish for another group or for a single pair of addresses.
MAX_ROUNDS = 3

# TEMPORARY_FAILURE: seconds until the next try (RFC 7296 section 2.25), in part by chance so that two ends do
# not meet again at once.
RETRY_AFTER = 4.0
RETRY_SPREAD = 4.0


def retry_delay(sa: IkeSa) -> float:
    """Seconds until the next try after TEMPORARY_FAILURE."""
    return RETRY_AFTER + RETRY_SPREAD * sa.host.entropy(1)[0] / 255
