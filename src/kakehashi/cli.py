"""The `kakehashi` command.

Each command is a module of its own, loaded when it is called: what runs on an engineer's laptop loads
nothing of the gateway, which needs a Linux host.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

import typer


class Command(NamedTuple):
    """Where a command is, and the first sentence of its help, which is told without loading it."""

    module: str
    help: str


COMMANDS: Mapping[str, Command] = {
    "run": Command("kakehashi.gateway_command", "Be that router's VPN gateway."),
    "show": Command("kakehashi.gateway_command", "Show the running gateway, in its router's words."),
    "clear": Command("kakehashi.gateway_command", "Delete SAs, as the router's clear would."),
    "reload": Command("kakehashi.gateway_command", "Apply what has changed in the configuration."),
    "stop": Command("kakehashi.gateway_command", "Say goodbye to the peers and end."),
    "explain": Command("kakehashi.explain_command", "Say why the tunnels of a running gateway are not up."),
    "console": Command("kakehashi.console_command", "Sit down at the router's own command line."),
    "apply": Command("kakehashi.console_command", "Run another configuration, without a restart."),
    "confirm": Command("kakehashi.console_command", "Keep the configuration that is on trial."),
    "save": Command(
        "kakehashi.console_command",
        "Write what runs into the file that is read at the start.",
    ),
    "pki": Command("kakehashi.pki_command", "Keys and certificates of a router."),
    "check": Command("kakehashi.check_command", "Look at configurations before anything runs."),
    "translate": Command("kakehashi.bridge_command", "Write the same router in another language."),
    "mirror": Command(
        "kakehashi.bridge_command",
        "Write the far end's configuration, for the same maker or another.",
    ),
    "help": Command("kakehashi.help_command", "Show what a router's command line takes, as its `?` does."),
    "lab": Command("kakehashi.lab.command", "Join routers in a lab on this machine."),
}


def application(words: Sequence[str]) -> typer.Typer:
    """The command line; of the commands only the one that `words` begin with is loaded."""
    app = typer.Typer(
        name="kakehashi",
        help="An IPsec VPN gateway that speaks your routers' languages: "
        "it runs a router's configuration file.",
        epilog="A running gateway is asked with `kakehashi show ikev2 sa`, as its router would be.",
        no_args_is_help=True,
        rich_markup_mode=None,  # a path in an error stays whole, however narrow the terminal
        add_completion=False,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    wanted = COMMANDS.get(words[0]) if words else None
    if wanted is not None:
        import_module(wanted.module).register(app)
    for name, command in COMMANDS.items():
        if wanted is None or command.module != wanted.module:
            app.command(name, help=command.help)(_not_loaded(name))
    return app


def main() -> None:
    """The entry point of the installed command."""
    application(sys.argv[1:])()


def _not_loaded(name: str) -> Callable[[], None]:
    """Stands for a command in the list of all."""

    def command() -> None:
        raise LookupError(f"{name} has not been loaded")

    return command


if __name__ == "__main__":
    main()
