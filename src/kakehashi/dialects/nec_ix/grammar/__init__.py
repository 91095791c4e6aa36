"""The device's command tree, as data."""

from kakehashi.dialects.grammar import Grammar, Mode, Support
from kakehashi.dialects.nec_ix.grammar.interface import INTERFACE
from kakehashi.dialects.nec_ix.grammar.policy import POLICY
from kakehashi.dialects.nec_ix.grammar.ppp import PPP
from kakehashi.dialects.nec_ix.grammar.root import ROOT
from kakehashi.dialects.nec_ix.grammar.watch import IN_GROUP

GRAMMAR = Grammar(
    root=Mode(name="root", title="the configuration", commands=ROOT),
    modes=(
        Mode(name="interface", title="interface", commands=INTERFACE),
        Mode(name="ikev2 profile", title="ikev2 profile", commands=POLICY),
        Mode(name="foreign", title="a mode that is not ours", commands=(), unknown=Support.NOT_OURS),
        Mode(name="ppp profile", title="ppp profile", commands=PPP, unknown=Support.NOT_OURS),
        Mode(name="watch-group", title="watch-group", commands=IN_GROUP),
    ),
)
