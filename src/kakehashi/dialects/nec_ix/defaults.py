"""What the device does where the configuration is silent.

IKEv2: manual 2.25.2.1, the table of omitted settings. IKEv1: manual 2.22.1.2 for phase 2, 2.22.1.9 for the
rekey, 2.22.7.3 for NAT traversal; the rest as said beside it.
"""

from kakehashi.dialects.nec_ix.words import (
    CIPHERS,
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    INTEGRITIES,
    PHASE1_CIPHERS,
    PRFS,
)
from kakehashi.model.ikev1 import ExchangeMode, Phase1Proposal, Phase2Proposal
from kakehashi.model.policy import DfBit
from kakehashi.model.watch import ProbeTiming
from kakehashi.wire.registry.ikev2 import KeyExchangeId

# The name of what the device has built in, where a line names a proposal.
BUILT_IN = "default"

# "All that the device supports, save integrity algorithms without hardware support": the manual does not say
# which those are, and nothing here lacks support, so none is left out.
CIPHER_ORDER = tuple(cipher for cipher, _ in CIPHERS.values())
INTEGRITY_ORDER = tuple(integrity for integrity, _ in INTEGRITIES.values())
PRF_ORDER = tuple(prf for prf, _ in PRFS.values())
GROUP_ORDER = tuple(group for group, _ in GROUPS.values())

# Perfect forward secrecy by default: every group, and without one as well.
CHILD_PFS = (*GROUP_ORDER, KeyExchangeId.NONE)

SA_LIFETIME = 86400
SA_REKEY_BEFORE_END = 30  # manual 2.25.2.1.4
CHILD_LIFETIME = 28800
CHILD_REKEY_BEFORE_END = 60
RETRANSMIT = (2, 4, 8, 16)  # manual 2.25.2.1: again after 2, 4, 8 seconds, given up 16 seconds later
REPLAY_WINDOW = 64
# The manual names no default for NAT traversal. Its listings 2.25.12 and 2.25.13, which have no such line,
# serve sites of unknown address, so NAT is detected (RFC 7296 section 2.23) unless it is switched off; 20
# seconds is the interval of listing 2.25.6.
NAT_TRAVERSAL = True
NAT_KEEPALIVE = 20

# IKEv1. An `ike proposal` that leaves a part out has that of the device's own proposal.
PHASE1_PROPOSAL = Phase1Proposal(
    cipher=PHASE1_CIPHERS["des"][0],
    hash=HASHES["md5"][0],
    group=GROUPS["768-bit"][0],
    lifetime=28800,
    name=BUILT_IN,
)
PHASE2_PROPOSAL = Phase2Proposal(
    cipher=ESP_CIPHERS["esp-aes-256"][0],
    integrity=ESP_INTEGRITIES["esp-sha2-512"][0],
    lifetime=28800,
    name=BUILT_IN,
)
PFS = KeyExchangeId.NONE
MODE = ExchangeMode.MAIN
PHASE1_NAT_TRAVERSAL = False
PHASE1_RENEW_BEFORE_END = 60  # as phase 2: the manual is silent
PHASE2_REKEY_BEFORE_END = 60
# The manual has no numbers for the retransmission of IKEv1 either: those of IKEv2 hold. A count beyond them
# goes on at the longest interval.
LONGEST_RETRANSMIT_INTERVAL = 16


def df_bit(mtu_ignore: bool) -> DfBit:
    """The DF bit outside, which the manual does not tell: RFC 4301's default. `mtu ignore` is for networks in
    which ICMP does not come back (manual 2.22.1.4), where DF outside would be as deadly as inside.
    """
    return DfBit.CLEAR if mtu_ignore else DfBit.COPY


# Of path monitoring the manual names no default; these are those that a device of release 10.11 leaves out of
# its running configuration.
PROBES = ProbeTiming(interval=5, standing_interval=5, wait=2, echoes=1, to_stand=6, to_restore=1)
