"""A real receiver: rsyslog in a namespace, writing what it has heard into files."""

import subprocess
from pathlib import Path
from types import TracebackType

from tests.gateway.two_routers import until

PROGRAM = Path("/usr/sbin/rsyslogd")
TLS_MODULES = list(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so"))

_CONFIGURATION = """\
global(workDirectory="{folder}" maxMessageSize="64k" {tls})
module(load="imudp")
module(load="imtcp" {driver})
template(name="raw" type="string" string="%rawmsg%\\n")
template(name="read" type="string" string="%fromhost-ip%|%syslogfacility-text%|%syslogseverity-text%|%hostname%|%app-name%|%msgid%|%structured-data%|%msg%\\n")
ruleset(name="all") {{
  action(type="omfile" file="{folder}/raw" template="raw")
  action(type="omfile" file="{folder}/read" template="read")
}}
input(type="imudp" port="514" ruleset="all")
input(type="imtcp" port="601" ruleset="all")
{tls_input}
"""
_TLS_INPUT = 'input(type="imtcp" port="6514" ruleset="all")'


class Rsyslog:
    """Listens at UDP 514 and TCP 601 of a namespace; with `certificate` at 6514 with TLS, and only there."""

    def __init__(self, namespace: str, folder: Path, certificate: Path | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._namespace = namespace
        self._ports = (514, 601) if certificate is None else (514, 601, 6514)
        tls = driver = tls_input = ""
        if certificate is not None:
            key = certificate.with_suffix(".key")
            tls = (
                f'defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{certificate}" '
                f'defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}"'
            )
            driver = 'streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"'
            tls_input = _TLS_INPUT
        text = _CONFIGURATION.format(folder=folder, tls=tls, driver=driver, tls_input=tls_input)
        (folder / "rsyslog.conf").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Rsyslog":
        words = ["ip", "netns", "exec", self._namespace, str(PROGRAM), "-n", "-iNONE"]
        with (self.folder / "errors").open("wb") as errors:
            self._process = subprocess.Popen(
                [*words, "-f", str(self.folder / "rsyslog.conf")], stdout=errors, stderr=errors
            )
        until(self._listens, f"rsyslog: {(self.folder / 'errors').read_text()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(60)

    @property
    def raw(self) -> list[bytes]:
        """The messages, octet by octet."""
        file = self.folder / "raw"
        return file.read_bytes().splitlines() if file.exists() else []

    @property
    def read(self) -> list[list[str]]:
        """What rsyslog has read: sender, facility, severity, hostname, APP-NAME, MSGID, data, sentence."""
        file = self.folder / "read"
        return [line.split("|", 7) for line in file.read_text().splitlines()] if file.exists() else []

    def _listens(self) -> bool:
        done = subprocess.run(
            ["ip", "netns", "exec", self._namespace, "ss", "-lnut"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return all(f":{port} " in done.stdout for port in self._ports)
