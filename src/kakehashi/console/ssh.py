"""The command line over SSH, inside the gateway."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO, cast

import asyncssh
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input

from kakehashi.console.accounts import ADMINISTRATOR, Account, Accounts, read_accounts
from kakehashi.console.display import Display
from kakehashi.console.doorman import ATTEMPTS, Doorman
from kakehashi.console.piped import Piped, run_lines
from kakehashi.console.router import Ask, Router, Tell
from kakehashi.console.session import Session
from kakehashi.console.terminal import Terminal
from kakehashi.dialects.registry import by_name
from kakehashi.gateway.control import Request
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.files import replace_file
from kakehashi.model.secret import Secret

DEFAULT_PORT = 22
KEY_FILE = "ssh_host_ed25519_key"
LOGIN_TIMEOUT = 30
IDLE = 600.0  # seconds, as the devices have it
_COLUMNS, _LINES = 80, 24
_LONGEST_SCRIPT = 1024 * 1024
_BY_KEY_ALONE = "kakehashi_by_key_alone"


class SshFace:
    """`address`, `port`: where it listens. Its host key is made at the first start, in `folder`; there, in
    `authorized_keys/USER`, the keys of users may be. Users are those of the running configuration.
    `administrators`: public keys of people who come in under any name.
    """

    def __init__(self, address: str, port: int, folder: Path, administrators: Path | None = None) -> None:
        self._address, self._port, self._folder = address, port, folder
        self._administrators = administrators
        self._server: asyncssh.SSHAcceptor | None = None
        self._doorman = Doorman()
        self._router: Router | None = None
        self._accounts = Accounts({})
        self._read_from: object = None

    async def start(self, ask: Ask, tell: Tell) -> None:
        """Listen. GatewayError."""
        self._router = Router(ask, tell)
        try:
            self._server = await asyncssh.listen(
                self._address,
                self._port,
                server_host_keys=[host_key(self._folder / KEY_FILE)],
                server_factory=lambda: _Door(self),
                process_factory=self._serve,
                login_timeout=LOGIN_TIMEOUT,
                line_editor=False,
                agent_forwarding=False,
                x11_forwarding=False,
                allow_scp=False,
                gss_host=None,
                server_version="kakehashi",
                encoding="utf-8",
                errors="replace",
            )
        except (OSError, asyncssh.Error, ValueError) as error:
            where = f"{self._address}:{self._port}"
            raise GatewayError(f"--ssh {where}: {error}", "say another: --ssh ADDRESS:PORT") from error

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.get_port() if self._server else self._port

    async def stop(self) -> None:
        """Close it, and every session."""
        if self._server:
            self._server.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._server.wait_closed()

    async def accounts(self) -> Accounts:
        """Those of the configuration that runs now."""
        if self._router is None:
            return Accounts({})
        answer = await self._router.answer(Request("configuration", ("text",)))
        if answer["text"] is not self._read_from:
            about = await self._router.answer(Request("about"))
            self._read_from = answer["text"]
            self._accounts = read_accounts(answer["text"], about["dialect"])
        return self._accounts

    async def keys(self, user: str) -> asyncssh.SSHAuthorizedKeys | None:
        """The keys by which somebody of that name comes in, if there are any."""
        files = [self._administrators] if self._administrators else []
        if user in (await self.accounts()).users and "/" not in user and not user.startswith("."):
            files.append(self._folder / "authorized_keys" / user)
        texts = []
        for file in files:
            with suppress(OSError, UnicodeError):
                texts.append(file.read_text())
        try:
            return asyncssh.import_authorized_keys("\n".join(texts))
        except ValueError:
            return None

    async def _serve(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        """One session."""
        name = process.get_extra_info("username")
        account = (await self.accounts()).users.get(name)
        if process.get_extra_info(_BY_KEY_ALONE):
            account = Account(name, ADMINISTRATOR, "", Secret(b""))
        if account is None or self._router is None:
            process.exit(1)
            return
        try:
            await self._sit_down(process, self._router, account)
        except (asyncssh.Error, OSError, EOFError):
            pass  # who sat there has gone
        finally:
            process.exit(0)

    async def _sit_down(
        self, process: "asyncssh.SSHServerProcess[str]", router: Router, account: Account
    ) -> None:
        about = await router.answer(Request("about"))
        accounts = await self.accounts()
        settings: dict[str, Any] = {
            "dialect": by_name(about["dialect"]),
            "hostname": about["hostname"],
            "privileged": account.privilege >= ADMINISTRATOR,
            "unlock": accounts.enable.accepts if accounts.enable else None,
        }
        # Both write as if it were a file, which it is not.
        out = cast(TextIO, _Out(process))
        if process.term_type is None or process.command is not None:
            script = process.command or await process.stdin.read(_LONGEST_SCRIPT)
            await run_lines(Session(router, Piped(out), **settings), script.splitlines())
            return
        with create_pipe_input() as keys:
            display = Display(out, lambda: _size(process), term=process.term_type)
            terminal = Terminal(keys, display, router, IDLE)
            feeding = asyncio.create_task(_feed(process, keys))
            try:
                await terminal.run(Session(router, terminal, **settings))
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)

    def knock(self, address: str) -> str:
        """Why a connection is refused, "" if it is not."""
        return self._doorman.refuses(address, asyncio.get_running_loop().time())

    @property
    def doorman(self) -> Doorman:
        """Who counts."""
        return self._doorman

    def failed(self, address: str) -> None:
        """A login has failed."""
        self._doorman.failed(address, asyncio.get_running_loop().time())


class _Door(asyncssh.SSHServer):
    """One connection, until somebody has come in and after."""

    def __init__(self, face: SshFace) -> None:
        self._face = face
        self._connection: asyncssh.SSHServerConnection | None = None
        self._address = ""
        self._knocks = self._is_in = False
        self._failures = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._address = str((conn.get_extra_info("peername") or ("",))[0])
        if reason := self._face.knock(self._address):
            conn.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, reason)
            return
        self._knocks = True
        self._face.doorman.knocks(self._address)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_knocking()
        if self._is_in:
            self._is_in = False
            self._face.doorman.inside -= 1

    async def begin_auth(self, username: str) -> bool:
        keys = await self._face.keys(username)
        if self._connection:
            # Whom the configuration does not know, only an administrator's key lets in.
            known = (await self._face.accounts()).users
            self._connection.set_extra_info(**{_BY_KEY_ALONE: username not in known})
        if self._connection and keys:
            self._connection.set_authorized_keys(keys)
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        accounts = await self._face.accounts()
        # Hashing takes long on purpose, and the tunnels wait for nobody.
        found = await asyncio.to_thread(accounts.login, username, password)
        if found is None:
            self._face.failed(self._address)
            self._failures += 1
            if self._failures >= ATTEMPTS and self._connection:
                self._connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "login failed")
        return found is not None

    def auth_completed(self) -> None:
        self._stop_knocking()
        self._is_in = True
        self._face.doorman.inside += 1

    def _stop_knocking(self) -> None:
        if self._knocks:
            self._knocks = False
            self._face.doorman.knocks_no_more(self._address)


class _Out:
    """What prompt_toolkit writes to."""

    encoding = "utf-8"

    def __init__(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._process = process

    def write(self, text: str) -> int:
        with suppress(OSError, asyncssh.Error):
            self._process.stdout.write(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return -1


async def _feed(process: "asyncssh.SSHServerProcess[str]", keys: PipeInput) -> None:
    """What is typed there."""
    while True:
        try:
            text = await process.stdin.read(1024)
        except asyncssh.TerminalSizeChanged:
            continue
        except (asyncssh.Error, OSError):
            text = ""
        if not text:
            keys.send_text("\x04")
            return
        keys.send_text(text)


def _size(process: "asyncssh.SSHServerProcess[str]") -> Size:
    columns, lines, _, _ = process.term_size
    return Size(rows=lines or _LINES, columns=columns or _COLUMNS)


def host_key(file: Path) -> asyncssh.SSHKey:
    """The key by which clients know the gateway; made if it is not there. OSError, KeyImportError."""
    if file.exists():
        return asyncssh.read_private_key(file)
    key = asyncssh.generate_private_key("ssh-ed25519")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(file, key.export_private_key())
    return key
