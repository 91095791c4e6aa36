"""What a terminal adds to the lines of a configuration, whatever the device: pages, colours, prompts."""

import re

_MORE = re.compile(r"\s*-+ ?\(?more\)? ?-+\s*", re.IGNORECASE)
# Control characters save the tab, the backspace and ^C, which is a mark of banners; and colours.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x02\x04-\x07\x0b-\x1f\x7f]")
# In configuration mode it ends in a mode; IX devices end it in `%` while somebody else configures.
_PROMPT = re.compile(r"\s*[A-Za-z0-9][\w.:/-]{0,62}(?:(\([\w.:/-]{1,60}\))[#>%]|[#>])[ \t]*(.*)")


def without_page(line: str) -> str:
    """Without the pager's mark, and what the terminal wiped it out with."""
    text = _CONTROL.sub("", line.lstrip("\ufeff"))
    found = _MORE.match(text)
    if not found:
        return text.replace("\b", "") if "\b" in text else text
    if "\b" in text:
        return text.rpartition("\b")[2]
    return text[found.end() :]


def typed(text: str, elsewhere: re.Pattern[str]) -> str:
    """The command behind a prompt. What is typed outside of configuration mode configures nothing; and
    `elsewhere` matches commands that bring a configuration about and are none of it.
    """
    found = _PROMPT.match(text)
    if found and found[1] is None:
        return ""
    command = found[2] if found else text
    return "" if elsewhere.match(command.strip()) else command
