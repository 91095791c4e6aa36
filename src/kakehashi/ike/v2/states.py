"""The life of an IKE SA as a table.

        initiator                      responder
        INIT_SENT                      (nothing: cookies and refusals leave no state)
            | IKE_SA_INIT answered         | IKE_SA_INIT acceptable
        AUTH_SENT                      INIT_ANSWERED
            | peer authenticated           | peer authenticated
            +---------> ESTABLISHED <------+ <------ born of a rekey
                         |        |
              REPLACED <-+        +-> DELETING
           (by a rekey;               (our Delete is
            waits for Delete)          under way)
                         |        |
                         +> GONE <+   also from every other state

A GONE SA still answers retransmissions of the request that ended it, for a while (RFC 7296 section 2.1).
"""

import enum
from collections.abc import Mapping

from kakehashi.wire.registry.ikev2 import ExchangeType


class State(enum.Enum):
    """Where an IKE SA is in its life."""

    INIT_SENT = "IKE_SA_INIT sent"
    AUTH_SENT = "IKE_AUTH sent"
    INIT_ANSWERED = "IKE_SA_INIT answered"
    ESTABLISHED = "established"
    REPLACED = "replaced"
    DELETING = "deleting"
    GONE = "gone"


class Step(enum.Enum):
    """What happens to an IKE SA."""

    INIT_COMPLETE = "IKE_SA_INIT is complete"
    AUTHENTICATED = "the peer has proved who it is"
    REPLACED = "another IKE SA has taken over"
    DELETE_SENT = "we asked the peer to forget it"
    CLOSED = "it ends"


TRANSITIONS: Mapping[State, Mapping[Step, State]] = {
    State.INIT_SENT: {Step.INIT_COMPLETE: State.AUTH_SENT, Step.CLOSED: State.GONE},
    # The peer refused to be believed: the responder thinks the SA stands and must be told (section 2.21.2).
    State.AUTH_SENT: {
        Step.AUTHENTICATED: State.ESTABLISHED,
        Step.DELETE_SENT: State.DELETING,
        Step.CLOSED: State.GONE,
    },
    State.INIT_ANSWERED: {Step.AUTHENTICATED: State.ESTABLISHED, Step.CLOSED: State.GONE},
    State.ESTABLISHED: {
        Step.REPLACED: State.REPLACED,
        Step.DELETE_SENT: State.DELETING,
        Step.CLOSED: State.GONE,
    },
    State.REPLACED: {Step.DELETE_SENT: State.DELETING, Step.CLOSED: State.GONE},
    State.DELETING: {Step.CLOSED: State.GONE},
    State.GONE: {},
}

_ALL = frozenset({ExchangeType.CREATE_CHILD_SA, ExchangeType.INFORMATIONAL})

LEGAL_REQUESTS: Mapping[State, frozenset[ExchangeType]] = {
    State.INIT_SENT: frozenset(),
    # The responder may be ahead of us; what it asks is dropped, and it asks again.
    State.AUTH_SENT: frozenset(),
    State.INIT_ANSWERED: frozenset({ExchangeType.IKE_AUTH}),
    State.ESTABLISHED: _ALL,
    State.REPLACED: _ALL,
    State.DELETING: _ALL,
    State.GONE: frozenset(),
}
