"""Policy settings become an IkePolicy and an IpsecPolicy."""

from collections.abc import Sequence
from typing import TypeVar

from kakehashi.dialects.document import Statement
from kakehashi.dialects.nec_ix import defaults
from kakehashi.dialects.nec_ix.lower.settings import Settings
from kakehashi.dialects.report import Report
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey, ResponderSelectors
from kakehashi.model.selector import ANY_IPV4, ANY_IPV6, EVERYTHING, TrafficSelector

T = TypeVar("T")
_PROTOCOLS_WITH_PORTS = (6, 17, 33, 132, 136)  # TCP, UDP, DCCP, SCTP, UDP-Lite


def ike_policy(settings: Settings, *, may_rekey: bool) -> IkePolicy:
    """The policy of an IKE SA. `may_rekey` is False towards a peer of unknown address (manual 2.25.2.1.4)."""
    dpd = settings.one("dpd")
    nat = settings.one("nat-traversal")
    nat_on = defaults.NAT_TRAVERSAL if nat is None else not nat.negated
    keepalive = nat.get("keepalive", defaults.NAT_KEEPALIVE) if nat else defaults.NAT_KEEPALIVE
    return IkePolicy(
        algorithms=IkeAlgorithms(
            ciphers=_strongest_first(settings, "sa-proposal enc", defaults.CIPHER_ORDER),
            integrities=_strongest_first(settings, "sa-proposal integrity", defaults.INTEGRITY_ORDER),
            prfs=_strongest_first(settings, "sa-proposal prf", defaults.PRF_ORDER),
            key_exchanges=_strongest_first(settings, "sa-proposal dh", defaults.GROUP_ORDER),
        ),
        rekey=Rekey(_seconds(settings, "sa-lifetime", defaults.SA_LIFETIME), defaults.SA_REKEY_BEFORE_END),
        dpd_interval=dpd.get("seconds") if dpd else None,
        nat_traversal=nat_on,
        nat_keepalive=keepalive if nat_on else None,
        retransmit=defaults.RETRANSMIT,
        send_initial_contact=True,
        send_delete=settings.one("suppress send-delete") is None,
        start_rekey=may_rekey and settings.one("suppress send-rekey") is None,
    )


def ipsec_policy(settings: Settings, report: Report, *, frames: bool = False) -> IpsecPolicy:
    """The policy of the Child SAs of a tunnel. `frames`: it carries Ethernet frames, in either mode."""
    mode = settings.one("ipsec-mode")
    is_transport = frames and mode is not None and mode.get("mode") != "tunnel"
    replay = settings.one("anti-replay")
    local, remote = _selectors(settings, report)
    pfs = settings.one("child-pfs")
    return IpsecPolicy(
        mode=EncapsulationMode.TRANSPORT if is_transport else EncapsulationMode.TUNNEL,
        algorithms=ChildAlgorithms(
            ciphers=_strongest_first(settings, "child-proposal enc", defaults.CIPHER_ORDER),
            integrities=_strongest_first(settings, "child-proposal integrity", defaults.INTEGRITY_ORDER),
            key_exchanges=_order(pfs.get("values"), defaults.GROUP_ORDER) if pfs else defaults.CHILD_PFS,
        ),
        rekey=Rekey(
            _seconds(settings, "child-lifetime", defaults.CHILD_LIFETIME), defaults.CHILD_REKEY_BEFORE_END
        ),
        local_selectors=local,
        remote_selectors=remote,
        responder_selectors=ResponderSelectors.AS_PROPOSED,
        replay_window=0 if replay is not None and replay.negated else defaults.REPLAY_WINDOW,
        mtu_ignore=settings.one("ipsec mtu ignore") is not None,
        pre_fragment=settings.one("ipsec pre-fragment") is not None,
        df_bit=defaults.df_bit(settings.one("ipsec mtu ignore") is not None),
    )


def check_policy(settings: Settings, report: Report, *, frames: bool = False) -> None:
    """Say what a policy asks for that does not go well, or that is not there yet. `frames`: of EtherIP."""
    delete = settings.one("suppress send-delete")
    if delete is not None and settings.one("suppress send-rekey") is None:
        report.warning(
            delete.line,
            "suppress-delete-only",
            "DELETE is suppressed and rekeying is not: renewing the keys fails and traffic stops",
            "add `suppress send-rekey`",
        )
    mode = settings.one("ipsec-mode")
    if mode is not None and mode.get("mode") != "tunnel" and not frames:
        report.warning(mode.line, "not-yet", "transport mode is not there yet; tunnel mode is used")
    nat = settings.one("nat-traversal")
    if nat is not None and nat.get("force"):
        message = "`force` is not there yet; ESP goes in UDP only where a NAT is found"
        report.warning(nat.line, "not-yet", message)


def _seconds(settings: Settings, key: str, default: int) -> int:
    statement = settings.one(key)
    return statement.get("seconds", default) if statement else default


def _strongest_first(settings: Settings, key: str, order: Sequence[T]) -> tuple[T, ...]:
    """The algorithms chosen for `key`, or all. The device prefers the strongest, however they are written."""
    statement = settings.one(key)
    return _order(statement.get("values"), order) if statement else tuple(order)


def _order(chosen: Sequence[T], order: Sequence[T]) -> tuple[T, ...]:
    return tuple(value for value in order if value in chosen)


def _selectors(
    settings: Settings, report: Report
) -> tuple[tuple[TrafficSelector, ...], tuple[TrafficSelector, ...]]:
    """Both sides' selectors. A side left open follows the IP versions of the other."""
    local = _side(settings.all("local-ts"), report)
    remote = _side(settings.all("remote-ts"), report)
    if local and remote and not {s.version for s in local} & {s.version for s in remote}:
        line = settings.all("remote-ts")[0].line
        report.error(
            line,
            "selector-versions",
            "local-ts and remote-ts are of different IP versions; no packet fits both",
            "give both sides prefixes of one IP version",
        )
    return local or _open(remote), remote or _open(local)


def _open(other: tuple[TrafficSelector, ...]) -> tuple[TrafficSelector, ...]:
    versions = {s.version for s in other}
    return tuple(s for s in EVERYTHING if not versions or s.version in versions)


def _side(lines: Sequence[Statement], report: Report) -> tuple[TrafficSelector, ...]:
    selectors: list[TrafficSelector] = []
    for statement in lines:
        protocol = statement.get("protocol", 0)
        low = statement.get("port", 0)
        high = statement.get("last_port", statement.get("port", 65535))
        if "port" in statement.values and protocol not in _PROTOCOLS_WITH_PORTS:
            report.error(
                statement.line,
                "selector-port",
                f"`{statement.key}` names a port without a protocol that has ports",
                "write `protocol tcp` or `protocol udp` before `port`",
            )
            low, high = 0, 65535
        if high < low:
            report.error(statement.line, "selector-port", f"the range of ports {low} to {high} is empty")
            low, high = high, low
        prefix = statement.get("prefix")
        ranges = (
            [(prefix.network_address, prefix.broadcast_address)]
            if prefix is not None
            else [(s.start, s.end) for s in (ANY_IPV4, ANY_IPV6)]
        )
        selectors += [TrafficSelector(start, end, protocol, low, high) for start, end in ranges]
    return tuple(selectors)
