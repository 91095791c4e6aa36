"""What is sent to a terminal while a line is edited."""

from io import StringIO

from prompt_toolkit.data_structures import Size

from kakehashi.console.display import Display


def display() -> tuple[Display, StringIO]:
    out = StringIO()
    out.fileno = lambda: 1  # type: ignore[method-assign]
    return Display(out, lambda: Size(24, 80), term="vt100"), out


def test_a_letter_at_the_end_is_a_letter() -> None:
    shown, out = display()
    shown.write("R#sho")
    shown.flush()
    shown.cursor_backward(5)
    shown.erase_down()
    shown.write("R#show")
    shown.flush()
    assert out.getvalue() == "R#show"


def test_in_the_middle_the_rest_is_written_again() -> None:
    shown, out = display()
    shown.write("abd")
    shown.cursor_backward(1)
    shown.flush()
    shown.write("cd")
    shown.cursor_backward(1)
    shown.flush()
    assert out.getvalue() == "abd\bcd\b"


def test_what_is_erased_is_blanked() -> None:
    shown, out = display()
    shown.write("abc")
    shown.flush()
    shown.cursor_backward(2)
    shown.erase_end_of_line()
    shown.flush()
    assert out.getvalue() == "abc\b\b  \b\b"


def test_wide_letters_go_as_they_are() -> None:
    shown, out = display()
    shown.write("橋")
    shown.cursor_backward(2)
    shown.flush()
    assert out.getvalue() == "橋\x1b[2D"
    shown.begin()
    shown.write("a\r\nb")
    shown.flush()
    assert out.getvalue().endswith("a\r\nb")
