"""`make bench`: what is measured, beside others, in one run, and whether it reaches what it must.

python -m bench [throughput] [handshakes] [--seconds N] [--rounds N] [--only WORDS] [--json FILE]

A table on standard output, the same as JSON in a file. Exit status: 0 where every floor is reached, 1 where one is
missed, 2 where nothing can be measured.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import handshakes, throughput
from bench.planes import ROOT, processors

HANDSHAKES = 300
# What is left over for the handshakes, and for whatever takes longer than it should: ten minutes are the whole.
PATIENCE = 420.0

# Of the tables.
WIDTH = 150

Figures = dict[str, list[float]]


def main() -> int:
    arguments = _arguments()
    if os.geteuid() != 0:
        print("bench: namespaces and TUN need root: sudo make bench", file=sys.stderr)
        return 2
    console = Console(width=WIDTH)
    results: dict[str, object] = {"processors": processors(), "kernel": os.uname().release}
    reached = True
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as folder:
        if "throughput" in arguments.what:
            figures = _throughput(arguments, Path(folder), console)
            results["throughput"] = figures
            results["floors"] = floors = _floors(figures)
            _print_throughput(console, figures)
            _print_floors(console, floors)
            reached = all(floor["reached"] for floor in floors)
        if "handshakes" in arguments.what:
            results["handshake_cpu_ms"] = spent = _handshakes(arguments, Path(folder), console)
            _print_handshakes(console, spent)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(results, indent=2) + "\n")
    console.print(f"All figures: {arguments.json}", highlight=False)
    return 0 if reached else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Speed beside strongSwan's, as ratios."
    )
    parser.add_argument(
        "what", nargs="*", default=["throughput", "handshakes"], metavar="throughput|handshakes"
    )
    parser.add_argument("--seconds", type=float, default=2, help="of each TCP stream")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many runs, taken in turn")
    parser.add_argument("--only", default="", metavar="WORDS", help="cases whose name has these words in it")
    parser.add_argument("--json", type=Path, default=ROOT / "target" / "bench.json", metavar="FILE")
    return parser.parse_args()


def _throughput(arguments: argparse.Namespace, folder: Path, console: Console) -> dict[str, float]:
    cases = [case for case in throughput.cases() if arguments.only in case.name]
    begin = time.monotonic()
    figures: Figures = {case.name: [] for case in cases}
    for number in range(arguments.rounds):
        for index, case in enumerate(cases):
            # What lasts long has one turn, and so has everything where the machine is slow.
            is_late = time.monotonic() - begin > PATIENCE
            if number and (case.lasting > 1 or is_late):
                continue
            figure = throughput.measure(case, folder / f"{number}-{index}", arguments.seconds)
            figures[case.name].append(figure)
            _say(console, arguments, number, case.name, figure)
    return {name: statistics.median(values) for name, values in figures.items()}


def _handshakes(arguments: argparse.Namespace, folder: Path, console: Console) -> dict[str, float]:
    figures: Figures = {name: [] for name in handshakes.RESPONDERS}
    for number in range(arguments.rounds):
        for index, name in enumerate(handshakes.RESPONDERS):
            figure = handshakes.measure(name, folder / f"handshakes-{number}-{index}", HANDSHAKES)
            figures[name].append(figure)
            _say(console, arguments, number, name, figure)
    return {name: statistics.median(values) for name, values in figures.items()}


def _say(console: Console, arguments: argparse.Namespace, number: int, name: str, figure: float) -> None:
    console.print(f"round {number + 1} of {arguments.rounds}: {name}: {_text(figure)}", highlight=False)


def _text(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"


def _floors(figures: dict[str, float]) -> list[dict[str, object]]:
    """Of those whose cases were measured."""
    found = []
    for floor in throughput.floors():
        if floor.case in figures and floor.beside in figures:
            ratio = figures[floor.case] / figures[floor.beside]
            reached = ratio <= floor.ratio if floor.at_most else ratio >= floor.ratio
            found.append(
                {"case": floor.case, "beside": floor.beside, "at_most": floor.at_most, "floor": floor.ratio,
                 "ratio": ratio, "reached": reached}
            )  # fmt: skip
    return found


def _print_throughput(console: Console, figures: dict[str, float]) -> None:
    table = _table("What was measured", ("case", "figure", "unit"))
    units = {case.name: case.unit for case in throughput.cases()}
    for name, figure in figures.items():
        table.add_row(name, _text(figure), units[name])
    console.print(table)


def _print_floors(console: Console, floors: Sequence[dict[str, object]]) -> None:
    table = _table("What it must reach", ("case", "beside", "floor", "reached", ""))
    for floor in floors:
        table.add_row(
            str(floor["case"]), str(floor["beside"]),
            f"{'at most' if floor['at_most'] else 'at least'} {floor['floor']:g}",
            f"{floor['ratio']:.2f}", "" if floor["reached"] else "MISSED",
        )  # fmt: skip
    console.print(table)
    if processors() < 4:
        console.print(f"Not measured: one and two cores a gateway; this machine has {processors()}.")


def _print_handshakes(console: Console, spent: dict[str, float]) -> None:
    _print_beside(console, "A handshake, responder's CPU", "ms", spent, handshakes.beside)


def _print_beside(
    console: Console, title: str, unit: str, figures: dict[str, float], beside: Callable[[str], str]
) -> None:
    table = _table(title, ("case", unit, "x strongSwan"))
    for case, figure in figures.items():
        table.add_row(case, _text(figure), f"{figure / figures[beside(case)]:.2f}")
    console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 or column in ("beside", "unit") else "right")
    return table


if __name__ == "__main__":
    sys.exit(main())
