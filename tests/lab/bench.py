"""A bench for faults: each one in a lab of its own, with real gateways and real packets.

    python -m tests.lab.bench [--at-once N] [--every N] [--pair PAIR ...] [WORD ...]

runs the faults whose names have all the words (every Nth of them; of these pairs, or of all), and tells where the lab sees something else
than `tests.check.faults` says; the exit status is 1 then. What would die at the rekey is run with lifetimes of
seconds, and has died if an end was without SAs, be it that a tunnel which is kept up has come up anew.

Labs and gateways are forks of one process that has loaded everything: to start Python anew for each would cost
more than all the rest. Patience is short, for most of them wait for an answer that never comes.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kakehashi import cli
from kakehashi.lab import lab, process
from kakehashi.lab.blueprint import GatewayPlan
from kakehashi.lab.kernel import die_with_parent
from kakehashi.lab.outcome import Outcome as LabOutcome
from kakehashi.model.policy import Rekey
from tests.adjusted_gateway import Adjustments
from tests.check.faults import FAULTS, PAIRS, Fault, GoodPair, Outcome
from tests.forks import write_to
from tests.lab.forked import Forks, fork, fork_gateways, load

AT_ONCE = 10
PATIENCE, STANDING = 8.0, 4.0
CALM = 2  # at once, when what disagreed is asked again
CALM_PATIENCE = 25.0
LONGEST = 120.0  # of one lab
LIFETIME = 16  # seconds, where the rekey is looked at
SHORT = Adjustments(
    child_rekey=Rekey(LIFETIME, LIFETIME // 2),
    phase2={"lifetime": LIFETIME},
    ikev1_ipsec={"rekey_before_end": LIFETIME // 2},
)


@dataclass(frozen=True)
class Job:
    """One lab. `outlives`: it is watched until the first SAs are gone. `nat`: one stands before the first device.

    `partly`: what the two ends take differs, and the tunnel comes up all the same for what both take: whether
    that is what the lab's hosts send, nobody says.
    """

    name: str
    texts: Mapping[str, str]
    expected: Outcome
    outlives: bool = False
    partly: bool = False
    nat: bool = False


@dataclass(frozen=True)
class Seen:
    """What came of a job. `why`: what the lab said of it, or could not say."""

    job: Job
    outcome: Outcome | None
    why: str

    @property
    def is_as_said(self) -> bool:
        """Where packets shall not pass, a lab without any that ask for the tunnel has none either."""
        if self.job.expected is Outcome.NO_TRAFFIC:
            return self.outcome in (Outcome.NO_TRAFFIC, Outcome.NO_TUNNEL)
        if self.job.partly:
            return self.outcome in (Outcome.COMES_UP, Outcome.NO_TRAFFIC, Outcome.NO_TUNNEL)
        return self.outcome is self.job.expected

    def __str__(self) -> str:
        seen = self.outcome.value if self.outcome else "nothing"
        return f"{self.job.name}: said to be «{self.job.expected.value}», seen «{seen}»: {self.why}"


def job_of(fault: Fault) -> Job:
    """The lab of a fault."""
    found = fault.found.outcome
    partly = found is Outcome.COMES_UP and fault.found.rule == "mismatch-traffic"
    dies = found is Outcome.DIES_AT_REKEY
    return Job(fault.name, fault.texts(), found, dies, partly, fault.pair.nat)


def is_certain(fault: Fault) -> bool:
    """Where both keep the tunnel up and the responder takes what is proposed, who begins decides that one."""
    template = (fault.pair.a, fault.pair.b)[fault.site]
    return not (template.startswith("nec-ikev2") and fault.edit.name == "own traffic")


def control_of(pair: GoodPair) -> Job:
    """A good pair, which outlives its SAs: that they are short is not what kills the others."""
    return Job(pair.name, pair.texts(), Outcome.COMES_UP, outlives=True, nat=pair.nat)


def judge(jobs: Iterable[Job], at_once: int) -> Iterator[Seen]:
    """Run the labs; what is not as said is tried once more, with few at once and more patience."""
    again: list[Job] = []
    for seen in run(jobs, at_once, PATIENCE):
        if seen.is_as_said:
            yield seen
        else:
            again.append(seen.job)
    yield from run(again, min(CALM, at_once), CALM_PATIENCE)


def run(jobs: Iterable[Job], at_once: int, patience: float) -> Iterator[Seen]:
    """Run the labs, so many at once; what each saw, as they end. `patience`: seconds for a tunnel to come up."""
    waiting, running = list(jobs)[::-1], dict[int, tuple[Job, tempfile.TemporaryDirectory[str], float]]()
    load()
    while waiting or running:
        while waiting and len(running) < at_once:
            job, folder = waiting.pop(), tempfile.TemporaryDirectory(prefix="kkf")
            running[fork(lambda job=job, folder=folder: _be_lab(job, Path(folder.name), patience))] = (  # type: ignore[misc]
                job,
                folder,
                time.monotonic() + LONGEST,
            )
        ended, _ = os.waitpid(-1, os.WNOHANG)
        if ended not in running:
            for number in [n for n, (_, _, end) in running.items() if time.monotonic() > end]:
                os.kill(number, signal.SIGKILL)  # its namespaces go with it
            time.sleep(0.05)
            continue
        job, folder, _ = running.pop(ended)
        with folder:
            yield _read(job, Path(folder.name))


def _be_lab(job: Job, folder: Path, patience: float) -> None:
    die_with_parent(signal.SIGKILL)  # and with it its sandbox
    for name, text in job.texts.items():
        (folder / name).write_text(text)
    os.chdir(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    write_to((folder / "said").open("wb"), (folder / "errors").open("wb"))
    fork_gateways()
    process._start = _as_written(process._start, job.texts)  # type: ignore[assignment]
    lab._PATIENCE, lab._STANDING_SECONDS = patience, STANDING
    if job.outlives:
        SHORT.write(folder / "adjustments")
        Forks.adjustments = folder / "adjustments"
        lab._Trial.outcome = _outcome_and_rekey(lab._Trial.outcome, folder)  # type: ignore[method-assign]
    nat = ["--nat", Path(next(iter(job.texts))).stem] if job.nat else []
    sys.argv = ["kakehashi", "lab", *job.texts, *nat, "--json"]
    cli.main()


def _as_written(start: Callable[..., Any], texts: Mapping[str, str]) -> Callable[..., Any]:
    """The gateways run what is written: what the lab would add may be what is missing."""

    def begin(plan: GatewayPlan, *rest: Any) -> Any:
        return start(replace(plan, text=texts[Path(plan.device.file).name]), *rest)

    return begin


def _outcome_and_rekey(
    outcome: Callable[[Any, tuple[str, ...]], LabOutcome], folder: Path
) -> Callable[[Any, tuple[str, ...]], LabOutcome]:
    """The outcome; and a file that says so, if an end has lost its last SA by the end of the first ones."""

    def both(trial: Any, remarks: tuple[str, ...]) -> LabOutcome:
        start = time.monotonic()
        found = outcome(trial, remarks)
        if found.ok:
            time.sleep(max(0.0, start + STANDING + LIFETIME + 4 - time.monotonic()))
        if _losses(trial):
            (folder / "died").touch()
        return found

    return both


def _losses(trial: Any) -> int:
    """How often a tunnel has lost its last SA."""
    tunnels = [tunnel for status in trial._statuses().values() for tunnel in status["tunnels"]]
    return sum(entry["event"] == "Delete" for tunnel in tunnels for entry in tunnel["history"])


def _read(job: Job, folder: Path) -> Seen:
    try:
        said = json.loads((folder / "said").read_text())
    except (OSError, ValueError):
        errors = (folder / "errors").read_text(errors="replace") if (folder / "errors").exists() else ""
        # The lab is not built where a file says what nobody can run, or no two of them are meant for each other.
        return Seen(job, None, " ".join(errors.split())[-400:] or "the lab took too long")
    why = "; ".join(f"{f['where']}: {f['reason']}" for f in said["failures"]) or "everything talks"
    if (folder / "died").exists():
        return Seen(job, Outcome.DIES_AT_REKEY, why)
    if said["ok"]:
        return Seen(job, Outcome.COMES_UP, why)
    up = any(tunnel["up"] for tunnel in said["tunnels"])
    return Seen(job, Outcome.NO_TRAFFIC if up else Outcome.NO_TUNNEL, why)


def main() -> int:
    """Print each disagreement, then the count."""
    reader = argparse.ArgumentParser(prog="python -m tests.lab.bench")
    reader.add_argument("--at-once", type=int, default=AT_ONCE)
    reader.add_argument("--every", type=int, default=1)
    reader.add_argument("--pair", action="append", choices=[pair.name for pair in PAIRS])
    reader.add_argument("words", nargs="*")
    said = reader.parse_args()
    pairs = [pair for pair in PAIRS if not said.pair or pair.name in said.pair]
    jobs = [control_of(pair) for pair in pairs if all(word in pair.name for word in said.words)]
    for pair in pairs:
        chosen = [
            f for f in FAULTS if f.pair == pair and all(w in f.name for w in said.words) and is_certain(f)
        ]
        jobs += [job_of(fault) for fault in chosen[:: said.every]]
    wrong = 0
    for number, seen in enumerate(judge(jobs, said.at_once), 1):
        if not seen.is_as_said:
            wrong += 1
            sys.stdout.write(f"{number}/{len(jobs)} {seen}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(jobs)} labs, {wrong} not as said\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
