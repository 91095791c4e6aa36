"""`make bench`: what is measured, beside others, in one run.

python -m bench [throughput] [handshakes] [--seconds N] [--rounds N] [--json]
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import handshakes, throughput

HANDSHAKES = 300


def main() -> int:
    arguments = _arguments()
    if os.geteuid() != 0:
        print("bench: namespaces and TUN need root: sudo make bench", file=sys.stderr)
        return 1
    console = Console(stderr=arguments.json)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as folder:
        if "throughput" in arguments.what:
            results["tcp_mbit"] = _rounds(
                arguments.rounds, throughput.CASES, Path(folder), console,
                lambda case, place: throughput.measure(case, place, arguments.seconds),
            )  # fmt: skip
            _print(console, "TCP, one stream", "Mbit/s", results["tcp_mbit"], throughput.beside)
        if "handshakes" in arguments.what:
            results["handshake_cpu_ms"] = _rounds(
                arguments.rounds, handshakes.RESPONDERS, Path(folder), console,
                lambda case, place: handshakes.measure(case, place, HANDSHAKES),
            )  # fmt: skip
            _print(
                console, "A handshake, responder's CPU", "ms", results["handshake_cpu_ms"], handshakes.beside
            )  # fmt: skip
    if arguments.json:
        print(json.dumps(results, indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Speed beside strongSwan's, as ratios."
    )
    parser.add_argument(
        "what", nargs="*", default=["throughput", "handshakes"], metavar="throughput|handshakes"
    )
    parser.add_argument("--seconds", type=int, default=5, help="of each TCP stream")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many runs, taken in turn")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _rounds(rounds, cases, folder, console, measure) -> dict[str, float]:  # type: ignore[no-untyped-def]
    figures: dict[str, list[float]] = {case: [] for case in cases}
    for number in range(rounds):
        for index, case in enumerate(cases):
            console.print(f"round {number + 1} of {rounds}: {case} ...", end=" ", highlight=False)
            figures[case].append(measure(case, folder / f"{number}-{index}"))
            console.print(f"{figures[case][-1]:.2f}", highlight=False)
    return {case: statistics.median(values) for case, values in figures.items()}


def _print(
    console: Console, title: str, unit: str, figures: dict[str, float], beside: Callable[[str], str]
) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("case")
    table.add_column(unit, justify="right")
    table.add_column("x strongSwan", justify="right")
    for case, figure in figures.items():
        table.add_row(
            case,
            f"{figure:.2f}" if figure < 100 else f"{figure:.0f}",
            f"{figure / figures[beside(case)]:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
