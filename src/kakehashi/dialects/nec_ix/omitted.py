"""What holds where a command is not there, in the device's words, for its reference page."""

from collections.abc import Mapping

from kakehashi.dialects.nec_ix.defaults import (
    CHILD_LIFETIME,
    CHILD_REKEY_BEFORE_END,
    MODE,
    NAT_KEEPALIVE,
    PHASE1_PROPOSAL,
    PHASE1_RENEW_BEFORE_END,
    PHASE2_PROPOSAL,
    PHASE2_REKEY_BEFORE_END,
    PROBES,
    REPLAY_WINDOW,
    RETRANSMIT,
    SA_LIFETIME,
    SA_REKEY_BEFORE_END,
)
from kakehashi.dialects.nec_ix.words import (
    CIPHERS,
    ESP_CIPHERS,
    ESP_INTEGRITIES,
    GROUPS,
    HASHES,
    INTEGRITIES,
    MODES,
    PHASE1_CIPHERS,
    PRFS,
    word_of,
)

_REPEATED = ", ".join(str(seconds) for seconds in RETRANSMIT[:-1])
_POLICY = {
    "local-authentication": "the tunnel's own address",
    "sa-proposal enc": " ".join(CIPHERS),
    "sa-proposal integrity": " ".join(INTEGRITIES),
    "sa-proposal prf": " ".join(PRFS),
    "sa-proposal dh": " ".join(GROUPS),
    "child-proposal enc": " ".join(CIPHERS),
    "child-proposal integrity": " ".join(INTEGRITIES),
    "child-pfs": f"{' '.join(GROUPS)}, and without",
    "sa-lifetime": f"{SA_LIFETIME}; renewed {SA_REKEY_BEFORE_END} seconds before the end",
    "child-lifetime": f"{CHILD_LIFETIME}; renewed {CHILD_REKEY_BEFORE_END} seconds before the end",
    "dpd": "no probes",
    "anti-replay": f"on, {REPLAY_WINDOW} packets",
    "connect-type": "the first packet starts the negotiation",
    "outgoing-interface": "by the routing table",
    "source-address": "by the routing table",
    "ipsec mtu ignore": "off",
    "ipsec pre-fragment": "off",
    "local-ts": "all of IPv4 and IPv6",
    "remote-ts": "all of IPv4 and IPv6",
    "nat-traversal": f"on, a keepalive every {NAT_KEEPALIVE} seconds",
    "suppress send-delete": "off",
    "suppress send-rekey": "off",
}
_IKEV1 = {
    "ike proposal": (
        f"encryption {word_of(PHASE1_PROPOSAL.cipher, PHASE1_CIPHERS)}, "
        f"hash {word_of(PHASE1_PROPOSAL.hash, HASHES)}, group {word_of(PHASE1_PROPOSAL.group, GROUPS)}, "
        f"lifetime {PHASE1_PROPOSAL.lifetime} for what it leaves out"
    ),
    "ike policy": f"mode {word_of(MODE, MODES)}",
    "ike local-id": "the address",
    "ike remote-id": "the address",
    "ike keepalive": "no probes",
    "ike retransmit-count": f"{len(RETRANSMIT) - 1}, after {_REPEATED} seconds",
    "ike retransmit-interval": f"{_REPEATED} seconds",
    "ike nat-traversal": f"off; where it is on, a keepalive every {NAT_KEEPALIVE} seconds",
    "ike suppress-dangling": "off",
    "ike rekey remaining-lifetime": f"{PHASE1_RENEW_BEFORE_END} seconds",
    "ipsec autokey-proposal": f"lifetime time {PHASE2_PROPOSAL.lifetime}",
    "ipsec autokey-map": (
        f"{word_of(PHASE2_PROPOSAL.cipher, ESP_CIPHERS)} "
        f"{word_of(PHASE2_PROPOSAL.integrity, ESP_INTEGRITIES)}, pfs off for what it leaves out"
    ),
    "ipsec local-id": "all of the map's IP version",
    "ipsec remote-id": "all of the map's IP version",
    "ipsec sa-autorefresh": "on",
    "ipsec commit-bit": "off",
    "ipsec anti-replay": f"on, {REPLAY_WINDOW} packets",
    "ipsec delete-notify": "off",
    "ipsec rekey remaining-lifetime": f"{PHASE2_REKEY_BEFORE_END} seconds, at most half of the lifetime",
    "ipsec rekey unconditional-rekeying": "only what carried traffic is renewed",
}

_WATCH = {
    "probe-counter watch": f"{PROBES.echoes}",
    "probe-counter variance": f"{PROBES.to_stand}",
    "probe-counter restorer": f"{PROBES.to_restore}",
    "probe-timer variance": f"{PROBES.interval:g} seconds",
    "probe-timer restorer": f"{PROBES.standing_interval:g} seconds",
    "probe-timer wait": f"{PROBES.wait:g} seconds",
}

OMITTED: Mapping[tuple[str, str], str] = {
    **{(mode, key): said for mode in ("interface", "ikev2 profile") for key, said in _POLICY.items()},
    **{("root", key): said for key, said in _IKEV1.items()},
    **{("watch-group", key): said for key, said in _WATCH.items()},
    ("interface", "shutdown"): "shut down; a loopback interface is up",
}
