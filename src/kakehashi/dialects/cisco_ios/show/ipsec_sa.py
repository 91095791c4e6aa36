"""`show crypto ipsec sa [detail]`.

Errors are counted by tunnel: where a map's access list has several lines, each of their blocks shows those of
all, and the packets that its present SAs have carried.
"""

from itertools import groupby

from kakehashi.dialects.cisco_ios.show.flows import Flow, Pair, Session, Which, sessions
from kakehashi.dialects.cisco_ios.show.names import ident, spi, transform
from kakehashi.model.address import IPAddress
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.status import Status
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

_ETHERNET = 1500
_AES_LIKE = {EncryptionId.ENCR_AES_CBC: 16, EncryptionId.ENCR_NULL: 0}


def render(status: Status, gateway: Gateway, meant: Which, *, detailed: bool) -> str:
    """Every interface, its map, and each flow with its SAs; `detailed`: why packets were dropped."""
    lines: list[str] = []
    asked = filter(meant, sessions(status, gateway))
    for interface, group in groupby(asked, key=lambda s: s.interface):
        several = list(group)
        first = several[0]
        lines += ["", f"interface: {interface}"]
        lines += [f"    Crypto map tag: {first.tag}, local addr {_local(first)}"]
        for session in several:
            for flow in session.flows:
                lines += _flow(session, flow, gateway, detailed)
    return "\n".join(lines) + "\n" if lines else ""


def _flow(session: Session, flow: Flow, gateway: Gateway, detailed: bool) -> list[str]:
    newest = flow.pairs[-1] if flow.pairs else None
    remote = newest.sa.path.remote if newest else None
    peer = remote.ip if remote else session.tunnel.peer_address
    mtu, wan = _mtus(session, gateway)
    pfs = newest.pfs if newest else KeyExchangeId.NONE
    return [
        "",
        "   protected vrf: (none)",
        f"   local  ident (addr/mask/prot/port): ({ident(flow.local)})",
        f"   remote ident (addr/mask/prot/port): ({ident(flow.remote)})",
        f"   current_peer {peer} port {remote.port if remote else 500}",
        "     PERMIT, flags={origin_is_acl,}",
        *_counters(session, flow, detailed),
        "",
        f"     local crypto endpt.: {newest.sa.path.local.ip if newest else _local(session)}, "
        f"remote crypto endpt.: {peer}",
        f"     plaintext mtu {mtu}, path mtu {wan}, ip mtu {wan}, ip mtu idb {session.interface}",
        f"     current outbound spi: {spi(newest.sa.spi_out) if newest else '0x0(0)'}",
        f"     PFS (Y/N): {'N' if pfs == KeyExchangeId.NONE else 'Y'}, "
        f"DH group: {'none' if pfs == KeyExchangeId.NONE else f'group{int(pfs)}'}",
        "",
        *_direction("inbound", flow, session, detailed),
        *_direction("outbound", flow, session, detailed),
    ]


def _counters(session: Session, flow: Flow, detailed: bool) -> list[str]:
    out, into = session.status.outbound, session.status.inbound
    carried = session.carried(flow)
    sent, got = carried.packets_out, carried.packets_in
    lines = [
        f"    #pkts encaps: {sent}, #pkts encrypt: {sent}, #pkts digest: {sent}",
        f"    #pkts decaps: {got}, #pkts decrypt: {got}, #pkts verify: {got}",
        "    #pkts compressed: 0, #pkts decompressed: 0",
        "    #pkts not compressed: 0, #pkts compr. failed: 0",
        "    #pkts not decompressed: 0, #pkts decompress failed: 0",
    ]
    if not detailed:
        return [*lines, f"    #send errors {_send_errors(session)}, #recv errors {_receive_errors(session)}"]
    failed = into.cipher_failure + into.packet_truncated + into.out_of_memory + into.misc_error
    return [
        *lines,
        f"    #pkts no sa (send) {out.ts_unacceptable}, #pkts invalid sa (rcv) {into.invalid_sa}",
        f"    #pkts encaps failed (send) {out.cipher_failure}, #pkts decaps failed (rcv) {failed}",
        f"    #pkts invalid prot (recv) {into.unknown_protocol}, "
        f"#pkts verify failed: {into.integrity_failure}",
        f"    #pkts invalid identity (recv) {into.ts_unacceptable}, #pkts invalid len (rcv) "
        f"{into.invalid_padding}",
        "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0",
        f"    ##pkts replay failed (rcv): {into.replay_detected}",
        "    #pkts tagged (send): 0, #pkts untagged (rcv): 0",
        "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0",
        f"    #pkts internal err (send): {out.misc_error + out.out_of_memory}, #pkts internal err (recv) 0",
    ]


