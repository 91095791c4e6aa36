"""The device's command tree, as data."""

from kakehashi.dialects.grammar import Grammar, Mode, Support
from kakehashi.dialects.nec_ix.grammar.interface import INTERFACE
from kakehashi.dialects.nec_ix.grammar.policy import POLICY
from kakehashi.dialects.nec_ix.grammar.root import ROOT

GRAMMAR = Grammar(
    root=Mode(name="root", title="the configuration", commands=ROOT),
    modes=(
        Mode(name="interface", title="interface", commands=INTERFACE),
        Mode(name="ikev2 profile", title="ikev2 profile", commands=POLICY),
        Mode(name="foreign", title="a mode that is not ours", commands=(), unknown=Support.NOT_OURS),
        Mode(name="later", title="a mode that is not there yet", commands=(), unknown=Support.NOT_YET),
    ),
)
