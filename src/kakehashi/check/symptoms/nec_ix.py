"""NEC UNIVERGE IX: what the log and the counters say."""

from kakehashi.check.symptoms.cause import Cause, Table

_NO_RESPONSE = "the log has IKE.016: No response from PEER, timeout"

NEC_IX: Table = {
    (Cause.PHASE1, 1): f"{_NO_RESPONSE}; the counter of phase 1 failures rises",
    (Cause.PHASE1, 2): "`show ikev2 sa` shows nothing; NO_PROPOSAL_CHOSEN",
    (Cause.KEY, 1): "the counter of phase 1 hash errors rises",
    (Cause.KEY, 2): "`show ikev2 sa` shows nothing; AUTHENTICATION_FAILED",
    (Cause.IDENTITY, 0): "the peer is not matched",
    (Cause.SELECTORS, 1): "`show ike sa` has an SA, `show ipsec sa` none; "
    "the log has SEC.018: No SP for outbound packet",
    (Cause.SELECTORS, 2): "the IKE SA stands without Child SA; TS_UNACCEPTABLE",
    (Cause.PHASE2, 1): "`show ike sa` has an SA, `show ipsec sa` none; "
    "the log has SEC.018: No SP for outbound packet",
    (Cause.PHASE2, 2): "the IKE SA stands without Child SA; NO_PROPOSAL_CHOSEN",
    (Cause.PFS, 2): "all is well until the first rekey; then `show ikev2 child-sa` shows nothing",
    (Cause.NOBODY, 0): _NO_RESPONSE,
    (Cause.FILTER, 0): "the log has FLT.008: BLOCK udp PEER:500 > OWN:500",
}
