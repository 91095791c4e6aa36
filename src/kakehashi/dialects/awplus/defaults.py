"""What the device does where the configuration is silent (manual 613-003360, "VPN / IPsec").

The lists are those of its default profiles, "most preferred first". The last four transforms of the default
ISAKMP profile and the last two proposals of the default IPsec profile are of 3DES, which the manual says is
not supported: they are listed, and not offered.
"""

from dataclasses import dataclass

from kakehashi.dialects.awplus.words import CIPHERS, ESP_INTEGRITIES, GROUPS, INTEGRITIES, TRIPLE_DES
from kakehashi.model.algorithms import Cipher
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

DEFAULT = "default"  # the name of the profiles that are built in


@dataclass(frozen=True, slots=True)
class IsakmpTransform:
    """One transform of an ISAKMP profile."""

    cipher: Cipher
    integrity: IntegrityId
    group: KeyExchangeId

    @property
    def is_offered(self) -> bool:
        """Does the device support it?"""
        return self.cipher != TRIPLE_DES


@dataclass(frozen=True, slots=True)
class IpsecTransform:
    """One transform of an IPsec profile. `integrity` is NONE with GCM."""

    cipher: Cipher
    integrity: IntegrityId

    @property
    def is_offered(self) -> bool:
        """Does the device support it?"""
        return self.cipher != TRIPLE_DES


def isakmp_transform(encryption: str, integrity: str, group: str) -> IsakmpTransform:
    """A transform by the device's words."""
    return IsakmpTransform(CIPHERS[encryption][0], INTEGRITIES[integrity][0], GROUPS[group][0])


def ipsec_transform(cipher: Cipher, integrity: IntegrityId | EncryptionId) -> IpsecTransform:
    """A transform as the device writes it: GCM, which stands for an integrity algorithm, is the cipher."""
    if isinstance(integrity, EncryptionId):
        return IpsecTransform(Cipher(integrity, cipher.key_bits), IntegrityId.NONE)
    return IpsecTransform(cipher, integrity)


ISAKMP_TRANSFORMS = tuple(
    isakmp_transform(encryption, integrity, group)
    for encryption in ("aes256", "aes128", "3des")
    for integrity in ("sha256", "sha1")
    for group in ("14", "16")
)
IPSEC_TRANSFORMS = (
    *(
        ipsec_transform(CIPHERS[encryption][0], ESP_INTEGRITIES[integrity][0])
        for encryption in ("aes256", "aes128")
        for integrity in ("sha256", "gcm16", "gcm8", "sha1")
    ),
    *(ipsec_transform(TRIPLE_DES, INTEGRITIES[integrity][0]) for integrity in ("sha256", "sha1")),
)
VERSION = 2
ISAKMP_LIFETIME = 24 * 3600
IPSEC_LIFETIME = 8 * 3600
DPD_INTERVAL = 30
DPD_TIMEOUT = 150  # version 1 alone; command reference, `dpd-timeout`
# "IPsec DPD": a request without an answer is sent again after 4 seconds, five times, each time later, and the
# SA goes 166 seconds after the first. Waits of 4 seconds times powers of 1.8 add up to that.
RETRANSMIT = tuple(round(4 * 1.8**n, 3) for n in range(6))
# The manual does not say how long before their end keys are renewed, nor how often a NAT is kept open, nor
# how large the replay window is: the values of the IKE daemon whose retransmissions those are.
REKEY_BEFORE_END = 540
NAT_KEEPALIVE = 20
REPLAY_WINDOW = 32
