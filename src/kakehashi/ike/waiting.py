"""What cannot be decided before the world has answered."""

from kakehashi.pki.verdict import Fetch


class Waiting(Exception):  # noqa: N818 (it says what happened)
    """The message is to be looked at again when these are there; nothing has been done with it."""

    def __init__(self, fetches: tuple[Fetch, ...]) -> None:
        super().__init__(f"{len(fetches)} answers about certificates are awaited")
        self.fetches = fetches
