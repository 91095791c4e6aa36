"""The option negotiation automaton (RFC 1661 section 4): one for LCP and one for each NCP.

The table is the RFC's own: the actions, a slash, the next state. `-` cannot happen and does nothing. The
RFC's marks are left out: `r` (restart) and `p` (passive) are choices that are not taken, and crossed
connections (`x`) do not come as far as here, since an answer must have the identifier of what it answers.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from kakehashi.ppp.drops import Drop
from kakehashi.ppp.settings import Timing
from kakehashi.ppp.wire.option import Option, decode_options, encode_options
from kakehashi.ppp.wire.packet import Packet
from kakehashi.ppp.wire.registry import Code, Protocol

_TABLE: Final = """
       Initial Starting  Closed    Stopped         Closing   Stopping  Req-Sent  Ack-Rcvd    Ack-Sent    Opened
Up     2       irc,scr/6 -         -               -         -         -         -           -           -
Down   -       -         0         tls/1           0         1         1         1           1           tld/1
Open   tls/1   1         irc,scr/6 3               5         5         6         7           8           9
Close  0       tlf/0     2         2               4         4         irc,str/4 irc,str/4   irc,str/4   tld,irc,str/4
TO+    -       -         -         -               str/4     str/5     scr/6     scr/6       scr/8       -
TO-    -       -         -         -               tlf/2     tlf/3     tlf/3     tlf/3       tlf/3       -
RCR+   -       -         sta/2     irc,scr,sca/8   4         5         sca/8     sca,tlu/9   sca/8       tld,scr,sca/8
RCR-   -       -         sta/2     irc,scr,scn/6   4         5         scn/6     scn/7       scn/6       tld,scr,scn/6
RCA    -       -         sta/2     sta/3           4         5         irc/7     scr/6       irc,tlu/9   tld,scr/6
RCN    -       -         sta/2     sta/3           4         5         irc,scr/6 scr/6       irc,scr/8   tld,scr/6
RTR    -       -         sta/2     sta/3           sta/4     sta/5     sta/6     sta/6       sta/6       tld,zrc,sta/5
RTA    -       -         2         3               tlf/2     tlf/3     6         6           8           tld,scr/6
RUC    -       -         scj/2     scj/3           scj/4     scj/5     scj/6     scj/7       scj/8       scj/9
RXJ+   -       -         2         3               4         5         6         6           8           9
RXJ-   -       -         tlf/2     tlf/3           tlf/2     tlf/3     tlf/3     tlf/3       tlf/3       tld,irc,str/5
"""  # noqa: E501 - a table is read by its columns


class State(enum.IntEnum):
    """RFC 1661 section 4.2."""

    INITIAL = 0
    STARTING = 1
    CLOSED = 2
    STOPPED = 3
    CLOSING = 4
    STOPPING = 5
    REQ_SENT = 6
    ACK_RCVD = 7
    ACK_SENT = 8
    OPENED = 9


_Cell = tuple[tuple[str, ...], State]


def _cell(text: str) -> _Cell | None:
    if text == "-":
        return None
    actions, _, state = text.rpartition("/")
    return tuple(actions.split(",")) if actions else (), State(int(state))


_TRANSITIONS: Final[dict[str, tuple[_Cell | None, ...]]] = {
    row.split()[0]: tuple(_cell(text) for text in row.split()[1:]) for row in _TABLE.splitlines()[2:]
}
_WITH_TIMER: Final = frozenset(
    {State.CLOSING, State.STOPPING, State.REQ_SENT, State.ACK_RCVD, State.ACK_SENT}
)
_MAX_REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """What of a Configure-Request is not acceptable. `naks`: what would be; `rejects`: what never is."""

    naks: tuple[Option, ...] = ()
    rejects: tuple[Option, ...] = ()


class Signal(enum.Enum):
    """What an automaton tells the link (RFC 1661 section 4.4)."""

    UP = "This-Layer-Up"
    DOWN = "This-Layer-Down"
    FINISHED = "This-Layer-Finished"


class Automaton:
    """One control protocol. `send` takes its packets, `signal` what it tells.

    What the protocol is about is in the subclass: `requests`, `judge`, `naked`, `rejected`, `special`.
    """

    protocol: ClassVar[Protocol]
    codes: ClassVar[int] = Code.CODE_REJECT  # the codes up to this one are known

    def __init__(
        self,
        timing: Timing,
        send: Callable[[Protocol, Packet], None],
        signal: Callable[["Automaton", Signal, float], None],
    ) -> None:
        self.state = State.INITIAL
        self.due: float | None = None
        self.reason = ""  # why it has ended, or is to end
        self._timing = timing
        self._send = send
        self._signal = signal
        self._restarts = 0
        self._failures = 0  # Configure-Naks that we have sent in this negotiation
        self._refusals = 0  # and those that we have got
        self._identifier = 0
        self._asked: Packet | None = None  # our Configure-Request that waits for its answer
        self._answer = Packet(0, 0)  # to the Configure-Request that was judged last
        self._agreed: Packet | None = None  # the peer's Configure-Request that was acknowledged
        self._repeats = 0
        self._text = b""

    def requests(self) -> tuple[Option, ...]:
        """What we ask for."""
        raise NotImplementedError

    def judge(self, options: tuple[Option, ...]) -> Judgement:
        """Is what the peer asks for acceptable? What is remembered of it counts if it is."""
        raise NotImplementedError

    def naked(self, option: Option) -> None:
        """The peer would like another value."""

    def rejected(self, option: Option) -> None:
        """The peer does not know the option."""

    def special(self, packet: Packet, now: float) -> Drop | None:
        """A packet of a code that this protocol alone has."""
        return Drop.STRAY_ANSWER

    @property
    def is_open(self) -> bool:
        """Both sides agree."""
        return self.state is State.OPENED

    def up(self, now: float) -> None:
        """The layer below carries packets."""
        self._do("Up", now)

    def down(self, now: float) -> None:
        """The layer below carries packets no more."""
        self._do("Down", now)

    def open(self, now: float) -> None:
        """We want it."""
        self._do("Open", now)

    def close(self, now: float, reason: str = "") -> None:
        """We want it no more; the peer is told `reason`."""
        self.reason = self.reason or reason
        self._text = reason.encode()[:200]
        self._do("Close", now)

    def peer_rejects(self, now: float) -> None:
        """A Protocol-Reject or Code-Reject without which this protocol cannot be (section 4.3, RXJ-)."""
        self.reason = self.reason or "the peer does not speak it"
        self._do("RXJ-", now)

    def handle_timeout(self, now: float) -> None:
        """Do what is due at `due`."""
        if self.due is not None and now >= self.due:
            self.due = None
            if self._restarts <= 0:
                self.reason = self.reason or "the peer does not answer"
            self._do("TO+" if self._restarts > 0 else "TO-", now)

    def receive(self, packet: Packet, now: float) -> Drop | None:
        """Take a packet. Why it came to nothing; None if it did not. Malformed if its options are."""
        if self.state <= State.STARTING:
            return Drop.WRONG_PHASE
        match packet.code:
            case Code.CONFIGURE_REQUEST:
                self._requested(packet, now)
            case Code.CONFIGURE_ACK | Code.CONFIGURE_NAK | Code.CONFIGURE_REJECT:
                return self._answered(packet, now)
            case Code.TERMINATE_REQUEST:
                self.reason = self.reason or "the peer ends it"
                self._answer = Packet(Code.TERMINATE_ACK, packet.identifier)
                self._do("RTR", now)
            case Code.TERMINATE_ACK:
                self._do("RTA", now)
            case Code.CODE_REJECT:
                self._code_rejected(packet, now)
            case code if code == 0 or code > self.codes:
                self._answer = Packet(Code.CODE_REJECT, self._next_identifier(), packet.encode()[:256])
                self._do("RUC", now)
            case _:
                return self.special(packet, now)
        return None

    def fail(self, reason: str) -> None:
        """There is nothing to agree on: it ends as soon as the packet is dealt with."""
        self.reason = self.reason or reason
        self._refusals = self._timing.max_failure * 4

    @property
    def has_failed(self) -> bool:
        """Is there no hope left?"""
        return self._refusals >= self._timing.max_failure * 4

    def _requested(self, packet: Packet, now: float) -> None:
        if self.is_open and packet == self._agreed and self._repeats < _MAX_REPEATS:
            # Our Ack was lost, or the request was doubled on its way: it is octet for octet what was agreed.
            # By the table (RCR+ in Opened) the link would be torn down over a packet that changes nothing.
            self._repeats += 1
            self._send(self.protocol, Packet(Code.CONFIGURE_ACK, packet.identifier, packet.data))
            return
        options = decode_options(packet.data)
        judgement = self.judge(options)
        naks, rejects = judgement.naks, judgement.rejects
        if naks and not rejects and self._failures >= self._timing.max_failure:
            asked = {option.type for option in naks}
            rejects = tuple(option for option in options if option.type in asked)  # section 4.6, Max-Failure
            if not rejects:
                self.fail("the peer leaves out what it must ask for")
        if self.has_failed:
            self.close(now, self.reason)
        elif rejects:
            self._answer = Packet(Code.CONFIGURE_REJECT, packet.identifier, encode_options(rejects))
            self._do("RCR-", now)
        elif naks:
            self._failures += 1
            self._answer = Packet(Code.CONFIGURE_NAK, packet.identifier, encode_options(naks))
            self._do("RCR-", now)
        else:
            self._failures = self._repeats = 0
            self._agreed = packet
            self._answer = Packet(Code.CONFIGURE_ACK, packet.identifier, packet.data)
            self._do("RCR+", now)

    def _answered(self, packet: Packet, now: float) -> Drop | None:
        asked = self._asked
        if asked is None or packet.identifier != asked.identifier:
            return Drop.STRAY_ANSWER
        if packet.code == Code.CONFIGURE_ACK:
            if packet.data != asked.data:
                return Drop.NOT_WHAT_WAS_ASKED
            self._asked = None
            self._refusals = 0
            self._do("RCA", now)
            return None
        options = decode_options(packet.data)
        if packet.code == Code.CONFIGURE_REJECT and not set(options) <= set(decode_options(asked.data)):
            return Drop.NOT_WHAT_WAS_ASKED
        self._asked = None
        self._refusals += 1
        for option in options:
            if packet.code == Code.CONFIGURE_NAK:
                self.naked(option)
            else:
                self.rejected(option)
        if self.has_failed:
            self.close(now, self.reason or "the two sides do not agree")
        else:
            self._do("RCN", now)
        return None

    def _code_rejected(self, packet: Packet, now: float) -> None:
        code = packet.data[0] if packet.data else 0
        if code in range(Code.CONFIGURE_REQUEST, Code.CODE_REJECT + 1):
            self.peer_rejects(now)
        else:
            self._do("RXJ+", now)

    def _do(self, event: str, now: float) -> None:
        cell = _TRANSITIONS[event][self.state]
        if cell is None:
            return
        actions, state = cell
        self.state = state
        if state not in _WITH_TIMER:
            self.due = None
        for action in actions:
            self._act(action, event, now, ends="str" in actions)

    def _act(self, action: str, event: str, now: float, ends: bool) -> None:
        match action:
            case "irc":
                self._restarts = self._timing.max_terminate if ends else self._timing.max_configure
            case "zrc":
                self._restarts = 0
                self.due = now + self._timing.restart
            case "scr":
                self._request(now, again=event == "TO+")
            case "str":
                self._restarts -= 1
                self.due = now + self._timing.restart
                self._asked = None
                self._send(self.protocol, Packet(Code.TERMINATE_REQUEST, self._next_identifier(), self._text))
            case "sca" | "scn" | "sta" | "scj":
                if action == "sta" and self._answer.code != Code.TERMINATE_ACK:
                    self._answer = Packet(Code.TERMINATE_ACK, self._next_identifier())
                self._send(self.protocol, self._answer)
            case "tlu":
                self.due = None
                self._signal(self, Signal.UP, now)
            case "tld":
                self._failures = 0
                self._signal(self, Signal.DOWN, now)
            case "tlf":
                self._signal(self, Signal.FINISHED, now)

    def _request(self, now: float, again: bool) -> None:
        self._restarts -= 1
        self.due = now + self._timing.restart
        if not again or self._asked is None:
            data = encode_options(self.requests())
            self._asked = Packet(Code.CONFIGURE_REQUEST, self._next_identifier(), data)
        self._send(self.protocol, self._asked)

    def _next_identifier(self) -> int:
        self._identifier = (self._identifier + 1) % 256
        return self._identifier
