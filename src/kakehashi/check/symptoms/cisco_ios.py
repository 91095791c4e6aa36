"""Cisco IOS: what `show crypto isakmp sa`, `show crypto ikev2 sa` and the log say (CI-14)."""

from kakehashi.check.symptoms.cause import Cause, Table

CISCO_IOS: Table = {
    (Cause.PHASE1, 1): "`show crypto isakmp sa` stays at MM_NO_STATE; `debug crypto isakmp`: "
    "no offers accepted!",
    (Cause.PHASE1, 2): "no IKEv2 SA; the log has NO_PROPOSAL_CHOSEN",
    (
        Cause.KEY,
        1,
    ): "`show crypto isakmp sa` stays at MM_KEY_EXCH; the log says of the peer's message that it "
    "failed its sanity check or is malformed",
    (Cause.KEY, 2): "no IKEv2 SA; the log has AUTHENTICATION_FAILED",
    (Cause.IDENTITY, 1): "no pre-shared key found for the peer, or the ISAKMP profile is not matched",
    (Cause.IDENTITY, 2): "the IKEv2 profile is not matched; AUTHENTICATION_FAILED",
    (Cause.SELECTORS, 1): "`show crypto isakmp sa` says QM_IDLE and `show crypto ipsec sa` has no SAs; "
    "the log has proxy identities not supported",
    (Cause.SELECTORS, 2): "an IKEv2 SA without Child SA; the log has TS_UNACCEPTABLE",
    (Cause.PHASE2, 1): "`show crypto isakmp sa` says QM_IDLE and `show crypto ipsec sa` has no SAs; "
    "the log has proxy identities not supported, or NO-PROPOSAL-CHOSEN",
    (Cause.PHASE2, 2): "an IKEv2 SA without Child SA; the log has NO_PROPOSAL_CHOSEN",
    (Cause.PFS, 2): "all is well until the first rekey; then NO_PROPOSAL_CHOSEN and no Child SA any more",
    (Cause.NOBODY, 1): "`show crypto isakmp sa` stays at MM_NO_STATE, or shows nothing",
    (Cause.NOBODY, 2): "`show crypto ikev2 sa` shows nothing",
    (Cause.FILTER, 0): "`show crypto ipsec sa`: #pkts encaps rises, #pkts decaps stays 0",
}
# In aggressive mode phase 1 has states of its own, and nothing of it is encrypted.
CISCO_IOS_AGGRESSIVE: Table = {
    (Cause.PHASE1, 1): "`show crypto isakmp sa` stays at AG_NO_STATE; `debug crypto isakmp`: "
    "no offers accepted!",
    (Cause.KEY, 1): "`show crypto isakmp sa` stays at AG_INIT_EXCH and never comes to AG_AUTH: the hash "
    "by which the other side proves its key is wrong",
    (Cause.NOBODY, 1): "`show crypto isakmp sa` stays at AG_NO_STATE, or shows nothing",
}
