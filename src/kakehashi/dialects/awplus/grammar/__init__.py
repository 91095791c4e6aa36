"""The device's command tree, as data."""

from kakehashi.dialects.awplus.grammar.crypto import IPSEC_PROFILE, ISAKMP_PROFILE, TRUSTPOINT
from kakehashi.dialects.awplus.grammar.interface import INTERFACE
from kakehashi.dialects.awplus.grammar.root import ROOT
from kakehashi.dialects.grammar import Grammar, Mode, Support

# Modes in which a line that is not known is a line of the VPN.
CRYPTO_MODES = frozenset({"isakmp profile", "ipsec profile", "trustpoint"})

GRAMMAR = Grammar(
    root=Mode(name="root", title="the configuration", commands=ROOT),
    modes=(
        Mode(name="interface", title="interface", commands=INTERFACE),
        Mode(name="isakmp profile", title="crypto isakmp profile", commands=ISAKMP_PROFILE),
        Mode(name="ipsec profile", title="crypto ipsec profile", commands=IPSEC_PROFILE),
        Mode(name="trustpoint", title="crypto pki trustpoint", commands=TRUSTPOINT),
        Mode(name="foreign", title="a mode that is not ours", commands=(), unknown=Support.NOT_OURS),
        Mode(name="host", title="a mode of the host's", commands=(), unknown=Support.THE_HOSTS),
    ),
)
