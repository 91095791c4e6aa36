"""The kernel's counters, of SAs and of packets without one, under the names of the data plane."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from kakehashi.dataplane.xfrm_messages import State
from kakehashi.model.status import InboundCounters, OutboundCounters

_FILE = Path("/proc/thread-self/net/xfrm_stat")  # net/xfrm/xfrm_proc.c; not every kernel has it
_NAMES = {
    "XfrmInNoStates": "unknown_spi",
    "XfrmInHdrError": "malformed",
    "XfrmInBufferError": "out_of_memory",
    "XfrmInNoPols": "ts_unacceptable",
    "XfrmInStateMismatch": "ts_unacceptable",
    "XfrmInTmplMismatch": "ts_unacceptable",
    "XfrmInPolBlock": "ts_unacceptable",
    "XfrmInStateModeError": "misc_error",
    "XfrmInError": "misc_error",
    "XfrmOutNoStates": "no_sa",
    "XfrmOutStateSeqError": "sequence_exhausted",
    "XfrmOutError": "misc_error",
}


@dataclass(slots=True)
class Tally:
    """What SAs of one tunnel have carried."""

    outbound: OutboundCounters = field(default_factory=OutboundCounters)
    inbound: InboundCounters = field(default_factory=InboundCounters)

    def add(self, state: State, inbound: bool) -> None:
        """Everything of one SA."""
        if inbound:
            self.inbound = replace(
                self.inbound,
                packets=self.inbound.packets + state.packets,
                octets=self.inbound.octets + state.octets,
            )
            self.add_failures(state)
        else:
            self.outbound = replace(
                self.outbound,
                packets=self.outbound.packets + state.packets,
                octets=self.outbound.octets + state.octets,
            )

    def add_failures(self, state: State) -> None:
        """What of it a successor does not count on."""
        self.inbound = replace(
            self.inbound,
            replay_detected=self.inbound.replay_detected + state.replayed + state.out_of_window,
            integrity_failure=self.inbound.integrity_failure + state.integrity_failed,
        )

    def copy(self) -> "Tally":
        """One that may go on by itself."""
        return replace(self)

    def counters(self) -> tuple[OutboundCounters, InboundCounters]:
        """As the data plane tells them."""
        return self.outbound, self.inbound


class Statistics:
    """Of packets that belong to no SA: since it was made."""

    def __init__(self) -> None:
        self._before = _read()

    def drops(self) -> dict[str, int]:
        """By reason, those that there were."""
        found: dict[str, int] = {}
        for name, number in _read().items():
            if since := number - self._before.get(name, 0):
                found[_NAMES[name]] = found.get(_NAMES[name], 0) + since
        return found


def _read() -> dict[str, int]:
    try:
        lines = _FILE.read_text().splitlines()
    except OSError:
        return {}
    fields = [line.split() for line in lines]
    return {words[0]: int(words[1]) for words in fields if len(words) == 2 and words[0] in _NAMES}
