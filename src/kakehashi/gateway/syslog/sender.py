"""One log host: a queue that never holds the gateway up, and a task that empties it.

What finds the queue full is counted, and a message in its place says how many are missing. A way that breaks
is opened again, later each time; the message that broke it is sent again.
"""

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from kakehashi.gateway.log import FACILITY, Entry
from kakehashi.gateway.syslog.channel import Channel, Target, open_channel
from kakehashi.gateway.syslog.message import LONGEST_DATAGRAM, LONGEST_MESSAGE, encode
from kakehashi.ike.effects import Level
from kakehashi.model.logging import LogHost, LogHostStatus, Threshold, Transport

QUEUE = 1000  # messages
NEW = "nothing sent yet"
_AT_ONCE = 16  # messages, before somebody else's turn
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between two attempts

Find = Callable[[LogHost], Awaitable[Target]]
Open = Callable[[Transport, Target], Awaitable[Channel]]
Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """A sink of the log. `find` says where the host is, OSError if nobody knows; `told` is called when its
    state is another, with a sentence.
    """

    def __init__(
        self,
        host: LogHost,
        hostname: str,
        clock: Callable[[], datetime],
        find: Find,
        told: Callable[[bool, str], None],
        *,
        opened: Open = open_channel,
        sleep: Sleep = asyncio.sleep,
        room: int = QUEUE,
    ) -> None:
        self.host = host
        self.hostname = hostname
        self._clock = clock
        self._find = find
        self._told = told
        self._open = opened
        self._sleep = sleep
        self._room = room
        self._queue: deque[Entry] = deque()
        self._missing = 0  # since the last message that found room
        self._news = asyncio.Event()
        self._state = NEW
        self._number = self._sent = self._dropped = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def threshold(self) -> Threshold:
        """What its host is told."""
        return self.host.threshold

    def take(self, entry: Entry) -> None:
        """Queue it, or count it."""
        if self._missing or len(self._queue) >= self._room:
            self._missing += 1
            self._dropped += 1
            return
        self._queue.append(entry)
        self._news.set()

    def start(self) -> None:
        """Send from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self, patience: float = 1.0) -> None:
        """What waits has a little while to leave, if there is a way."""
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._queue and self._state == "up":
                    await asyncio.sleep(0.01)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def status(self) -> LogHostStatus:
        """How it stands."""
        return LogHostStatus(
            host=self.host,
            state=self._state,
            sent=self._sent,
            waiting=len(self._queue),
            dropped=self._dropped,
        )

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            await self._news.wait()
            try:
                target = await self._find(self.host)
                channel = await self._open(self.host.transport, target)
            except (OSError, TimeoutError, ValueError) as error:
                self._set_state(False, _reason(error))
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            before = self._sent
            try:
                await self._empty(channel)
            except (OSError, TimeoutError) as error:
                self._set_state(False, _reason(error))
            finally:
                channel.close()
            # A way that opens and carries nothing is no way.
            pause = FIRST_PAUSE if self._sent > before + 1 else min(2 * pause, LONGEST_PAUSE)
            await self._sleep(pause)

    async def _empty(self, channel: Channel) -> None:
        """Send whatever comes, until the way breaks."""
        longest = LONGEST_DATAGRAM if self.host.transport is Transport.UDP else LONGEST_MESSAGE
        is_udp = self.host.transport is Transport.UDP
        before = self._sent
        if not is_udp:
            self._set_state(True, "")
        while True:
            while self._queue:
                entry = self._queue[0]
                message = encode(entry, self.host.facility, self.hostname, self._number + 1, longest)
                await channel.send(message)
                self._queue.popleft()
                self._number += 1
                self._sent += 1
                # That nobody listens to a datagram is told when the next one is sent.
                if self._sent > before + 1 or self._state == NEW:
                    self._set_state(True, "")
                self._tell_missing()
                if self._sent % _AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._news.clear()
            await self._news.wait()

    def _tell_missing(self) -> None:
        """In the place of those that found no room. There is to be much room again, or every other message
        would tell of one that is missing.
        """
        if self._missing and len(self._queue) <= self._room // 2:
            count, self._missing = self._missing, 0
            self._queue.append(
                Entry(
                    time=self._clock(),
                    level=Level.WARNING,
                    subject=FACILITY,
                    name="log-dropped",
                    message=f"{count} messages for the log host {self.host.address} were dropped: "
                    "they came faster than it took them",
                    details={"dropped": count},
                )
            )

    def _set_state(self, up: bool, reason: str) -> None:
        state = "up" if up else reason
        if state != self._state:
            self._state = state
            self._told(up, reason)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, ConnectionError) and error.errno:
        # asyncio has a text of its own, with the address, which is told anyway.
        return os.strerror(error.errno)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
