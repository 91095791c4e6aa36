"""`show ike sa [brief]`: the ISAKMP SAs.

The manual names the command and two of its lines (2.22.7.6); the layout is that of a public transcript of the
device. Its counters of successes and failures are not kept here, and their four lines left out.
"""

from kakehashi.dialects.nec_ix.show.names import phase1_group_name, spi
from kakehashi.dialects.nec_ix.words import HASHES, PHASE1_CIPHERS, word_of
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.status import IkeSaState, IsakmpSaStatus, NatMethod, NatSide, Status

# The transcript shows an established SA only; the other words are ours.
_STATES = {
    IkeSaState.CONNECTING: "negotiating",
    IkeSaState.ESTABLISHED: "established",
    IkeSaState.REKEYING: "rekeying",
    IkeSaState.DELETING: "deleting",
}
_SIDES = {
    NatSide.LOCAL: "local side",
    NatSide.REMOTE: "remote side",
    NatSide.LOCAL | NatSide.REMOTE: "both sides",
}
_METHODS = {AuthenticationMethod.PSK: "pre-shared", AuthenticationMethod.SIGNATURE: "rsa-sig"}


def render(status: Status, gateway: Gateway) -> str:
    """Every ISAKMP SA."""
    lines = [_summary(status, gateway)]
    for sa in status.isakmp_sas:
        lines += _sa(sa)
    return "\n".join(lines) + "\n"


def render_brief(status: Status, gateway: Gateway) -> str:
    """One line for each ISAKMP SA."""
    lines = [_summary(status, gateway), _row("Policy", "Initiator", "Responder", "Life(secs)")]
    for sa in status.isakmp_sas:
        cookies = spi(sa.initiator_cookie), spi(sa.responder_cookie)
        lines.append(_row(sa.peer or "-", *cookies, f"{_seconds(sa):6d}"))
    return "\n".join(lines) + "\n"


def _summary(status: Status, gateway: Gateway) -> str:
    return f"ISAKMP SA - {len(gateway.ikev1_peers)} configured, {len(status.isakmp_sas)} created"


def _row(policy: str, initiator: str, responder: str, life: str) -> str:
    return f"{policy:30} {initiator:18} {responder:18} {life}"


def _seconds(sa: IsakmpSaStatus) -> int:
    return max(0, int(sa.remaining))


def _sa(sa: IsakmpSaStatus) -> list[str]:
    return [
        f"Local address is {sa.path.local.ip}, port is {sa.path.local.port}",
        f"Remote address is {sa.path.remote.ip}, port is {sa.path.remote.port}",
        *([f"  IKE policy name is {sa.peer}"] if sa.peer else []),
        f"  Direction is {sa.role.value}",
        f"  Initiator's cookie is {spi(sa.initiator_cookie)}",
        f"  Responder's cookie is {spi(sa.responder_cookie)}",
        f"  Exchange type is {sa.mode.value} mode",
        *_nat(sa),
        f"  State is {_STATES[sa.state]}",
        *_agreed(sa),
    ]


def _nat(sa: IsakmpSaStatus) -> list[str]:
    """What is in use: without a NAT nothing is, whatever both sides could do."""
    if sa.nat is NatSide.NONE or sa.nat_method is NatMethod.NONE:
        return []
    # One draft has two vendor IDs, and no device tells of that.
    method = sa.nat_method.value.removesuffix("\\n")
    return [f"  NAT-Traversal {method}", f"  NAT detected at {_SIDES[sa.nat]}"]


def _agreed(sa: IsakmpSaStatus) -> list[str]:
    """What protects the SA; nothing before it is agreed."""
    lines: list[str] = []
    if sa.authentication is not None:
        lines.append(f"  Authentication method is {_METHODS[sa.authentication]}")
    if sa.cipher is not None:
        lines.append(f"  Encryption algorithm is {word_of(sa.cipher, PHASE1_CIPHERS)}")
    if sa.hash is not None:
        lines.append(f"  Hash algorithm is {word_of(sa.hash, HASHES)}")
    if sa.cipher is not None:
        lines.append(f"  DH group is {phase1_group_name(sa.group)}, lifetime is {_seconds(sa)} seconds")
    return lines
