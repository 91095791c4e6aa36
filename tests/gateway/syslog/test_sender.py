"""A log host that is slow, away or gone: the gateway never waits for it, and what is lost is counted."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from ipaddress import ip_address

from kakehashi.gateway.log import Entry, Log, LogOptions
from kakehashi.gateway.syslog.channel import Target
from kakehashi.gateway.syslog.sender import Sender
from kakehashi.ike.effects import Level
from kakehashi.model.logging import LogHost, Severity, Threshold, Transport
from tests.gateway.syslog.rfc5424 import Message, read_message

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOST = LogHost(address=ip_address("192.0.2.9"), transport=Transport.TCP, port=601)


def entry(text: str, level: Level = Level.NOTICE) -> Entry:
    return Entry(time=TIME, level=level, subject="ikev2", name="test", message=text)


class Receiver:
    """A log host in memory; `broken`: how many messages from now on break the way."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.reachable = True
        self.broken = 0
        self.opened = 0
        self.pauses: list[float] = []
        self.told: list[tuple[bool, str]] = []

    async def open(self, transport: Transport, target: Target) -> "Receiver":
        self.opened += 1
        if not self.reachable:
            raise ConnectionRefusedError(111, "Connection refused")
        return self

    async def send(self, message: bytes) -> None:
        await asyncio.sleep(0)
        if self.broken:
            self.broken -= 1
            raise ConnectionResetError(104, "Connection reset by peer")
        self.heard.append(read_message(message))

    def close(self) -> None:
        pass

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def find(self, host: LogHost) -> Target:
        return Target(ip_address("192.0.2.9"), host.port)

    def sender(self, room: int = 1000, host: LogHost = HOST) -> Sender:
        return Sender(
            host,
            "tokyo",
            lambda: TIME,
            self.find,
            lambda up, why: self.told.append((up, why)),
            opened=self.open,
            sleep=self.sleep,
            room=room,
        )

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]


def played(story: Callable[[Receiver], Coroutine[object, object, None]]) -> Receiver:
    receiver = Receiver()
    asyncio.run(story(receiver))
    return receiver


async def until(true: Callable[[], bool], tries: int = 500) -> None:
    """A few turns of the loop; there is no clock in it."""
    for _ in range(tries):
        if true():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


def test_messages_arrive_in_their_order_with_numbers() -> None:
    async def story(receiver: Receiver) -> None:
        sender = receiver.sender()
        sender.start()
        for text in ("one", "two", "three"):
            sender.take(entry(text))
        await until(lambda: len(receiver.heard) == 3)
        await sender.stop()

    receiver = played(story)
    assert receiver.texts == ["one", "two", "three"]
    assert [m.data["meta"]["sequenceId"] for m in receiver.heard] == ["1", "2", "3"]
    assert receiver.told == [(True, "")]


def test_a_broken_way_is_opened_again_and_the_message_that_broke_it_is_sent_again() -> None:
    async def story(receiver: Receiver) -> None:
        sender = receiver.sender()
        sender.start()
        sender.take(entry("one"))
        await until(lambda: len(receiver.heard) == 1)
        receiver.broken = 1
        sender.take(entry("two"))
        await until(lambda: len(receiver.heard) == 2)
        await sender.stop()

    receiver = played(story)
    assert receiver.texts == ["one", "two"]
    assert receiver.opened == 2
    assert [up for up, _ in receiver.told] == [True, False, True]


def test_an_absent_host_is_asked_for_less_and_less_often() -> None:
    async def story(receiver: Receiver) -> None:
        receiver.reachable = False
        sender = receiver.sender()
        sender.start()
        sender.take(entry("one"))
        await until(lambda: len(receiver.pauses) == 9)
        assert sender.status().state == "Connection refused"
        receiver.reachable = True
        await until(lambda: receiver.texts == ["one"])
        await sender.stop()

    receiver = played(story)
    assert receiver.pauses[:9] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [up for up, _ in receiver.told] == [False, True]


def test_what_finds_no_room_is_counted_and_told_in_its_place() -> None:
    async def story(receiver: Receiver) -> None:
        sender = receiver.sender(room=4)
        for number in range(10):
            sender.take(entry(str(number)))
        status = sender.status()
        assert (status.waiting, status.dropped) == (4, 6)
        sender.start()
        await until(lambda: any("dropped" in text for text in receiver.texts))
        sender.take(entry("later"))
        await until(lambda: receiver.texts[-1] == "later")
        await sender.stop()

    receiver = played(story)
    assert receiver.texts[:4] == ["0", "1", "2", "3"]
    assert receiver.texts[4].startswith("6 messages for the log host 192.0.2.9 were dropped")
    assert receiver.heard[4].msgid == "log-dropped"
    assert receiver.texts[5:] == ["later"]


def test_a_host_whose_name_nobody_knows_holds_nothing_up() -> None:
    async def story(receiver: Receiver) -> None:
        async def nobody(host: LogHost) -> Target:
            raise OSError(-2, "Name or service not known")

        receiver.find = nobody  # type: ignore[method-assign]
        sender = receiver.sender()
        sender.start()
        sender.take(entry("one"))
        await until(lambda: bool(receiver.told))
        assert sender.status().state == "Name or service not known"
        await sender.stop()

    played(story)


def test_a_host_is_told_what_its_threshold_admits_of_each_subject() -> None:
    threshold = Threshold(Severity.ERROR, (("ikev2", Severity.INFO), ("ipsec", None)))
    host = LogHost(address=ip_address("192.0.2.9"), transport=Transport.TCP, threshold=threshold)

    async def story(receiver: Receiver) -> None:
        sender = receiver.sender(host=host)
        log = Log(LogOptions(Level.ERROR), lambda: TIME)
        levels: list[Level] = []
        log.heard = levels.append
        log.join(sender)
        assert levels == [Level.INFO], "the core is asked for what somebody reads"
        log.say(Level.NOTICE, "of the gateway")
        log.say(Level.ERROR, "an error")
        sender.start()
        await until(lambda: len(receiver.heard) == 1)
        log.leave(sender)
        assert levels == [Level.INFO, Level.ERROR]
        await sender.stop()

    assert played(story).texts == ["an error"]
    assert threshold.admits("ikev2", Level.INFO)
    assert not threshold.admits("IPsec", Level.ERROR)
