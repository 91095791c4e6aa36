"""How Cisco writes commands down, and what IOS shows behind `?`."""

from kakehashi.dialects.kinds import ADDRESS_FORMS, PREFIX_FORMS
from kakehashi.dialects.notation import Notation

NOTATION = Notation(
    placeholder=str,
    forms={
        ADDRESS_FORMS[6]: "X:X:X:X::X",
        PREFIX_FORMS[6]: "X:X:X:X::X/<0-128>",
    },
    names_only=True,
)
