"""AlliedWare Plus: what `show isakmp sa` and `show ipsec sa` say."""

from kakehashi.check.symptoms.cause import Cause, Table

AWPLUS: Table = {
    (Cause.PHASE1, 0): "`show isakmp sa` has no SA; NO_PROPOSAL_CHOSEN",
    (Cause.KEY, 0): "`show isakmp sa` has no SA; AUTHENTICATION_FAILED",
    (Cause.IDENTITY, 0): "`show isakmp sa` has no SA: no matching peer",
    (Cause.SELECTORS, 0): "`show isakmp sa` has an SA, `show ipsec sa` none; TS_UNACCEPTABLE",
    (Cause.PHASE2, 0): "`show isakmp sa` has an SA, `show ipsec sa` none; NO_PROPOSAL_CHOSEN",
    (Cause.PFS, 0): "all is well until the first rekey; then NO_PROPOSAL_CHOSEN at CREATE_CHILD_SA",
    (Cause.NOBODY, 0): "`show isakmp sa` has no SA; `show interface` of the tunnel is down",
    (Cause.FILTER, 0): "the counters of one direction alone rise",
}
