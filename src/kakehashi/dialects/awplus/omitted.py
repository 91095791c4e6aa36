"""What holds where a command is not there, in the device's words, for its reference page."""

from collections.abc import Mapping, Sequence

from kakehashi.dialects.awplus.defaults import (
    DPD_INTERVAL,
    DPD_TIMEOUT,
    IPSEC_LIFETIME,
    IPSEC_TRANSFORMS,
    ISAKMP_LIFETIME,
    ISAKMP_TRANSFORMS,
    VERSION,
    IsakmpTransform,
)
from kakehashi.dialects.awplus.words import CIPHERS, GROUPS, INTEGRITIES, word_of


def _offered(transforms: Sequence[IsakmpTransform]) -> str:
    return ", ".join(
        f"{word_of(t.cipher, CIPHERS)} {word_of(t.integrity, INTEGRITIES)} {word_of(t.group, GROUPS)}"
        for t in transforms
        if t.is_offered
    )


OMITTED: Mapping[tuple[str, str], str] = {
    ("root", "crypto isakmp peer"): "the default profile",
    ("root", "crypto isakmp profile"): f"the default profile: {_offered(ISAKMP_TRANSFORMS)}",
    ("root", "crypto ipsec profile"): (
        f"the default profile, with {sum(t.is_offered for t in IPSEC_TRANSFORMS)} transforms"
    ),
    ("isakmp profile", "version"): str(VERSION),
    ("isakmp profile", "lifetime"): str(ISAKMP_LIFETIME),
    ("isakmp profile", "dpd-interval"): str(DPD_INTERVAL),
    ("isakmp profile", "dpd-timeout"): str(DPD_TIMEOUT),
    ("isakmp profile", "local authentication"): "pre-share",
    ("isakmp profile", "remote authentication"): "pre-share",
    ("isakmp profile", "transform"): "nothing is offered: an error",
    ("ipsec profile", "lifetime"): str(IPSEC_LIFETIME),
    ("ipsec profile", "pfs"): "no new key exchange",
    ("ipsec profile", "transform"): "nothing is offered: an error",
    ("interface", "tunnel local name"): "the address",
    ("interface", "tunnel remote name"): "the address",
    ("interface", "tunnel local selector"): "all of IPv4 and IPv6",
    ("interface", "tunnel remote selector"): "all of IPv4 and IPv6",
    ("interface", "shutdown"): "up",
}
