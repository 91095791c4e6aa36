"""What else than the control socket may stand before the gateway, such as a server of SSH."""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from kakehashi.gateway.control import Handler, Request


class Face(Protocol):
    """It asks the gateway what the control socket asks."""

    async def start(self, ask: Handler, tell: Callable[[Request], AsyncIterator[str]]) -> None:
        """Begin. GatewayError."""

    async def stop(self) -> None:
        """End, also what is under way; nothing if it has not begun."""
