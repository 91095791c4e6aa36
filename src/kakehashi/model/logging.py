"""Which events a device tells, and to whom: its own memory, terminals, log hosts (RFC 5424)."""

import enum
from dataclasses import dataclass, field

from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.source import Source


class Severity(enum.IntEnum):
    """How bad an event is (RFC 5424 section 6.2.1); the smaller, the worse."""

    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class Facility(enum.IntEnum):
    """What kind of program tells it (RFC 5424 section 6.2.1)."""

    KERN = 0
    USER = 1
    MAIL = 2
    DAEMON = 3
    AUTH = 4
    SYSLOG = 5
    LPR = 6
    NEWS = 7
    UUCP = 8
    CRON = 9
    AUTHPRIV = 10
    FTP = 11
    LOCAL0 = 16
    LOCAL1 = 17
    LOCAL2 = 18
    LOCAL3 = 19
    LOCAL4 = 20
    LOCAL5 = 21
    LOCAL6 = 22
    LOCAL7 = 23


class Transport(enum.Enum):
    """How messages travel: RFC 5426, RFC 6587 with octet counting, RFC 5425."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


DEFAULT_PORTS = {Transport.UDP: 514, Transport.TCP: 601, Transport.TLS: 6514}


@dataclass(frozen=True, slots=True)
class Threshold:
    """Events as bad as `level` and worse; of a subject that is named in `subjects`, by its own level.

    None is nothing at all. Subjects are the names of V2-52 in lower case: `ikev2`, `ike`, `ipsec`, `gateway`.
    """

    level: Severity | None
    subjects: tuple[tuple[str, Severity | None], ...] = ()

    def admits(self, subject: str, severity: int) -> bool:
        """Is an event of that subject told?"""
        level = dict(self.subjects).get(subject.lower(), self.level) if self.subjects else self.level
        return level is not None and severity <= level

    @property
    def loosest(self) -> Severity | None:
        """The least bad event that is told of any subject."""
        levels = [level for level in (self.level, *(lv for _, lv in self.subjects)) if level is not None]
        return max(levels, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHost:
    """A receiver of syslog messages.

    `local`: the address, or the interface whose address, they come from; None: the host chooses. `authority`:
    the trustpoint whose authorities vouch for a TLS receiver, "" those that the host trusts.
    """

    address: IPAddress | Hostname
    transport: Transport = Transport.UDP
    port: int = DEFAULT_PORTS[Transport.UDP]
    threshold: Threshold = field(default=Threshold(Severity.INFO))
    facility: Facility = Facility.LOCAL7
    local: IPAddress | str | None = None
    authority: str = ""
    source: Source | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """All of it. `buffer`: what the device remembers, None: as whoever starts the gateway has said.

    `monitor`: what `terminal monitor` tells.
    """

    hosts: tuple[LogHost, ...] = ()
    buffer: Threshold | None = None
    monitor: Threshold = field(default=Threshold(Severity.NOTICE))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHostStatus:
    """What has become of the messages for one receiver. `state`: one word or sentence; `waiting`: messages
    that are not sent yet, `dropped`: those for which there was no room, or that could not be sent.
    """

    host: LogHost
    state: str
    sent: int = 0
    waiting: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """The log at one moment. `lines`: what the buffer holds, the oldest first; `buffered`: how many it has
    taken since the start.
    """

    lines: tuple[str, ...] = ()
    buffered: int = 0
    hosts: tuple[LogHostStatus, ...] = ()
    terminals: int = 0
