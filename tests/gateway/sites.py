"""Any number of `kakehashi run` processes, each in a namespace of its own with a host behind it.

    10.1.0.10 --- 10.1.0.1 [hub] 192.0.2.2 --- 192.0.2.1 (internet) 198.51.100.1 --- 198.51.100.2 [oslo] ...

The internet knows no way to the LANs.
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.gateway.namespace import Namespace
from tests.gateway.two_routers import Router

WANS = {"hub": "192.0.2", "oslo": "198.51.100", "bern": "203.0.113"}
LANS = {"hub": "10.1.0", "oslo": "10.2.0", "bern": "10.3.0"}


class Site(Router):
    def __init__(self, name: str, folder: Path, interfaces: tuple[str, str]) -> None:
        self.name, self.folder = name, folder
        self.namespace, self.host = Namespace(), Namespace()
        self.lan, self.wan = LANS[name], WANS[name]
        self.interfaces = interfaces
        self.file = folder / f"{name}.cfg"
        self.process = None
        self.more_maps = ()


class Sites:
    """Runs all while the `with` block lasts. `configurations`: the text of each by its name."""

    def __init__(self, folder: Path, configurations: dict[str, str], interfaces: tuple[str, str]) -> None:
        self.sites = {name: Site(name, folder, interfaces) for name in configurations}
        self.internet = Namespace()
        for name, text in configurations.items():
            self.sites[name].file.write_text(text)
        self._stack = ExitStack()

    def __getitem__(self, name: str) -> Site:
        return self.sites[name]

    def __enter__(self) -> "Sites":
        with ExitStack() as stack:
            stack.enter_context(self.internet)
            for site in self.sites.values():
                stack.enter_context(site.namespace)
                stack.enter_context(site.host)
                site.cable(self.internet, f"{site.wan}.1/24")
            self.internet.inside("sysctl", "-qw", "net.ipv4.ip_forward=1")
            for site in self.sites.values():
                stack.callback(site.kill)
                site.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            sys.stderr.write("\n".join(f"== {s.name}\n{s.log}" for s in self.sites.values()))
        self._stack.close()
