"""Text on a terminal with no more than a router sends: what reads along may be a program."""

from prompt_toolkit.cursor_shapes import CursorShape
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Attrs


class Display(Vt100_Output):
    """A line that is typed is sent as far as it differs from what is shown, with backspaces and blanks, as a
    device's own echo; no colours, no questions to the terminal. What that cannot do (a line of several rows,
    wide letters) is sent as it is, until the next output.
    """

    _shown = ""  # the row at hand, as it is on the screen
    _wanted = ""  # and as it should be at the next flush
    _shown_at = _wanted_at = 0  # the cursor's column in each
    _is_raw = False

    @property
    def responds_to_cpr(self) -> bool:
        """Where the cursor is, it is not asked."""
        return False

    def begin(self) -> None:
        """The cursor stands at the beginning of an empty row."""
        self._shown = self._wanted = ""
        self._shown_at = self._wanted_at = 0
        self._is_raw = False

    def write(self, data: str) -> None:
        if not self._is_raw and not data.replace("\r", "").replace("\n", "").isascii():
            self._go_raw()
        if self._is_raw:
            super().write(data)
            return
        for number, row in enumerate(data.replace("\r\n", "\n").split("\n")):
            if number:
                self._end_row()
            if row:
                self._put(row)

    def write_raw(self, data: str) -> None:
        if self._is_raw:
            super().write_raw(data)
        elif data == "\r":
            self._wanted_at = 0
        elif data.replace("\r", "").replace("\n", "") == "":
            self.write(data)
        else:
            self._sync()
            super().write_raw(data)

    def cursor_backward(self, amount: int) -> None:
        if self._is_raw:
            super().cursor_backward(amount)
        else:
            self._wanted_at = max(0, self._wanted_at - amount)

    def cursor_forward(self, amount: int) -> None:
        if self._is_raw:
            super().cursor_forward(amount)
        else:
            self._wanted_at += amount
            self._wanted = self._wanted.ljust(self._wanted_at)

    def cursor_up(self, amount: int) -> None:
        if amount:
            self._go_raw()
        super().cursor_up(amount)

    def erase_down(self) -> None:
        if self._is_raw:
            super().erase_down()
        else:
            self._wanted = self._wanted[: self._wanted_at]

    def erase_end_of_line(self) -> None:
        if self._is_raw:
            super().erase_end_of_line()
        else:
            self._wanted = self._wanted[: self._wanted_at]

    def flush(self) -> None:
        if not self._is_raw:
            self._sync()
        super().flush()

    def set_attributes(self, attrs: Attrs, color_depth: ColorDepth) -> None:
        pass

    def reset_attributes(self) -> None:
        pass

    def disable_autowrap(self) -> None:
        pass

    def enable_autowrap(self) -> None:
        pass

    def enable_bracketed_paste(self) -> None:
        """What is pasted is typed, as on the device."""

    def disable_bracketed_paste(self) -> None:
        pass

    def hide_cursor(self) -> None:
        pass

    def show_cursor(self) -> None:
        pass

    def set_cursor_shape(self, cursor_shape: CursorShape) -> None:
        pass

    def reset_cursor_shape(self) -> None:
        pass

    def reset_cursor_key_mode(self) -> None:
        pass

    def _put(self, text: str) -> None:
        """Over what stands there. A backspace is a movement."""
        for part, letter in ((text, ""),) if "\b" not in text else ((c, c) for c in text):
            if letter == "\b":
                self._wanted_at = max(0, self._wanted_at - 1)
                continue
            end = self._wanted_at + len(part)
            self._wanted = self._wanted[: self._wanted_at] + part + self._wanted[end:]
            self._wanted_at = end

    def _end_row(self) -> None:
        self._wanted_at = len(self._wanted)
        self._sync()
        super().write_raw("\r\n")
        self.begin()

    def _go_raw(self) -> None:
        if not self._is_raw:
            self._sync()
            self._is_raw = True

    def _sync(self) -> None:
        """Make the row what it should be."""
        if self._shown != self._wanted:
            same = 0
            for one, other in zip(self._shown, self._wanted, strict=False):
                if one != other:
                    break
                same += 1
            self._move(same)
            blanks = max(0, len(self._shown) - len(self._wanted))
            super().write(self._wanted[same:] + " " * blanks)
            self._shown = self._wanted
            self._shown_at = len(self._wanted) + blanks
            super().write_raw("\b" * blanks)
            self._shown_at -= blanks
        self._move(self._wanted_at)

    def _move(self, column: int) -> None:
        """The cursor, by going back or by writing again what stands there."""
        if column < self._shown_at:
            super().write_raw("\b" * (self._shown_at - column))
        elif column > self._shown_at:
            super().write(self._shown[self._shown_at : column])
        self._shown_at = column
