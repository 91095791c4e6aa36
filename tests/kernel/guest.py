"""Our gateway inside the guest, in a namespace of its own or in the guest's first one.

Python starts once in the guest; the gateways, and what is asked of them, are forks of it.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.adjusted_gateway import Adjustments
from tests.forks import GATEWAY, ROOT, Order
from tests.kernel.machine import Machine

PATIENCE = 400  # seconds; what it is of is some hundred modules, and the guest is slow
ORDERS = "/run/orders"
MODULES = (*GATEWAY, "kakehashi.dataplane.xfrm")


class Guest:
    """Runs while the `with` block lasts, from a folder that `prepare` filled before the guest looked into it.

    `maps`: the guest's device of each interface. `namespace` "": the guest's first one.
    """

    def __init__(
        self,
        machine: Machine,
        folder: Path,
        maps: dict[str, str],
        options: Sequence[str] = (),
        namespace: str = "",
    ) -> None:
        self.machine, self.folder, self.namespace = machine, folder, namespace
        self._options = [*options, *(w for names in maps.items() for w in ("--map", "=".join(names)))]

    @staticmethod
    def prepare(folder: Path, configuration: str, **adjusted: Any) -> None:
        """`adjusted`: what the configuration cannot say (see adjusted_gateway)."""
        (folder / "shown").mkdir(parents=True)
        (folder / "router.cfg").write_text(configuration)
        Adjustments(**adjusted).write(folder / "adjustments")

    def __enter__(self) -> "Guest":
        folder = self.folder
        words = (
            f"{folder}/adjustments", "run", f"{folder}/router.cfg", *self._options, "--log-level", "debug",
            "--state-dir", f"{folder}/state", "--control", f"{folder}/control",
        )  # fmt: skip
        order = Order("tests.adjusted_gateway", words, str(folder), self.namespace)
        self._order(order, f"{folder}/control")
        waiting = f"until [ -S {folder}/control ] || [ -e {folder}/status ]; do sleep 0.2; done"
        self.machine.shell(
            f"{waiting}; [ ! -e {folder}/status ] || {{ tail -c 5000 {folder}/log; exit 1; }}",
            patience=PATIENCE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.end("TERM")

    def end(self, signal: str) -> None:
        """By this signal; it has gone afterwards."""
        waiting = f"until [ -e {self.folder}/status ]; do sleep 0.1; done"
        self.machine.shell(f"kill -{signal} $(cat {self.folder}/pid); {waiting}", check=False)

    @property
    def log(self) -> str:
        """Its end: the line to the guest is slow."""
        return self.machine.shell(f"cat /run/orders-log; tail -c 5000 {self.folder}/log", check=False)

    def has_said(self, text: str) -> bool:
        """Is `text` in a line of its log?"""
        quoted = text.replace("'", r"'\''")
        return bool(self.machine.shell(f"grep -m1 -F '{quoted}' {self.folder}/log", check=False).strip())

    def show(self, *words: str) -> str:
        """What `kakehashi show` says."""
        place = self.folder / "shown"
        words = ("show", *words, "--control", f"{self.folder}/control")
        self._order(Order("kakehashi.cli", words, str(place)), f"{place}/log")
        waiting = f"until [ -e {place}/status ]; do sleep 0.1; done"
        return self.machine.shell(f"{waiting}; cat {place}/log; exit $(cat {place}/status)")

    def _order(self, order: Order, *gone: str) -> None:
        """`gone`: further files that an earlier one has left."""
        files = " ".join((f"{order.place}/pid", f"{order.place}/status", *gone))
        self.machine.shell(f"rm -f {files}; echo {shlex.quote(order.line())} >{ORDERS}")


def compile_for_guest(folder: Path) -> None:
    """To compile what a gateway is of takes the emulated machine most of a minute."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder), "PYTHONDONTWRITEBYTECODE": ""}
    script = f"import {', '.join(('tests.forks', *MODULES))}"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)


def start_python(machine: Machine, folder: Path) -> None:
    """The one of which the others are forks, with what `compile_for_guest` made; nobody waits for it."""
    machine.export("PYTHONPYCACHEPREFIX", str(folder))
    machine.export("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    words = f"{sys.executable} -m tests.forks {' '.join(MODULES)}"
    # The pipe is opened for both, so that its end is not the end of the first order.
    machine.shell(f"mkfifo {ORDERS}; cd {ROOT}; {words} <>{ORDERS} >/run/orders-log 2>&1 &")
