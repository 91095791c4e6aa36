"""FreeRADIUS in a namespace, with a configuration of the test's own: users, and a file where accounts are kept."""

import re
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType

PROGRAM = "/usr/sbin/freeradius"
SHARE = "/usr/share/freeradius"
PATIENCE = 60.0

USERS = """\
nemo Cleartext-Password := "arctangent"
    Framed-IP-Address = 192.168.30.77,
    Framed-IPv6-Prefix = 2001:db8:77::/64,
    Acct-Interim-Interval = 3,
    Class = 0x676f6c64

brief Cleartext-Password := "arctangent"
    Session-Timeout = 15

silent Cleartext-Password := "arctangent"
    Idle-Timeout = 5
"""

SIGNING = """\
  post-auth {
    update reply {
      Message-Authenticator := 0x00
    }
    Post-Auth-Type REJECT {
      update reply {
        Message-Authenticator := 0x00
      }
    }
  }
"""


class FreeRadius:
    """Runs while the `with` block lasts. `client`: who may ask. `signs`: as newer versions do by themselves."""

    def __init__(self, namespace: str, folder: Path, client: str, secret: str, signs: bool = True) -> None:
        self.namespace, self.folder = namespace, folder
        self._signing = SIGNING if signs else ""
        self.client, self.secret = client, secret
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "FreeRadius":
        self.folder.mkdir(parents=True)
        (self.folder / "dictionary").write_text(f"$INCLUDE {SHARE}/dictionary\n")
        (self.folder / "people").write_text(USERS)
        (self.folder / "radiusd.conf").write_text(self._configuration())
        with (self.folder / "log").open("wb") as log:
            words = ["ip", "netns", "exec", self.namespace, PROGRAM, "-X", "-d", str(self.folder)]
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while "Ready to process requests" not in self.log:
            assert self._process.poll() is None, self.log[-3000:]
            assert time.monotonic() < deadline, self.log[-3000:]
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def accounts(self) -> list[dict[str, str]]:
        """What it was told, oldest first: the attributes of each."""
        file = self.folder / "detail"
        text = file.read_text() if file.exists() else ""
        told = [re.findall(r'^\t([A-Za-z0-9-]+) = "?(.*?)"?$', part, re.M) for part in text.split("\n\n")]
        return [dict(part) for part in told if part]

    def of(self, user: str, status: str) -> list[dict[str, str]]:
        """The accounts of a user: `Start`, `Interim-Update`, `Stop`."""
        return [a for a in self.accounts if a.get("User-Name") == user and a["Acct-Status-Type"] == status]

    def _configuration(self) -> str:
        return f"""\
name = freeradius
prefix = /usr
raddbdir = {self.folder}
logdir = {self.folder}
run_dir = {self.folder}
libdir = /usr/lib/freeradius
pidfile = {self.folder}/pid
max_request_time = 30
security {{
  reject_delay = 0
}}
client gateway {{
  ipaddr = {self.client}
  secret = {self.secret}
  require_message_authenticator = yes
}}
modules {{
  pap {{ }}
  chap {{ }}
  mschap {{
    use_mppe = no
  }}
  files {{
    usersfile = {self.folder}/people
  }}
  detail {{
    filename = {self.folder}/detail
    permissions = 0600
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = *
    port = 1812
  }}
  listen {{
    type = acct
    ipaddr = *
    port = 1813
  }}
  authorize {{
    chap
    mschap
    files
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
    Auth-Type CHAP {{
      chap
    }}
    Auth-Type MS-CHAP {{
      mschap
    }}
  }}
  accounting {{
    detail
  }}
{self._signing}
}}
"""
