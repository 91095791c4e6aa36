"""How the NEC UNIVERGE IX talks at its terminal.

The manual prints the prompts of interfaces; what is said while saving, before a reload and of an invalid
command is as users have printed it. The caret and the prompts of other modes are ours.
"""

from kakehashi.dialects.debugging import Topic, debugging, diagnosis
from kakehashi.dialects.editing import ANY_OTHER, BESIDE, ONE, Habits
from kakehashi.dialects.grammar import Word
from kakehashi.dialects.manner import Manner, Reload, common, configuring, leaving, plain, shown
from kakehashi.dialects.nec_ix.grammar.pki import PKI
from kakehashi.dialects.nec_ix.show import CLEAR, SHOW

_BY_NAME = (
    "ike policy",
    "ike proposal",
    "ike local-id",
    "ike remote-id",
    "ike keepalive",
    "ike nat-traversal",
    "ike initial-contact",
    "ike rekey remaining-lifetime",
    "ipsec local-id",
    "ipsec remote-id",
    "ipsec rekey remaining-lifetime",
    "ipsec autokey-proposal",
    "ipsec autokey-map",
    "ipsec dynamic-map",
    "ipsec commit-bit",
    "ipsec anti-replay",
    "network-monitor",
    "network-monitor startup-delay",
)
_SINGLE = (
    "hostname",
    "syslog facility",
    "syslog ip source",
    "logging buffered",
    "logging timestamp",
    "ike retransmit-count",
    "ike retransmit-interval",
    "ipsec sa-autorefresh",
    "ipsec delete-notify",
    "ipsec rekey unconditional-rekeying",
)
_SEVERAL = ("local-ts", "remote-ts", "cert cacert", "cert mycert", "ip napt static", "ipv6 address")
_NUMBERED = (
    "event ip",
    "event ipv6",
    "event others",
    "action ip",
    "action ipv6",
    "action ipsec",
    "action others",
)

HABITS = Habits(
    same={
        **{("root", key): ("name",) for key in _BY_NAME},
        **{("root", key): ONE for key in _SINGLE},
        **{("root", f"{word} route"): ("prefix", "next_hop", "interface") for word in ("ip", "ipv6")},
        ("root", "ikev2 authentication"): ("id_type", "id"),
        **{(mode, key): ANY_OTHER for mode in ("interface", "ikev2 profile") for key in _SEVERAL},
        ("root", "syslog function"): ("function",),
        ("root", "logging subsystem"): ("function",),
        ("root", "syslog ip host"): ("address",),
        ("interface", "ip address"): (BESIDE, "secondary"),
        **{("interface", f"{word} filter"): ("sequence", "inbound") for word in ("ip", "ipv6")},
        ("interface", "ip napt service"): ("name",),
        ("interface", "ip nat static"): ("inside",),
        ("ppp profile", "authentication password"): ("user",),
        **{("watch-group", key): ("number",) for key in _NUMBERED},
    },
    # A tunnel is of one kind and has one end on either side; a number is one event's, whatever occurs.
    leading={"username": 2, "tunnel": 2, "event": 2, "action": 2, "description": 1},
    indent=2,
    # By this line a configuration is known for what it is, however little it says.
    heading="! NEC Portable Internetwork Core Operating System Software",
)
_CONFIGURE = "Configure this router"

# The words are V2-52's names; the manual's chapters on VPNs print no `debug`.
_TOPICS = (
    Topic((Word("ike", "IKEv1"),), "ike", ("ike",)),
    Topic((Word("ikev2", "IKEv2"),), "ikev2", ("ikev2",)),
    Topic((Word("ipsec", "IPsec"),), "IPsec", ("ipsec",)),
)
_EVENTS = Word("event-terminal", "Events at this terminal")

MANNER = Manner(
    hostname="Router",
    prompts={
        "interface": "config-{}",
        "ikev2 profile": "config-ikev2-{}",
        "watch-group": "config-watch-{}",
        "ppp profile": "config-ppp-{}",
        "foreign": "config-{}",
    },
    exec=(
        *shown(SHOW, CLEAR),
        configuring(_CONFIGURE, "From this terminal"),
        plain("configure", _CONFIGURE, words=(Word("enable-config", _CONFIGURE),)),
        plain("configure", _CONFIGURE, words=(Word("svintr-config", "Configure, whoever else does"),)),
        *PKI,
        *debugging(_TOPICS),
        diagnosis(Word("ipsec", "IPsec")),
        plain("terminal monitor", "Tell events here", words=(_EVENTS, Word("start", "Tell events here"))),
        plain("terminal no monitor", "Tell no more", words=(_EVENTS, Word("stop", "Tell no more"))),
        *common(Word("source", "Where it comes from")),
        *leaving(privileged=False),
    ),
    habits=HABITS,
    topics=_TOPICS,
    enable=False,
    do="",
    entering="Enter configuration commands, one per line. End with CNTL/Z.",
    invalid="% {} -- Invalid command.",
    incomplete="% Incomplete command",
    saved="% Warning: do NOT enter CNTL/Z while saving to avoid config corruption.",
    copying='Copying from "running-config" to "startup-config"',
    reload=Reload(
        question="Notice: The router will be RELOADED. This is to ensure that\n"
        "        the peripheral devices are properly initialized.\n"
        "Are you sure you want to reload the router? (Yes or [No]): ",
        agreed=("y", "ye", "yes"),
        unsaved="% Warning: current running-configuration is not saved yet.",
    ),
)
