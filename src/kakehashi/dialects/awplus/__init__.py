"""Allied Telesis AlliedWare Plus: IPsec tunnel interfaces with IKEv2 and IKEv1 (manual 613-003360)."""

from collections.abc import Sequence

from kakehashi.dialects.awplus.decoration import said
from kakehashi.dialects.awplus.grammar import GRAMMAR
from kakehashi.dialects.awplus.lower import DIALECT, lower_document
from kakehashi.dialects.awplus.notation import NOTATION
from kakehashi.dialects.awplus.omitted import OMITTED
from kakehashi.dialects.awplus.pasted import with_pasted
from kakehashi.dialects.awplus.recognition import SIGNS
from kakehashi.dialects.awplus.render import render
from kakehashi.dialects.awplus.show import clear, show
from kakehashi.dialects.base import Clear, Lowered
from kakehashi.dialects.document import Document, parse_document
from kakehashi.dialects.recognition import evidence, likeness
from kakehashi.dialects.rendering import Rendered
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status


class AwPlus:
    """The dialect of Allied Telesis routers with AlliedWare Plus."""

    name = DIALECT
    title = "AlliedWare Plus"
    grammar = GRAMMAR
    notation = NOTATION
    omitted = OMITTED

    def recognise(self, text: str) -> float:
        """How much `text` looks like this dialect, 0 to 1."""
        return likeness(text, SIGNS)

    def evidence(self, text: str) -> tuple[str, ...]:
        """What in `text` speaks for this dialect, in words."""
        return evidence(text, SIGNS)

    def parse(self, text: str) -> Document:
        """The configuration as a tree that keeps every line."""
        return parse_document(text, GRAMMAR, said)

    def lower(self, text: str, file: str) -> Lowered:
        """Parse and lower. Never raises for what the text says; findings carry file and line."""
        return with_pasted(lower_document(self.parse(text), file), text, file)

    def render(self, gateway: Gateway) -> Rendered:
        """The text that says `gateway` in this dialect, and what of it cannot be said."""
        return render(gateway)

    def show(self, words: Sequence[str], status: Status, gateway: Gateway) -> str:
        """The output of `show WORDS`, as the device prints it. `gateway` is what runs. ShowError."""
        return show(words, status, gateway)

    def clear(self, words: Sequence[str], status: Status) -> Clear:
        """What `clear WORDS` asks for. ShowError."""
        return clear(words, status)
