"""How the manual of AlliedWare Plus writes commands down, and what the device shows behind `?`."""

from kakehashi.dialects.notation import Notation

NOTATION = Notation(placeholder="<{}>".format)
