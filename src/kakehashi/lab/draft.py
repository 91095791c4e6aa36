"""What is being put together for one device while a plan is made."""

from kakehashi.lab.complete.additions import Addition, Additions


class Draft:
    """Collects additions to one file, and the sentences that tell the user of them."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._items: list[Addition] = []
        self._assumed: list[str] = []

    def add(self, item: Addition, sentence: str) -> None:
        """The file gets `item`; `sentence` says so."""
        self._items.append(item)
        self.assume(sentence)

    def assume(self, sentence: str) -> None:
        """Something is taken to be so that no line of a file says."""
        self._assumed.append(f"{self._device}: {sentence}")

    @property
    def additions(self) -> Additions:
        """What was added."""
        return Additions(tuple(self._items))

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was said."""
        return tuple(self._assumed)
