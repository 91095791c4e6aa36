"""What goes wrong between an NEC IX behind a NAT and its centre."""

from tests.check.faults.fault import Edit, Found, Outcome

_DOWN, _MUTE, _UP = Outcome.NO_TUNNEL, Outcome.NO_TRAFFIC, Outcome.COMES_UP
_POLICY, _TUNNEL = "ike policy far", "interface Tunnel0.0"

_IKEV1 = (
    Edit("no NAT traversal", "ike nat-traversal\n", "", Found("no-nat-traversal", _POLICY, _MUTE)),
    Edit("NAT traversal of another policy", "ike nat-traversal\n", "ike nat-traversal policy fra\n", Found("undefined-ike-policy", "ike nat-traversal", _MUTE)),
    Edit("digit of the key", "melon-2024", "melon-2025", Found("mismatch-pre-shared-key", _POLICY, _DOWN)),
    Edit("group", "group 2048-bit", "group 3072-bit", Found("mismatch-dh-group", "ike proposal", _DOWN)),
    Edit("own network", "local-id to-far $lan", "local-id to-far 192.168.130.0/24", Found("mismatch-traffic", "ipsec local-id", _DOWN)),
)  # fmt: skip
_SITE1 = (
    Edit("identity", "local-id far keyid $name", "local-id far keyid nahaa", Found("mismatch-identity", "ike local-id", _DOWN)),
    Edit("letter of the identity", "local-id far keyid $name", "local-id far keyid Naha", Found("mismatch-identity", "ike local-id", _DOWN)),
)  # fmt: skip
_CENTRE1 = (
    Edit("expected identity", "remote-id far keyid naha", "remote-id far keyid nahaa", Found("mismatch-identity", "ike remote-id", _DOWN)),
)  # fmt: skip

_IKEV2 = (
    Edit("no NAT traversal", "  nat-traversal keepalive 20\n", "  no nat-traversal\n", Found("no-nat-traversal", _TUNNEL, _MUTE)),
    Edit("digit of the key", "keyid $name key char bitter-melon-2024", "keyid $name key char bitter-melon-2025", Found("mismatch-pre-shared-key", "ikev2 authentication psk id keyid $name", _DOWN)),
    Edit("group", "dh 2048-bit", "dh 3072-bit", Found("mismatch-dh-group", "  sa-proposal dh", _DOWN)),
)  # fmt: skip

EDITS = {
    "nec-ikev1-behind-nat": _IKEV1 + _SITE1,
    "nec-ikev1-centre": _IKEV1 + _CENTRE1,
    "nec-ikev2-behind-nat": _IKEV2,
    "nec-ikev2-centre": _IKEV2,
}
