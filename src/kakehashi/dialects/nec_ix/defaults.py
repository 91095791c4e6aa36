"""What the device does where the configuration is silent (manual 2.25.2.1, the table of omitted settings)."""

from kakehashi.dialects.nec_ix.words import CIPHERS, GROUPS, INTEGRITIES, PRFS
from kakehashi.wire.registry.ikev2 import KeyExchangeId

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
