"""A session at a terminal: lines are edited as on the device, `?` shows help at once, Tab completes.

The same for the terminal that the gateway's operator sits at and for those that come by SSH.
"""

import asyncio

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import create_app_session
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent

from kakehashi.console.display import Display
from kakehashi.console.router import Router
from kakehashi.console.screen import EndOfInputError
from kakehashi.console.session import Session
from kakehashi.gateway.control import Request

_INTERRUPT = "\x03"
_ERASE = ("\x7f", "\b")
_ENTER = ("\r", "\n")
_LONGEST_ANSWER = 4000  # a certificate may be pasted as one line


class Terminal:
    """Keys come from `keys`, text goes to `display`. `idle`: seconds without a line after which it ends."""

    def __init__(self, keys: Input, display: Display, router: Router, idle: float | None = None) -> None:
        self._input, self._output = keys, display
        self._router = router
        self._idle = idle
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._watching: asyncio.Task[None] | None = None
        self._lines: PromptSession[str] | None = None
        self._ends = False

    @property
    def height(self) -> int:
        return self._output.get_size().rows

    def write(self, text: str) -> None:
        self._output.write(text.replace("\n", "\r\n"))
        self._output.flush()
        if text.endswith("\n"):
            self._output.begin()

    async def ask(self, question: str, hidden: bool = False) -> str:
        self.write(question)
        answer = ""
        while True:
            key = await self._keys.get()
            if key in _ENTER:
                self.write("\n")
                return answer
            if key in (_INTERRUPT, "\x04", ""):
                raise EndOfInputError
            if key in _ERASE:
                if answer and not hidden:
                    self.write("\b \b")
                answer = answer[:-1]
            elif key.isprintable() and len(answer) < _LONGEST_ANSWER:
                answer += key
                if not hidden:
                    self.write(key)

    async def more(self, mark: str) -> str:
        self.write(mark)
        key = await self._keys.get()
        self._output.write("\b" * len(mark) + " " * len(mark) + "\b" * len(mark))
        return key

    def watch(self, told: str) -> None:
        if self._watching:
            self._watching.cancel()
        self._watching = asyncio.create_task(self._watch(told)) if told else None

    async def run(self, session: Session) -> None:
        """Until whoever sits there leaves."""
        with create_app_session(self._input, self._output):
            self._lines = PromptSession(
                history=InMemoryHistory(),
                key_bindings=self._bindings(session),
                complete_while_typing=False,
                enable_suspend=False,
                enable_open_in_editor=False,
                input=self._input,
                output=self._output,
            )
            try:
                while not session.is_over:
                    line = await self._line(session)
                    if line is None:
                        break
                    await self._carry_out(session, line)
            finally:
                self.watch("")

    async def _line(self, session: Session) -> str | None:
        """The next line, None if there is none."""
        if self._lines is None:
            return None
        try:
            async with asyncio.timeout(self._idle):
                return await self._lines.prompt_async(lambda: session.prompt)
        except (EOFError, TimeoutError):
            self.write("\n")
            return None

    async def _carry_out(self, session: Session, line: str) -> None:
        """Run a line; Ctrl-C ends it. Keys typed meanwhile belong to its questions, or to the next line."""
        running = asyncio.create_task(session.run(line))
        presses: list[KeyPress] = []

        def ready() -> None:
            take(self._input.read_keys())

        def take(typed: list[KeyPress]) -> None:
            for press in typed:
                if press.data == _INTERRUPT and not _is_asked(self._keys):
                    running.cancel()
                else:
                    presses.append(press)
                    self._keys.put_nowait(press.data)
            if self._input.closed:
                self._keys.put_nowait("")

        take(get_typeahead(self._input))  # pasted along with the line
        with self._input.raw_mode(), self._input.attach(ready):
            try:
                await running
            except asyncio.CancelledError:
                if not running.cancelled():
                    raise
                self.write("^C\n")
        left = self._keys.qsize()
        store_typeahead(self._input, presses[len(presses) - left :] if left else [])
        self._keys = asyncio.Queue()
        if self._ends:
            self._ends = False
            session.end()

    async def _watch(self, told: str) -> None:
        async for line in self._router.tell(Request("monitor", tuple(told.split()))):
            self._write_above(line + "\n")

    def _write_above(self, text: str) -> None:
        """Above the line that is being typed, if one is. Keys meanwhile wait where they always do."""
        app = self._lines.app if self._lines else None
        if app is None or not app.is_running:
            self.write(text)
            return
        app.renderer.erase()
        self.write(text)
        app.renderer.reset()
        app.invalidate()

    def _bindings(self, session: Session) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add("?")
        def _(event: KeyPressEvent) -> None:
            text = event.current_buffer.document.text_before_cursor
            shown = f"{session.prompt}{text}?\n{session.help(text)}\n"
            self._write_above(shown)

        @bindings.add("tab")
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            text = buffer.document.text_before_cursor
            found = session.complete(text)
            if found.text != text:
                buffer.delete_before_cursor(len(text))
                buffer.insert_text(found.text)
            elif len(found.candidates) > 1:
                shown = f"{session.prompt}{text}\n{'  '.join(found.candidates)}\n"
                self._write_above(shown)

        @bindings.add("c-z")
        def _(event: KeyPressEvent) -> None:
            self._ends = True
            event.current_buffer.validate_and_handle()

        @bindings.add("c-c")
        @bindings.add("<sigint>")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.reset()
            self._ends = True
            event.current_buffer.validate_and_handle()

        return bindings


def _is_asked(keys: asyncio.Queue[str]) -> bool:
    """Does somebody wait for a key?"""
    return bool(getattr(keys, "_getters", ()))
