"""How AlliedWare Plus talks at its terminal (AW-14)."""

from kakehashi.dialects.awplus.certificates import COMMANDS
from kakehashi.dialects.awplus.show import CLEAR, SHOW
from kakehashi.dialects.debugging import Topic, debugging, diagnosis
from kakehashi.dialects.editing import ANY_OTHER, BESIDE, ONE, Habits
from kakehashi.dialects.grammar import Word
from kakehashi.dialects.manner import Manner, Reload, common, configuring, leaving, plain, shown
from kakehashi.dialects.one_address import BORROWED, OWN

_WHO = ("address", "hostname", "policy", "dynamic")

HABITS = Habits(
    same={
        ("root", "hostname"): ONE,
        ("root", "log facility"): ONE,
        ("root", "log host source"): ONE,
        ("root", "log trustpoint"): ONE,
        ("root", "log buffered"): ONE,
        ("root", "log monitor"): ONE,
        ("root", "crypto isakmp key"): _WHO,
        ("root", "crypto isakmp peer"): _WHO,
        ("interface", "tunnel endpoint"): ("address",),
        ("interface", "tunnel local selector"): ANY_OTHER,
        ("interface", "tunnel remote selector"): ANY_OTHER,
        ("interface", "ipv6 address"): ANY_OTHER,
        ("interface", "ip address"): (BESIDE, "secondary"),
        ("isakmp profile", "transform"): ("number",),
        ("ipsec profile", "transform"): ("number",),
        ("trustpoint", "subject-alt-name"): ANY_OTHER,
        ("trustpoint", "fingerprint"): ANY_OTHER,
    },
    leading={"username": 2, "enable": 2},
    instead={("interface", OWN): BORROWED, ("interface", BORROWED): OWN},
    unshown=frozenset({("interface", "shutdown")}),
    ending="end",
)

_TOPICS = (
    Topic(
        (Word("isakmp", "ISAKMP and IKE"),),
        "ISAKMP",
        ("ikev2", "ike", "ipsec"),
        ("default", "info", "trace", "all"),
    ),
)

MANNER = Manner(
    hostname="awplus",
    prompts={
        "interface": "config-if",
        "isakmp profile": "config-isakmp-profile",
        "ipsec profile": "config-ipsec-profile",
        "trustpoint": "ca-trustpoint",
    },
    exec=(
        *shown(SHOW, CLEAR),
        configuring("Enter configuration mode", "Configure from the terminal"),
        *COMMANDS,
        *debugging(_TOPICS),
        diagnosis(Word("ipsec", "IPsec")),
        *common(Word("source", "Where it comes from")),
        *leaving(privileged=True),
        plain("reload", "Go back to what is saved", words=(Word("reboot", "Go back to what is saved"),)),
    ),
    habits=HABITS,
    topics=_TOPICS,
    reload=Reload(question="reboot system? (y/n): ", agreed=("y", "yes")),
)
