"""The two machines of these tests, and what is told while they run; a boot costs more than most cases.

| machine | in the guest | chapters |
| --- | --- | --- |
| peer | charon on the kernel's ESP, the kernel's GRE | esp, gre |
| gateway | our gateway, on the kernel's ESP or in a namespace of its own among stock clients | backend, dial-in |

Each case of a chapter is a test that can fail alone.
"""

import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kernel import backend_story, dial_in_story, gre_story, story
from tests.kernel.cases import CASES
from tests.kernel.guest import compile_for_guest, start_python
from tests.kernel.machine import KernelNetwork, KernelStrongSwan

Results = dict[str, str]


@dataclass(frozen=True)
class Chapter:
    """`prepare`: before the boot. `tell`: why each case failed, "" where it did not."""

    names: tuple[str, ...]
    prepare: Callable[[Path], None]
    tell: Callable[..., Results]


PEER = {
    "esp": Chapter(tuple(case.name for case in CASES), story.prepare, story.tell),
    "gre": Chapter(tuple(gre_story.CASES), gre_story.prepare, gre_story.tell),
}
GATEWAY = {
    "backend": Chapter(
        tuple(case.name for case in backend_story.CASES), backend_story.prepare, backend_story.tell
    ),
    "dial-in": Chapter(dial_in_story.NAMES, dial_in_story.prepare, dial_in_story.tell),
}
BOOTS = (PEER, GATEWAY)


def tell(folder: Path, boot: dict[str, Chapter], wanted: Collection[str]) -> dict[str, Results]:
    """What came of the cases, by chapter; only of those that are `wanted`."""
    chapters = {name: chapter for name, chapter in boot.items() if name in wanted}
    for name, chapter in chapters.items():
        chapter.prepare(folder / name)
    with _of_peer(folder) if boot is PEER else _of_gateway(folder) as machine:
        return {name: _told(chapter, *machine, folder / name) for name, chapter in chapters.items()}


@contextmanager
def _of_peer(folder: Path) -> Iterator[tuple[KernelNetwork, KernelStrongSwan]]:
    with KernelNetwork() as network, KernelStrongSwan(network, folder / "peer") as peer:
        yield network, peer


@contextmanager
def _of_gateway(folder: Path) -> Iterator[tuple[KernelNetwork]]:
    compile_for_guest(folder / "compiled")
    with KernelNetwork() as network:
        network.boot()
        assert network.machine
        start_python(network.machine, folder / "compiled")
        yield (network,)


def _told(chapter: Chapter, *told: object) -> Results:
    try:
        return chapter.tell(*told)
    except Exception:
        # What is wrong with all of a chapter is no affair of the other's.
        return dict.fromkeys(chapter.names, traceback.format_exc())
