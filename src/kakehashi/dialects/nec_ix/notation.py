"""How the manual of the NEC UNIVERGE IX writes commands down.

It does not show what the device prints behind `?`: the lines are laid out as the other devices have it.
"""

from kakehashi.dialects.notation import Notation

NOTATION = Notation(placeholder=str.upper)
