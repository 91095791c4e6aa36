"""`kakehashi lab`."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from kakehashi.dialect_question import ask_where_unknown
from kakehashi.lab.blueprint import Plan
from kakehashi.lab.device import read_devices, split_argument
from kakehashi.lab.door import Door
from kakehashi.lab.errors import LabError
from kakehashi.lab.keep import sas_of_ike, tell_how_to_look_around
from kakehashi.lab.lab import Options, Progress, run_lab
from kakehashi.lab.netns import NetworkNamespace
from kakehashi.lab.outage.cables import Cables
from kakehashi.lab.outage.grammar import LONGEST, parse_outages, parse_time
from kakehashi.lab.outage.hands import check as check_outages
from kakehashi.lab.outcome import Outcome, to_json
from kakehashi.lab.picture.layout import picture as picture_of
from kakehashi.lab.plan import make_plan
from kakehashi.lab.process import GatewayProcess
from kakehashi.lab.programs import find
from kakehashi.lab.report import print_report
from kakehashi.lab.sandbox import run_in_sandbox
from kakehashi.lab.workdir import working_folder

EXIT_CANNOT = 2


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("lab")(lab)


def lab(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME=]FILE...", help="A router's configuration each; NAME is else the file's stem."
        ),
    ],
    nat: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DEVICE[,DEVICE...]",
            help="Put a NAPT router before this device, or one before several. May be given several times.",
        ),
    ] = None,
    loss: Annotated[
        str, typer.Option(metavar="PERCENT", help="The internet loses packets at random, e.g. 5%.")
    ] = "0%",
    pcap: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write captures of every link there, and the key files with which Wireshark decrypts them.",
        ),
    ] = None,
    dialect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[FILE=]NAME",
            help="The files' language, or that of one file, e.g. nec-ix; recognised unless said. May be "
            "given several times.",
        ),
    ] = None,
    fail: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTAGE",
            help='What goes wrong while traffic goes on, e.g. "link A down at 10s for 20s", "peer B dead at '
            '5s", "path A-B dead at 5s", "one way A>B dead at 5s", "B reboots at 5s", "A changes its address '
            'at 5s", "loss 20% at 5s for 10s". May be given several times.',
        ),
    ] = None,
    seconds: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="SECONDS", help="How long traffic goes on; else as long as the outages need."
        ),
    ] = None,
    revoked: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DEVICE",
            help="The lab's authority, which certifies who needs it, has revoked this device's certificate. "
            "May be given several times.",
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the lab with its state there.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running until Ctrl-C, to look around.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome as JSON on standard output.")] = False,
) -> None:
    """Join routers in a lab on this machine.

    Builds the routers, their LANs and the internet between them, and sees whether they talk. Each router is a
    real gateway in a network namespace of its own. Nothing of it is left behind, and the host's own network
    is not touched. Runs as root, or as any user whom the system lets make namespaces.

    Exit status: 0 everything talks that should, and after each outage when the files imply it; 1 something
    does not; 2 the lab cannot be built.
    """
    try:
        devices = read_devices(files, ask_where_unknown([split_argument(f)[1] for f in files], dialect))
        if len(devices) < 2 and not any(device.gateway.l2tp_servers for device in devices):
            raise LabError("one device has nobody to talk to: give the configurations of two at least")
        plan = make_plan(devices, tuple(dict.fromkeys(nat or ())))
        options = Options(
            loss=parse_loss(loss),
            captures=None if pcap is None else _capture_folder(pcap),
            keep=keep,
            speed=not as_json and not fail,
            outages=parse_outages(fail or (), Cables(plan).interfaces),
            seconds=None if seconds is None else parse_seconds(seconds),
            revoked=tuple(dict.fromkeys(revoked or ())),
        )
        check_outages(plan, options.outages)
        drawing = None if picture is None else _picture_file(picture)
        if options.loss or plan.translations or options.outages or plan.answer_ways:
            find("nft", "nftables")
        with working_folder() as folder:
            code = run_in_sandbox(lambda: _inside(plan, options, folder, as_json, drawing))
    except LabError as error:
        typer.echo(f"kakehashi lab: {error}", err=True)
        code = EXIT_CANNOT
    raise typer.Exit(code)


def parse_loss(text: str) -> float:
    """`5%`, or `5`, as 0.05. LabError."""
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        raise LabError(f"--loss {text}: say it in percent, e.g. --loss 5%") from None
    if not 0 <= percent < 100:
        raise LabError(f"--loss {text}: from 0% to less than 100%")
    return percent / 100


def parse_seconds(text: str) -> float:
    """`90`, `90s` or `2min` in seconds. LabError."""
    seconds = parse_time(text.strip() + "s" if text.strip()[-1:].isdigit() else text)
    if seconds is None or not 1 <= seconds <= LONGEST:
        raise LabError(f"--for {text}: say it in seconds, from 1 to {LONGEST:.0f}, e.g. --for 90")
    return seconds


def _capture_folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"--pcap {folder}: {error.strerror}") from error
    return folder.resolve()


def _picture_file(file: Path) -> Path:
    """A file that can be written, before anything is built. LabError."""
    if not file.parent.is_dir() or file.is_dir():
        raise LabError(f"--picture {file}: say a file in a folder that is there, e.g. --picture lab.svg")
    return file.resolve()


def _draw(outcome: Outcome, file: Path) -> None:
    try:
        file.write_text(picture_of(outcome), encoding="utf-8")
    except OSError as error:
        raise LabError(f"--picture {file}: {error.strerror}") from error


def _inside(plan: Plan, options: Options, folder: Path, as_json: bool, drawing: Path | None) -> int:
    """The lab proper, in the sandbox's process."""
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)

    def finished(outcome: Outcome) -> None:
        hide()
        if drawing is not None:
            _draw(outcome, drawing)
        if as_json:
            print(json.dumps(to_json(outcome), indent=2, ensure_ascii=False), flush=True)  # noqa: T201
        else:
            print_report(outcome, console)
            if options.captures is not None:
                _tell_captures(options.captures, console)

    def keeping(
        namespaces: Mapping[str, NetworkNamespace], gateways: Sequence[GatewayProcess], door: Door
    ) -> None:
        probe = next(iter(plan.probes), None)
        example = (probe.source_namespace, str(probe.destination_address)) if probe else None
        ikev1 = {end.device for pair in plan.pairs for end in pair.ends if end.ike_version == 1}
        words = {d.name: sas_of_ike(d.gateway.dialect, d.name in ikev1) for d in plan.devices}
        told = errors if as_json else console
        tell_how_to_look_around(folder, namespaces, gateways, door, words, example, told)

    try:
        with _progress_line(errors) as (progress, hide):
            return run_lab(plan, options, folder, progress, finished, keeping)
    except LabError as error:
        errors.print(Text(f"kakehashi lab: {error}"), soft_wrap=True)
        return EXIT_CANNOT


def _tell_captures(folder: Path, console: Console) -> None:
    where = shlex.quote(str(folder))
    first = next(iter(sorted(folder.glob("*-wan.pcap"))), folder / "LINK.pcap")
    console.print(Text(f"Captures are in {folder}. Decrypted:", style="bold"), soft_wrap=True)
    console.print(
        Text(f"  WIRESHARK_CONFIG_DIR={where} tshark -r {shlex.quote(str(first))}    (or wireshark)"),
        soft_wrap=True,
    )


@contextmanager
def _progress_line(console: Console) -> Iterator[tuple[Progress, Callable[[], None]]]:
    """One line on the terminal that says what is going on; nothing where there is no terminal.

    It has no thread of its own, as a spinner would: the lab forks.
    """
    if not console.is_terminal:
        yield (lambda _text: None), (lambda: None)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def show(text: str) -> None:
            live.update(Text(f"… {text}", style="dim"), refresh=True)

        def hide() -> None:
            live.update(Text(""), refresh=True)
            live.stop()

        yield show, hide
