"""What `check` says of a fault is what a lab with that fault comes to: real gateways, real packets.

All faults of a NEC IX with a Cisco router, and some of every other two; `make faults` tries them all.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.check.faults import PAIRS

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.timeout(600),
]
ROOT = Path(__file__).resolve().parents[2]
WHOLE = "nec-ikev1+cisco-ikev1"
EVERY = 12  # of the faults of the other pairs
OTHERS = [p.name for p in PAIRS if p.name != WHOLE]
GROUPS = 4  # of the other pairs: a bench waits less, the more labs it has


def bench(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.bench", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=550, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.stdout


def test_every_fault_of_a_nec_with_a_cisco_is_as_check_says() -> None:
    assert bench(f"{WHOLE}").endswith(" labs, 0 not as said\n")


@pytest.mark.parametrize("pairs", [OTHERS[n::GROUPS] for n in range(GROUPS)], ids=" ".join)
def test_faults_of_every_other_two_are_as_check_says(pairs: list[str]) -> None:
    said = bench("--every", str(EVERY), *(word for pair in pairs for word in ("--pair", pair)))
    assert said.endswith(" labs, 0 not as said\n"), said
