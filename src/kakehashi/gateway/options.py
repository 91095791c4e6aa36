"""What the operator says on the command line."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.log import LogOptions
from kakehashi.ike.effects import Level
from kakehashi.model.address import Hostname, IPAddress
from kakehashi.model.logging import DEFAULT_PORTS, Facility, LogHost, Severity, Threshold, Transport

HIGHEST_PORT = 65535


class Backend(enum.Enum):
    """Who does ESP."""

    NATIVE = "native"
    XFRM = "xfrm"
    AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Of `kakehashi run`. `maps`: the host's device by interface name. `dialect` None: it is recognised.

    `state_dir` is for what a restart of the host may take, `lasting_dir` for keys; None: they are there, too.
    """

    file: Path
    state_dir: Path
    lasting_dir: Path | None = None
    maps: Mapping[str, str] = field(default_factory=dict)
    control: Path | None = None
    dialect: str | None = None
    key_log: Path | None = None
    log: LogOptions = field(default_factory=LogOptions)
    backend: Backend = Backend.NATIVE
    syslog: tuple[LogHost, ...] = ()

    @property
    def name(self) -> str:
        """The gateway's name among those of the host."""
        return self.file.stem

    @property
    def certificates(self) -> Path:
        """The folder of its keys and certificates."""
        return self.keys / f"{self.name}.pki"

    @property
    def keys(self) -> Path:
        """The folder of keys of every kind."""
        return self.lasting_dir or self.state_dir

    @property
    def socket(self) -> Path:
        """Where the control socket is."""
        return self.control or self.state_dir / f"{self.name}.sock"


def parse_maps(texts: Sequence[str]) -> dict[str, str]:
    """`GigaEthernet0.0=eth0`, several. GatewayError."""
    maps: dict[str, str] = {}
    for text in texts:
        interface, equals, device = text.partition("=")
        if not (interface and equals and device):
            raise GatewayError(f"--map {text}: not INTERFACE=DEVICE", "e.g. --map GigaEthernet0.0=eth0")
        maps[interface.strip()] = device.strip()
    return maps


def parse_level(text: str) -> Level:
    """A log level by name. GatewayError."""
    try:
        return Level[text.upper()]
    except KeyError:
        names = ", ".join(level.name.lower() for level in Level)
        raise GatewayError(f"--log-level {text}: no such level", f"levels: {names}") from None


def parse_syslog(texts: Sequence[str]) -> tuple[LogHost, ...]:
    """`udp://192.0.2.9`, `tls://[2001:db8::9]:6514?ca=FILE&level=debug&facility=local0&source=IF`.

    GatewayError.
    """
    return tuple(_log_host(text) for text in texts)


def _log_host(text: str) -> LogHost:
    url = urlsplit(text)
    said = dict(parse_qsl(url.query, keep_blank_values=True))
    try:
        transport = Transport(url.scheme)
        if not url.hostname or url.path.strip("/") or said.keys() - {"ca", "level", "facility", "source"}:
            raise ValueError(text)
        return LogHost(
            address=_address(url.hostname) or Hostname(url.hostname),
            transport=transport,
            port=url.port or DEFAULT_PORTS[transport],
            threshold=Threshold(Severity[said.get("level", "info").upper()]),
            facility=Facility[said.get("facility", "local7").upper()],
            local=_address(said["source"]) or said["source"] if "source" in said else None,
            authority=str(Path(said["ca"]).resolve()) if "ca" in said else "",
        )
    except (ValueError, KeyError):
        raise GatewayError(
            f"--syslog {text}: not {{udp|tcp|tls}}://HOST[:PORT][?ca=FILE&level=L&facility=F&source=ADDRESS]",
            "e.g. --syslog udp://192.0.2.9 or --syslog 'tls://log.example:6514?ca=ca.pem&level=notice'",
        ) from None


def _address(text: str) -> IPAddress | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def parse_backend(text: str) -> Backend:
    """By its name. GatewayError."""
    try:
        return Backend(text)
    except ValueError:
        names = ", ".join(backend.value for backend in Backend)
        raise GatewayError(f"--backend {text}: no such backend", f"backends: {names}") from None


def parse_listener(text: str) -> tuple[str, int]:
    """`192.0.2.1:2222`, `[2001:db8::1]:2222`, or `2222` for this machine's own address. GatewayError."""
    address, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 <= int(port) <= HIGHEST_PORT):
        raise GatewayError(f"--ssh {text}: not [ADDRESS:]PORT", "e.g. --ssh 0.0.0.0:22")
    return address.strip("[]") or "127.0.0.1", int(port)
