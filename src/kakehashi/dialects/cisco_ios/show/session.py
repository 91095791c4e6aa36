"""`show crypto session [detail]`."""

from kakehashi.dialects.cisco_ios.show.flows import CONNECTION, Flow, Session, Which, is_up, sessions
from kakehashi.dialects.cisco_ios.show.ipsec_sa import kilobytes_left
from kakehashi.dialects.cisco_ios.show.names import clock, flow
from kakehashi.model.address import IKE_PORT
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import IkeSaState, IkeSaStatus, IsakmpSaStatus, NatSide, Status

_LEGEND = """\
Code: C - IKE Configuration mode, D - Dead Peer Detection
K - Keepalives, N - NAT-traversal, T - cTCP encapsulation
X - IKE Extended Authentication, F - IKE Fragmentation
R - IKE Auto Reconnect, U - IKE Dynamic Route Update
S - SIP VPN
"""
_ESTABLISHED = (IkeSaState.ESTABLISHED, IkeSaState.REKEYING)


def render(status: Status, gateway: Gateway, meant: Which, *, detailed: bool) -> str:
    """Every tunnel with its state; `detailed`: with counters and lifetimes."""
    legend = f"{_LEGEND}\n" if detailed else ""
    asked = filter(meant, sessions(status, gateway))
    told = "".join("\n".join(_session(s, detailed)) + "\n" for s in asked)
    return f"Crypto session current status\n\n{legend}{told}"


def state_name(session: Session) -> str:
    """The device's words. Up is a tunnel that has SAs of ESP, or at least one of IKE."""
    ike = any(is_up(s) for s in session.isakmp) or any(s.state in _ESTABLISHED for s in session.ike)
    if session.pairs:
        return "UP-ACTIVE" if ike else "UP-NO-IKE"
    if ike:
        return "UP-IDLE"
    return "DOWN-NEGOTIATING" if session.isakmp or session.ike else "DOWN"


def _session(session: Session, detailed: bool) -> list[str]:
    remote = session.path.remote if session.path else None
    peer = remote.ip if remote else session.tunnel.peer_address
    port = remote.port if remote else IKE_PORT
    lines = [f"Interface: {session.interface}", f"Session status: {state_name(session)}"]
    lines.append(f"Peer: {peer} port {port}" + (" fvrf: (none) ivrf: (none)" if detailed else ""))
    if detailed:
        identity = _identity(session)
        lines += ["      Desc: (none)", f"      Phase1_id: {identity or '(none)'}"]
    for isakmp in session.isakmp:
        lines += _isakmp(isakmp, detailed)
    for ike in session.ike:
        lines += _ike(ike, detailed)
    for each in session.flows:
        lines += _flow(session, each, detailed)
    return [*lines, ""]


def _identity(session: Session) -> str:
    known = [s.peer_identity for s in session.isakmp if s.peer_identity]
    known += [s.peer_identity for s in session.ike if s.peer_identity]
    return known[-1].text if known else ""


def _isakmp(sa: IsakmpSaStatus, detailed: bool) -> list[str]:
    up = is_up(sa)
    lines = ["  Session ID: 0", _ike_line("IKEv1", sa, up)]
    capabilities = ("D" if sa.dpd else "") + ("N" if sa.nat is not NatSide.NONE else "")
    return lines + ([_capabilities(capabilities, sa.serial, sa.remaining, up)] if detailed else [])


def _ike(sa: IkeSaStatus, detailed: bool) -> list[str]:
    up = sa.state in _ESTABLISHED
    lines = [f"  Session ID: {sa.serial}", _ike_line("IKEv2", sa, up)]
    capabilities = ("D" if sa.dpd_interval else "") + ("N" if sa.nat is not NatSide.NONE else "")
    return lines + ([_capabilities(capabilities, sa.serial, sa.remaining, up)] if detailed else [])


def _ike_line(version: str, sa: IsakmpSaStatus | IkeSaStatus, up: bool) -> str:
    here, there = sa.path.local, sa.path.remote
    state = "Active" if up else "Inactive"
    return f"  {version} SA: local {here.ip}/{here.port} remote {there.ip}/{there.port} {state}"


def _capabilities(letters: str, serial: int, remaining: float, up: bool) -> str:
    number, life = (CONNECTION + serial, clock(remaining)) if up else (0, "0")
    return f"          Capabilities:{letters or '(none)'} connid:{number} lifetime:{life}"


def _flow(session: Session, each: Flow, detailed: bool) -> list[str]:
    lines = [
        f"  IPSEC FLOW: {flow(each.local, each.remote)}",
        f"        Active SAs: {2 * len(each.pairs)}, origin: crypto map",
    ]
    if not detailed:
        return lines
    out, into = session.status.outbound, session.status.inbound
    dropped = (
        into.invalid_sa
        + into.replay_detected
        + into.integrity_failure
        + into.cipher_failure
        + into.ts_unacceptable
    )
    carried = session.carried(each)
    life_in, life_out = _life(each, True), _life(each, False)
    return [
        *lines,
        f"        Inbound:  #pkts dec'ed {carried.packets_in} drop {dropped} life (KB/Sec) {life_in}",
        f"        Outbound: #pkts enc'ed {carried.packets_out} drop {out.ts_unacceptable} "
        f"life (KB/Sec) {life_out}",
    ]


def _life(each: Flow, inbound: bool) -> str:
    if not each.pairs:
        return "0/0"
    newest = each.pairs[-1]
    seconds = max(0, int(newest.remaining))
    volume = "KB Vol Rekey Disabled" if newest.kilobytes is None else kilobytes_left(newest, inbound)
    return f"{volume}/{seconds}"
