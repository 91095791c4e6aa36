"""A long output, page by page."""

from kakehashi.console.screen import Screen

NEXT_LINE = ("\r", "\n", "\x1b[B")
QUIT = ("q", "Q", "\x03", "\x1b", "")
ALL = ("c", "G", "g")


async def paged(screen: Screen, text: str, length: int, mark: str) -> None:
    """Write it. Space brings a page, Enter a line, `q` ends, `c` and `g` bring all the rest.

    `length`: lines of a page, the mark's among them; 0 for no pages.
    """
    lines = text.splitlines()
    room = length - 1
    if room < 1 or len(lines) <= room:
        screen.write("".join(f"{line}\n" for line in lines))
        return
    shown, due = 0, room
    while shown < len(lines):
        screen.write("".join(f"{line}\n" for line in lines[shown : shown + due]))
        shown += due
        if shown >= len(lines):
            return
        key = await screen.more(mark)
        if key in QUIT:
            return
        due = 1 if key in NEXT_LINE else len(lines) if key in ALL else room
