"""`show crypto isakmp policy`, `show crypto isakmp sa [detail]`."""

from kakehashi.dialects.cisco_ios.defaults import BUILT_IN_POLICIES
from kakehashi.dialects.cisco_ios.show.flows import CONNECTION, initiator_first, is_up
from kakehashi.dialects.cisco_ios.show.names import (
    clock,
    policy_cipher,
    policy_group,
    policy_hash,
    short_cipher,
    short_hash,
)
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import ExchangeMode, Phase1Proposal
from kakehashi.model.status import IkeSaState, IsakmpSaStatus, NatSide, Phase1Step, Status

_MAIN = {
    Phase1Step.NO_STATE: "MM_NO_STATE",
    Phase1Step.SA_SETUP: "MM_SA_SETUP",
    Phase1Step.KEY_EXCHANGE: "MM_KEY_EXCH",
    Phase1Step.KEY_AUTHENTICATION: "MM_KEY_AUTH",
}
_AGGRESSIVE = {
    Phase1Step.NO_STATE: "AG_NO_STATE",
    Phase1Step.SA_SETUP: "AG_INIT_EXCH",
    Phase1Step.KEY_EXCHANGE: "AG_INIT_EXCH",
    Phase1Step.KEY_AUTHENTICATION: "AG_AUTH",
}
_CODES = """\
Codes: C - IKE configuration mode, D - Dead Peer Detection
       K - Keepalives, N - NAT-traversal
       T - cTCP encapsulation, X - IKE Extended Authentication
       psk - Preshared key, rsig - RSA signature
       renc - RSA encryption
"""


def render_policies(gateway: Gateway) -> str:
    """The policies in the order in which they are offered, each once."""
    proposals = {p.name: p for peer in gateway.ikev1_peers for p in peer.proposals}
    built_in = {f"policy {p.number}" for p in BUILT_IN_POLICIES}
    lines = ["", "Global IKE policy"]
    for name, proposal in proposals.items():
        default = "Default protection" if name in built_in else "Protection"
        lines.append(f"{default} suite of priority {name.removeprefix('policy ')}")
        lines += _policy(proposal)
    return "\n".join(lines) + "\n"


def state_name(sa: IsakmpSaStatus) -> str:
    """The state in the device's word: how far phase 1 has come, and QM_IDLE when it is over."""
    if sa.state is IkeSaState.DELETING:
        return "MM_NO_STATE" if sa.mode is ExchangeMode.MAIN else "AG_NO_STATE"
    if sa.step is Phase1Step.ESTABLISHED:
        return "QM_IDLE"
    return (_MAIN if sa.mode is ExchangeMode.MAIN else _AGGRESSIVE)[sa.step]


def render(status: Status) -> str:
    """One line for each ISAKMP SA."""
    lines = ["IPv4 Crypto ISAKMP SA", "dst             src             state          conn-id status"]
    lines += [_row(sa) for sa in _of_version(status, 4)]
    lines += ["", "IPv6 Crypto ISAKMP SA", ""]
    lines += [_row(sa) for sa in _of_version(status, 6)]
    return "\n".join(lines).rstrip("\n") + "\n\n"


def render_detail(status: Status) -> str:
    """The same with what was agreed. What is still being negotiated has nothing to show."""
    lines = [_CODES + "IPv4 Crypto ISAKMP SA", ""]
    lines += ["C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.", ""]
    for version in (4, 6):
        lines += ["IPv6 Crypto ISAKMP SA", ""] if version == 6 else []
        for sa in _of_version(status, version):
            lines += _detail(sa)
    return "\n".join(lines) + "\n"


def _policy(proposal: Phase1Proposal) -> list[str]:
    method = proposal.authentication
    authentication = (
        "Pre-Shared Key" if method is AuthenticationMethod.PSK else "Rivest-Shamir-Adleman Signature"
    )
    return [
        f"        encryption algorithm:   {policy_cipher(proposal.cipher)}",
        f"        hash algorithm:         {policy_hash(proposal.hash)}",
        f"        authentication method:  {authentication}",
        f"        Diffie-Hellman group:   {policy_group(proposal.group)}",
        f"        lifetime:               {proposal.lifetime} seconds, no volume limit",
    ]


def _of_version(status: Status, version: int) -> list[IsakmpSaStatus]:
    """The newest first."""
    return [sa for sa in reversed(status.isakmp_sas) if sa.path.remote.ip.version == version]


def _row(sa: IsakmpSaStatus) -> str:
    source, destination = initiator_first(sa)
    deleted = " (deleted)" if sa.state is IkeSaState.DELETING else ""
    number = 0 if sa.step is Phase1Step.NO_STATE else CONNECTION + sa.serial
    return f"{destination:15} {source:15} {state_name(sa):15} {number:6d} ACTIVE{deleted}"


def _detail(sa: IsakmpSaStatus) -> list[str]:
    number = CONNECTION + sa.serial
    group = f"{int(sa.group):2d}" if sa.group else "0 "
    capabilities = ("D" if sa.dpd else "") + ("N" if sa.nat is not NatSide.NONE else "")
    life = clock(sa.remaining) if is_up(sa) else "0"
    ends = f"{sa.path.local.ip!s:15} {sa.path.remote.ip!s:15}"
    agreed = f"{short_cipher(sa.cipher):4} {short_hash(sa.hash):6} {_method(sa):4} {group}"
    return [
        f"{number:<5d} {ends}        ACTIVE {agreed} {life:8} {capabilities}",
        f"       Engine-id:Conn-id =  SW:{sa.serial}",
        "",
    ]


def _method(sa: IsakmpSaStatus) -> str:
    match sa.authentication:
        case AuthenticationMethod.PSK:
            return "psk"
        case AuthenticationMethod.SIGNATURE:
            return "rsig"
    return ""