def _send_errors(session: Session) -> int:
    out = session.status.outbound
    return out.cipher_failure + out.out_of_memory + out.ts_unacceptable + out.misc_error


def _receive_errors(session: Session) -> int:
    return session.status.inbound.dropped


def _direction(direction: str, flow: Flow, session: Session, detailed: bool) -> list[str]:
    inbound = direction == "inbound"
    pairs = flow.pairs[::-1]
    esp = [line for pair in pairs for line in _esp(pair, inbound, session, detailed)]
    ah = [line for pair in pairs for line in _ah(pair, inbound, session, detailed)]
    lines = [f"     {direction} esp sas:", *esp, "", f"     {direction} ah sas:", *ah]
    return [*lines, "", f"     {direction} pcp sas:", ""]


def _esp(pair: Pair, inbound: bool, session: Session, detailed: bool) -> list[str]:
    sa = pair.sa
    if sa.cipher is None:
        return []
    number = sa.spi_in if inbound else sa.spi_out
    iv = [f"        IV size: {_AES_LIKE.get(sa.cipher.id, 8)} bytes"]
    return _sa(pair, inbound, session, detailed, number, transform(sa.cipher, sa.integrity), iv)


def _ah(pair: Pair, inbound: bool, session: Session, detailed: bool) -> list[str]:
    sa = pair.sa
    if sa.ah == IntegrityId.NONE:
        return []
    out = sa.spi_out if sa.ah_spi_out is None else sa.ah_spi_out
    words = transform(None, IntegrityId.NONE, sa.ah)
    return _sa(pair, inbound, session, detailed, sa.spi_in if inbound else out, words, [])


def _sa(
    pair: Pair, inbound: bool, session: Session, detailed: bool, number: int, words: str, iv: list[str]
) -> list[str]:
    sa = pair.sa
    mode = "Transport" if sa.mode is EncapsulationMode.TRANSPORT else "Tunnel"
    udp = " UDP-Encaps" if sa.udp_encapsulation else ""
    serial = sa.serial_in if inbound else sa.serial_out
    window = f"  replay window size: {sa.replay_window}" if detailed else ""
    return [
        f"      spi: {spi(number)}",
        f"        transform: {words} ,",
        f"        in use settings ={{{mode}{udp}, }}",
        f"        conn id: {serial}, flow_id: SW:{serial}, sibling_flags 80000040, crypto map: {session.tag}",
        f"        sa timing: {_timing(pair, inbound)}",
        *iv,
        f"        replay detection support: {'Y' if sa.replay_window else 'N'}{window}",
        "        Status: ACTIVE(ACTIVE)",
    ]


def _timing(pair: Pair, inbound: bool) -> str:
    seconds = max(0, int(pair.remaining))
    if pair.kilobytes is None:
        return f"remaining key lifetime (sec): {seconds}"
    return f"remaining key lifetime (k/sec): ({kilobytes_left(pair, inbound)}/{seconds})"


def kilobytes_left(pair: Pair, inbound: bool) -> int:
    """What is left of the volume that one key may protect."""
    used = pair.traffic.octets_in if inbound else pair.traffic.octets_out
    return max(0, (pair.kilobytes or 0) - used // 1024)


def _local(session: Session) -> str:
    path = session.path
    source = session.tunnel.source_address
    return str(path.local.ip) if path else str(source) if isinstance(source, IPAddress) else "0.0.0.0"  # noqa: S104


def _mtus(session: Session, gateway: Gateway) -> tuple[int, int]:
    """The MTU for packets of the users, and the one of the way to the peer."""
    wan = gateway.interface(session.interface) if session.tunnel.policy_based else None
    outer = session.status.path_mtu or (wan.mtu if wan and wan.mtu else _ETHERNET)
    return session.status.mtu or outer, outer
