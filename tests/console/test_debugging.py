"""`debug`: what is chosen is told at that terminal, and nothing else besides."""

import asyncio
from datetime import UTC, datetime

import pytest

from kakehashi.console.watching import Watching
from kakehashi.dialects.manners import manner_of
from kakehashi.dialects.matching import Match, match_line
from kakehashi.dialects.registry import by_name
from kakehashi.gateway.answers import _threshold
from kakehashi.gateway.log import Listener, Log, LogOptions
from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.model.logging import Severity, Threshold
from tests.console.desk import Desk

MONITOR = Threshold(Severity.NOTICE)


class Terminal:
    """One that types commands of a dialect, and hears what it is told of a log."""

    def __init__(self, dialect: str) -> None:
        self.manner = manner_of(by_name(dialect))
        self.said: list[str] = []
        self.heard: list[str] = []
        self.log = Log(LogOptions(Level.ERROR), lambda: datetime(2026, 1, 2, tzinfo=UTC))
        self._listener: Listener | None = None
        self._watching = Watching(self.manner.topics, self._watch, self.said.append)

    def types(self, line: str) -> str:
        match = match_line(line.split(), self.manner.exec)
        assert isinstance(match, Match), match
        if match.command.key == "show debugging":
            return self._watching.shown(match)
        action = {
            "debug": self._watching.debug,
            "undebug": self._watching.undebug,
            "terminal monitor": self._watching.monitor,
            "terminal no monitor": self._watching.no_monitor,
        }[match.command.key]
        asyncio.run(action(match))
        return self.said[-1] if self.said else ""

    def told(self, *subjects: str, level: Level = Level.DEBUG) -> list[str]:
        """The subjects of which it hears when something happens to each."""
        self.heard.clear()
        for subject in subjects:
            self.log.event(Event(level=level, name=EventName.DROPPED, facility=subject, message=subject))
        return [line.rsplit(" ", 1)[-1] for line in self.heard]

    def _watch(self, told: str) -> None:
        if self._listener:
            self.log.leave(self._listener)
        self._listener = None
        if told:
            self._listener = Listener(_threshold(tuple(told.split()), MONITOR), self.heard.append)
            self.log.join(self._listener)


ALL = ("ikev2", "IKE", "IPsec", "gateway")


@pytest.mark.parametrize(
    ("dialect", "line", "said", "subjects"),
    [
        ("cisco-ios", "debug crypto isakmp", "Crypto ISAKMP debugging is on", ["IKE"]),
        ("cisco-ios", "debug crypto ipsec", "Crypto IPSEC debugging is on", ["IPsec"]),
        ("cisco-ios", "deb cry ikev2 packet", "IKEv2 default debugging is on", ["ikev2"]),
        ("cisco-ios", "debug all", "All possible debugging is on", list(ALL)),
        ("awplus", "debug isakmp", "ISAKMP debugging is on", ["ikev2", "IKE", "IPsec"]),
        ("awplus", "debug isakmp trace", "ISAKMP debugging is on", ["ikev2", "IKE", "IPsec"]),
        ("nec-ix", "debug ikev2", "ikev2 debugging is on", ["ikev2"]),
    ],
)
def test_only_the_chosen_subject_is_told(dialect: str, line: str, said: str, subjects: list[str]) -> None:
    terminal = Terminal(dialect)
    assert terminal.told(*ALL) == []
    assert terminal.types(line) == said
    assert terminal.told(*ALL) == subjects
    assert f"  {said}\n" == terminal.types("show debugging")
    assert terminal.log.level is Level.DEBUG, "the core has to make such events now"


@pytest.mark.parametrize("line", ["undebug all", "no debug all", "un all"])
def test_everything_ends_and_the_core_makes_no_such_events_any_more(line: str) -> None:
    terminal = Terminal("cisco-ios")
    terminal.types("debug crypto isakmp")
    terminal.types("debug crypto ikev2")
    assert terminal.types(line) == "All possible debugging has been turned off"
    assert terminal.told(*ALL) == []
    assert terminal.types("show debugging") == "  No debugging is on\n"
    assert terminal.log.level is Level.ERROR, "nobody reads them"


def test_one_of_two_ends_and_the_other_goes_on() -> None:
    terminal = Terminal("cisco-ios")
    terminal.types("debug crypto isakmp")
    terminal.types("debug crypto ikev2")
    assert terminal.types("no debug crypto isakmp") == "Crypto ISAKMP debugging is off"
    assert terminal.told(*ALL) == ["ikev2"]


def test_terminal_monitor_tells_all_subjects_and_debug_more_of_one() -> None:
    terminal = Terminal("nec-ix")
    terminal.types("event-terminal start")
    terminal.types("debug ipsec")
    assert terminal.told(*ALL, level=Level.WARNING) == list(ALL)
    assert terminal.told(*ALL) == ["IPsec"]
    terminal.types("event-terminal stop")
    assert terminal.told(*ALL, level=Level.WARNING) == ["IPsec"]


def test_what_no_device_can_debug_is_refused() -> None:
    shown = Desk("cisco-ios").type("debug spanning-tree", "show debugging")
    assert "% Invalid input" in shown
    assert "No debugging is on" in shown


@pytest.mark.parametrize(
    ("dialect", "commands", "words"),
    [
        ("cisco-ios", ("show logging",), ("Buffer logging:  level notifications", "Log Buffer (")),
        ("nec-ix", ("show logging", "show syslog"), ("Buffer logging: all notice", "Syslog is disabled")),
        ("awplus", ("show log", "show log config"), ("<date> <time>", "Buffered log:")),
    ],
)
def test_the_log_is_shown_as_the_device_does(
    dialect: str, commands: tuple[str, ...], words: tuple[str, ...]
) -> None:
    shown = Desk(dialect).type(*commands)
    for text in words:
        assert text in shown


def test_a_log_host_is_typed_and_what_was_said_of_it_before_goes() -> None:
    desk = Desk("cisco-ios", "interface GigabitEthernet0/0\n ip address 192.0.2.2 255.255.255.0\n")
    shown = desk.type(
        "conf t",
        "logging host 192.0.2.9 transport ?",
        "logging host 192.0.2.9 transport tcp port 1514",
        "logging trap debugging",
        "logging trap warnings",
        "end",
        "show running-config | include logging",
    )
    assert "tls  Over an encrypted connection" in shown
    assert "logging trap debugging\n" not in shown.split("include logging")[1]
    (host,) = desk.gateway.logging.hosts
    assert (host.port, host.threshold) == (1514, Threshold(Severity.WARNING))
    desk.type("conf t", "no logging host 192.0.2.9")
    assert desk.gateway.logging.hosts == ()
