"""Text on a terminal with as few control sequences as will do: what reads along may be a program."""

from prompt_toolkit.cursor_shapes import CursorShape
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Attrs


class Display(Vt100_Output):
    """No colours, no shapes of the cursor, no questions to the terminal."""

    @property
    def responds_to_cpr(self) -> bool:
        """Where the cursor is, it is not asked."""
        return False

    def set_attributes(self, attrs: Attrs, color_depth: ColorDepth) -> None:
        pass

    def reset_attributes(self) -> None:
        pass

    def disable_autowrap(self) -> None:
        pass

    def enable_autowrap(self) -> None:
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
