"""A fault of ours in one step must not take down what other tunnels, peers and callers have."""

import traceback
from collections.abc import Callable
from typing import ParamSpec

from kakehashi.gateway.log import Log
from kakehashi.ike.effects import Level

_P = ParamSpec("_P")


def guarded(log: Log, step: Callable[_P, object], *arguments: _P.args, **named: _P.kwargs) -> None:
    """Take the step, and tell of a fault."""
    try:
        step(*arguments, **named)
    except Exception as fault:
        tell_fault(log, fault)


def tell_fault(log: Log, fault: BaseException) -> None:
    """Its type and its place in the code. Not its values: its text may quote a key or a password."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
    log.say(Level.ERROR, f"internal fault {type(fault).__name__} at {where}", name="fault")
