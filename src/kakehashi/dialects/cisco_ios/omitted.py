"""What holds where a command is not there, in the device's words, for its reference page."""

from collections.abc import Mapping

from kakehashi.dialects.cisco_ios.defaults import (
    BUILT_IN_POLICIES,
    DPD_RETRIES,
    DPD_RETRY,
    IKEV2_LIFETIME,
    LIFETIME_KILOBYTES,
    LIFETIME_SECONDS,
    PFS_GROUP,
    POLICY_GROUP,
    POLICY_HASH,
    POLICY_LIFETIME,
    POLICY_METHOD,
    REPLAY_WINDOW,
)
from kakehashi.dialects.cisco_ios.words import GROUPS, HASHES
from kakehashi.wire.registry.ikev2 import KeyExchangeId

_LIFETIME = f"{LIFETIME_SECONDS} seconds and {LIFETIME_KILOBYTES} kilobytes"


def _group(wanted: KeyExchangeId) -> int:
    return next(number for number, group in GROUPS.items() if group is wanted)


_ROOT = {
    "crypto isakmp policy": f"{len(BUILT_IN_POLICIES)} built-in policies with aes or 3des, and said so",
    "crypto isakmp default policy": "on where no policy is written",
    "crypto isakmp keepalive": f"no probes; where it is on, again after {DPD_RETRY} seconds, "
    f"and the peer is dead after {DPD_RETRIES}",
    "crypto isakmp aggressive-mode disable": "aggressive mode is answered",
    "crypto isakmp identity": "address",
    "crypto isakmp nat keepalive": "no keepalives",
    "crypto isakmp fragmentation": "messages are not fragmented",
    "crypto isakmp enable": "on",
    "crypto ipsec transform-set": "esp-aes esp-sha-hmac where a map or a profile names none",
    "crypto ipsec default transform-set": "on where a map or a profile names none",
    "crypto ipsec security-association lifetime": _LIFETIME,
    "crypto ipsec security-association replay": f"on, {REPLAY_WINDOW} packets",
    "crypto ipsec nat-transparency": "on",
    "crypto ipsec df-bit": "copy",
    "crypto ipsec fragmentation": "before-encryption",
    "crypto ikev2 proposal": "the proposal `default`: aes-cbc-256, sha512 and sha384, groups 19, 14, 21",
    "crypto ikev2 dpd": "no probes",
    "crypto ikev2 nat keepalive": "no keepalives",
}
_POLICY = {
    "encryption": "des",
    "hash": next(word for word, (value, _) in HASHES.items() if value is POLICY_HASH),
    "authentication": POLICY_METHOD,
    "group": str(_group(POLICY_GROUP)),
    "lifetime": str(POLICY_LIFETIME),
}
_MAP = {
    "set pfs": f"none; without a group it is group{_group(PFS_GROUP)}",
    "set security-association lifetime": "that of `crypto ipsec security-association lifetime`, "
    f"{_LIFETIME} otherwise",
    "set security-association replay": "that of `crypto ipsec security-association replay`",
}

OMITTED: Mapping[tuple[str, str], str] = {
    **{("root", key): said for key, said in _ROOT.items()},
    **{("isakmp policy", key): said for key, said in _POLICY.items()},
    **{(mode, key): said for mode in ("crypto map", "ipsec profile") for key, said in _MAP.items()},
    ("transform-set", "mode"): "tunnel",
    ("ikev2 profile", "lifetime"): str(IKEV2_LIFETIME),
    ("interface", "shutdown"): "up",
}
