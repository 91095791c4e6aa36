"""What one terminal is told of the log: `terminal monitor`, and what `debug` has chosen."""

from collections.abc import Callable

from kakehashi.dialects.debugging import EVERYTHING, Topic, chosen
from kakehashi.dialects.matching import Match


class Watching:
    """`watch`: of the screen; `say` writes a line there."""

    def __init__(
        self, topics: tuple[Topic, ...], watch: Callable[[str], None], say: Callable[[str], None]
    ) -> None:
        self._topics = topics
        self._watch = watch
        self._say = say
        self._debugged: list[Topic] = []
        self._monitors = False

    async def monitor(self, _: Match) -> None:
        """Tell the log here."""
        self._monitors = True
        self._tell()

    async def no_monitor(self, _: Match) -> None:
        """Tell it here no more."""
        self._monitors = False
        self._tell()

    async def debug(self, match: Match) -> None:
        """Tell one topic down to single messages, and nothing else besides."""
        topic = chosen(self._topics, match.values)
        if match.negated:
            self._end(topic)
            return
        if topic not in self._debugged:
            self._debugged.append(topic)
        self._tell()
        self._say(f"{topic.title} debugging is on")

    async def undebug(self, match: Match) -> None:
        """Tell one topic no more, or none."""
        self._end(chosen(self._topics, match.values))

    def shown(self, match: Match) -> str:
        """What `debug` has chosen here."""
        wanted = chosen(self._topics, match.values)
        lines = [f"  {t.title} debugging is on" for t in self._debugged if wanted in (t, EVERYTHING)]
        return "".join(f"{line}\n" for line in lines or ["  No debugging is on"])

    def _end(self, topic: Topic) -> None:
        if topic is EVERYTHING:
            self._debugged = []
            self._say("All possible debugging has been turned off")
        else:
            self._debugged = [t for t in self._debugged if t not in (topic, EVERYTHING)]
            self._say(f"{topic.title} debugging is off")
        self._tell()

    def _tell(self) -> None:
        subjects = dict.fromkeys(subject for topic in self._debugged for subject in topic.subjects)
        base = "monitor" if self._monitors else "none"
        self._watch(" ".join((base, *subjects)) if self._monitors or subjects else "")
