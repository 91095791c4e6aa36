"""A negotiation that failed: at which place of the walk, and what to do."""

import re

from kakehashi.check.explain.step import Look, Step
from kakehashi.model.gateway import Gateway
from kakehashi.model.source import Source
from kakehashi.model.status import FailureStatus
from kakehashi.model.tunnel import Tunnel

_LINE = re.compile(r"\(([^()]*?):(\d+)\)")
_SILENT = re.compile(r"failed: no answer in ")
_FIRST_STAGES = ("IKE_SA_INIT", "main mode", "aggressive mode")
_SECOND_STAGES = ("quick mode", "CREATE_CHILD_SA", "IKE_AUTH (Child SA")  # begin so
_PROOF = frozenset(
    {
        "AUTHENTICATION_FAILED",
        "INVALID_HASH_INFORMATION",
        "INVALID_ID_INFORMATION",
        "INVALID_CERTIFICATE",
        "INVALID_SIGNATURE",
        "PAYLOAD_MALFORMED",
    }
)
_PROOF_FIELDS = ("pre-shared key", "identity", "certificate")


def failed_step(tunnel: Tunnel, failure: FailureStatus, gateway: Gateway) -> Step | None:
    """None where it says nothing: the operator, or a change of the configuration, has ended it."""
    if failure.cause == "ended":
        return None
    look, sentence, remedy = _seen(failure)
    return Step(
        look=look,
        good=False,
        sentence=sentence,
        remedy=remedy,
        source=_line(failure.message, tunnel, gateway) or tunnel.source,
        log=failure.message,
    )


def _seen(failure: FailureStatus) -> tuple[Look, str, str]:
    stage, cause = failure.stage, failure.cause
    if stage == "configuration":
        return Look.KEY, "the negotiation cannot even begin", "configure what the log line misses"
    if cause == "timeout":
        return _silence(failure)
    if stage.startswith(_SECOND_STAGES) or cause == "TS_UNACCEPTABLE":
        return Look.PHASE2, _difference(failure, "phase 2"), _mend(failure, "phase 2")
    is_proof = cause in _PROOF or failure.field in _PROOF_FIELDS or stage not in _FIRST_STAGES
    if is_proof:
        return (
            Look.AUTHENTICATION,
            f"one side does not believe who the other is ({cause})",
            "compare the keys or certificates and the identities of both sides, letter by letter",
        )
    return Look.PHASE1, _difference(failure, "phase 1"), _mend(failure, "phase 1")


def _silence(failure: FailureStatus) -> tuple[Look, str, str]:
    """From where on the peer was silent."""
    if failure.stage.startswith(_SECOND_STAGES):
        return (
            Look.PHASE2,
            "the peer does not answer the proposal of phase 2",
            "look at the log of the peer: it has a reason that it does not tell",
        )
    if failure.stage in _FIRST_STAGES and _SILENT.search(failure.message):
        return (
            Look.ANSWER,
            "the peer is silent: nothing answers at UDP port 500",
            "ping the peer; is its address right, is UDP port 500 let through on the way and there, does it "
            "speak this version of IKE, does it know us?",
        )
    if failure.stage == "IKE_AUTH":
        return (
            Look.ANSWER,
            "the peer answers at first, and then is silent",
            "is UDP port 4500 let through, and large packets in fragments?",
        )
    return (
        Look.AUTHENTICATION,
        "the peer answers at first, and then is silent",
        "compare the keys: with a wrong one it cannot read us, and some say nothing then",
    )


def _difference(failure: FailureStatus, phase: str) -> str:
    if failure.field:
        return (
            f"both sides do not agree on {phase}: {failure.field} offered {failure.offered}, "
            f"allowed {failure.allowed}"
        )
    return f"the peer does not accept our {phase} ({failure.cause})"


def _mend(failure: FailureStatus, phase: str) -> str:
    if failure.field:
        return "let both sides have one in common"
    if failure.cause in ("TS_UNACCEPTABLE", "INVALID_ID_INFORMATION"):
        return "compare the addresses that both sides say the tunnel is for: each is the mirror of the other"
    return f"compare the proposals of {phase} on both sides: encryption, hash, group, PFS"


def _line(message: str, tunnel: Tunnel, gateway: Gateway) -> Source | None:
    """The last line of our own configuration that the sentence names."""
    files = {*gateway.files, *([tunnel.source.file] if tunnel.source else [])}
    found = [Source(file, int(line)) for file, line in _LINE.findall(message)]
    return next((source for source in reversed(found) if source.file in files), None)
