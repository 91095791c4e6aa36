"""What the device does where the configuration is silent.

Sources: the article on IPsec-VPN with Cisco (its notes 1 and 2 on lifetimes and aggressive mode) and Cisco's
command references "Security Command Reference: A to C" and "... S to Z", by command.
"""

from dataclasses import dataclass

from kakehashi.dialects.cisco_ios.words import DES, TRIPLE_DES, aes
from kakehashi.model.algorithms import Cipher
from kakehashi.model.ikev1 import DpdStyle
from kakehashi.model.pseudowire import ControlChannel
from kakehashi.model.translation import Timeouts
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId, PrfId


@dataclass(frozen=True, slots=True)
class BuiltInPolicy:
    """One of the policies that newer releases have where none is written."""

    number: int
    cipher: Cipher
    hash: HashAlgorithm
    method: str
    group: KeyExchangeId


# crypto isakmp policy: what a line that is not there says.
POLICY_CIPHER = DES
POLICY_HASH = HashAlgorithm.SHA
POLICY_METHOD = "rsa-sig"
POLICY_GROUP = KeyExchangeId.MODP_768
POLICY_LIFETIME = 86400

# crypto isakmp default policy: since 12.4(20)T, and only where no policy is written.
BUILT_IN_POLICIES = tuple(
    BuiltInPolicy(65507 + number, cipher, hashed, method, group)
    for number, (cipher, group, hashed, method) in enumerate(
        (cipher, group, hashed, method)
        for cipher, group in ((aes(128), KeyExchangeId.MODP_1536), (TRIPLE_DES, KeyExchangeId.MODP_1024))
        for hashed in (HashAlgorithm.SHA, HashAlgorithm.MD5)
        for method in ("rsa-sig", "pre-share")
    )
)

# crypto ipsec default transform-set: where a map or a profile names none.
DEFAULT_SET = "default"
DEFAULT_SET_CIPHER = aes(128)
DEFAULT_SET_INTEGRITY = IntegrityId.AUTH_HMAC_SHA1_96

LIFETIME_SECONDS = 3600
LIFETIME_KILOBYTES = 4608000
# crypto ipsec security-association lifetime: a new SA is made 30 seconds before the end, or 256 kilobytes.
REKEY_BEFORE_END = 30
REKEY_BEFORE_KILOBYTES = 256
REPLAY_WINDOW = 64
PFS_GROUP = KeyExchangeId.MODP_768  # `set pfs` without a group

DPD_RETRY = 2  # seconds; crypto isakmp keepalive
DPD_RETRIES = 5
DPD_STYLE = DpdStyle.ON_DEMAND
IKEV1_RETRANSMIT = (10, 10, 10, 10, 10, 10)  # five times again, every ten seconds
NAT_KEEPALIVE = None  # crypto isakmp nat keepalive: none is sent unless it is configured
VENDOR_IDS = (bytes.fromhex("12f5f28c457168a9702d9fe274cc0100"),)  # CISCO-UNITY, version 1.0

# crypto ikev2 proposal default, and what a proposal that leaves something out lacks.
IKEV2_CIPHERS = (aes(256),)
IKEV2_INTEGRITIES = (IntegrityId.AUTH_HMAC_SHA2_512_256, IntegrityId.AUTH_HMAC_SHA2_384_192)
IKEV2_PRFS = (PrfId.PRF_HMAC_SHA2_512, PrfId.PRF_HMAC_SHA2_384)
IKEV2_GROUPS = (KeyExchangeId.ECP_256, KeyExchangeId.MODP_2048, KeyExchangeId.ECP_521)
IKEV2_LIFETIME = 86400
IKEV2_REKEY_BEFORE_END = 60  # not documented; ours
IKEV2_RETRANSMIT = (2, 4, 8, 16, 32)

# keepalive, on a tunnel of GRE: seconds, and how many in vain.
GRE_KEEPALIVE_PERIOD, GRE_KEEPALIVE_RETRIES = 10, 3

# After how many seconds the device forgets a translation.
NAT_TIMEOUTS = Timeouts(tcp=86400, tcp_opening=60, tcp_closing=60, udp=300)
# Of an operation of `ip sla`: seconds, and milliseconds.
SLA_FREQUENCY, SLA_TIMEOUT, SLA_THRESHOLD = 60, 5000, 5000
# What tracked objects are called where other devices give their watch groups names.
TRACK_GROUP = "track"

# l2tp-class: how a control connection of L2TPv3 is made without any line.
L2TP_CONTROL = ControlChannel(hello=60, window=512, retries=15, first_wait=1, longest_wait=8)
