"""How Cisco IOS talks at its terminal."""

from kakehashi.dialects.cisco_ios.show import CLEAR, SHOW
from kakehashi.dialects.debugging import Topic, debugging, diagnosis
from kakehashi.dialects.editing import ANY_OTHER, BESIDE, ONE, WHICH, Habits
from kakehashi.dialects.grammar import Word
from kakehashi.dialects.manner import Manner, Reload, common, configuring, leaving, shown
from kakehashi.dialects.one_address import BORROWED, OWN

_SINGLE = (
    "hostname",
    "logging trap",
    "logging facility",
    "logging source-interface",
    "logging buffered",
    "logging monitor",
    "ip domain name",
    "ip domain-name",
    "crypto isakmp keepalive",
    "crypto isakmp identity",
    "crypto isakmp nat keepalive",
    "crypto ipsec security-association replay",
    "crypto ipsec df-bit",
    "crypto ipsec fragmentation",
    "crypto ikev2 dpd",
    "crypto ikev2 nat keepalive",
    "crypto ikev2 fragmentation",
)
_SEVERAL = (
    ("interface", "ipv6 address"),
    ("interface", "ip nat"),
    ("isakmp profile", "match identity"),
    ("isakmp profile", "keyring"),
    ("crypto map", "set peer"),
    ("ikev2 policy", "proposal"),
    ("ikev2 policy", "match address local"),
    ("ikev2 profile", "match identity remote"),
    ("ikev2 profile", "match address local"),
    ("ikev2 profile", "authentication remote"),
    *(("certificate map", key) for key in ("subject-name", "issuer-name", "alt-subject-name", "name")),
    ("certificate", "octets"),
    ("trustpoint", "fingerprint"),
    ("certificate chain", "certificate"),
    *((mode, "entry") for mode in ("access-list extended", "access-list standard", "access-list ipv6")),
    *((mode, "remark") for mode in ("access-list extended", "access-list standard", "access-list ipv6")),
    *(("object-group", key) for key in ("host", "any", "range", "group-object", "network")),
    *(("service-group", key) for key in ("service", "group-object")),
)
_WHO = ("address", "mask", "hostname")

HABITS = Habits(
    same={
        **{("root", key): ONE for key in _SINGLE},
        **dict.fromkeys(_SEVERAL, ANY_OTHER),
        ("root", "crypto isakmp key"): _WHO,
        ("root", "crypto ipsec security-association lifetime"): WHICH,
        ("root", "crypto map local-address"): ("name",),
        ("root", "crypto map isakmp-profile"): ("name",),
        ("crypto map", "set security-association lifetime"): WHICH,
        ("ipsec profile", "set security-association lifetime"): WHICH,
        ("keyring", "pre-shared-key"): _WHO,
        ("interface", "ip address"): (BESIDE, "secondary"),
        ("interface", "ip access-group"): ("direction",),
        ("interface", "ipv6 traffic-filter"): ("direction",),
        ("ikev2 peer", "pre-shared-key"): ("side",),
    },
    leading={"username": 2, "enable": 2, "peer": 4},
    instead={("interface", OWN): BORROWED, ("interface", BORROWED): OWN},
    unshown=frozenset({("interface", "shutdown")}),
    ending="end",
)

_CRYPTO = Word("crypto", "Encryption module")
_TOPICS = (
    Topic(
        (_CRYPTO, Word("isakmp", "ISAKMP, phase 1 of IKEv1")), "Crypto ISAKMP", ("ike",), ("error", "detail")
    ),
    Topic((_CRYPTO, Word("ipsec", "IPsec")), "Crypto IPSEC", ("ipsec",), ("error", "detail")),
    Topic(
        (_CRYPTO, Word("ikev2", "IKEv2")),
        "IKEv2 default",
        ("ikev2",),
        ("error", "internal", "packet", "client"),
    ),
)

MANNER = Manner(
    hostname="Router",
    prompts={
        "interface": "config-if",
        "trustpoint": "ca-trustpoint",
        "certificate chain": "config-cert-chain",
        "certificate": "config-pubkey",
        "certificate map": "ca-certificate-map",
        "isakmp policy": "config-isakmp",
        "isakmp profile": "conf-isa-prof",
        "isakmp peer": "config-isakmp-peer",
        "keyring": "conf-keyring",
        "transform-set": "cfg-crypto-trans",
        "crypto map": "config-crypto-map",
        "ipsec profile": "ipsec-profile",
        "ikev2 proposal": "config-ikev2-proposal",
        "ikev2 policy": "config-ikev2-policy",
        "ikev2 keyring": "config-ikev2-keyring",
        "ikev2 peer": "config-ikev2-keyring-peer",
        "ikev2 profile": "config-ikev2-profile",
        "vpdn-group": "config-vpdn",
        "accept-dialin": "config-vpdn-acc-in",
        "request-dialin": "config-vpdn-req-in",
        "access-list extended": "config-ext-nacl",
        "access-list standard": "config-std-nacl",
        "access-list ipv6": "config-ipv6-acl",
        "object-group": "config-network-group",
        "service-group": "config-service-group",
    },
    exec=(
        *shown(SHOW, CLEAR),
        configuring("Enter configuration mode", "Configure from the terminal"),
        *debugging(_TOPICS),
        diagnosis(_CRYPTO),
        *common(Word("source", "Where it comes from")),
        *leaving(privileged=True),
    ),
    habits=HABITS,
    topics=_TOPICS,
    destination=True,
    reload=Reload(
        question="Proceed with reload? [confirm]",
        agreed=("", "y", "yes"),
        unsaved="System configuration has been modified. Save? [yes/no]: ",
    ),
    more=" --More-- ",
    header="Building configuration...\n\nCurrent configuration : {size} bytes\n",
)
