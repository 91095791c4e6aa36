"""A network namespace of the test's own, and threads inside it."""

import asyncio
import itertools
import os
import subprocess
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

from pyroute2 import netns

Result = TypeVar("Result")
_numbers = itertools.count()


class Namespace:
    def __init__(self) -> None:
        self.name = f"kkg-{os.getpid()}-{next(_numbers)}"

    def __enter__(self) -> "Namespace":
        self._ip("netns", "add", self.name)
        self.ip("link set lo up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ip("netns", "delete", self.name)

    def ip(self, words: str) -> str:
        return self._ip("-n", self.name, *words.split())

    def inside(self, *words: str) -> str:
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *words], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def play(self, story: Callable[[], Coroutine[Any, Any, Result]], timeout: float = 60) -> Result:
        """Run the story on a loop in a thread that lives in the namespace."""

        def act() -> Result:
            netns.setns(self.name)
            return asyncio.run(asyncio.wait_for(story(), timeout))

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(act).result(timeout + 10)

    @staticmethod
    def _ip(*words: str) -> str:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
        return done.stdout
