"""Do the filters of the interface towards the peer let IKE, ESP and AH through, or GRE (CI-09)?

UDP 500 and ESP (or AH) where no NAT is in the way, UDP 500 and 4500 where there is one (RFC 3948); GRE where
there is no IPsec. A packet filter knows nothing of conversations: an answer needs a line like everything
else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kakehashi.check.report import Remark, Severity
from kakehashi.check.rules.subject import Subject, where
from kakehashi.model.access_list import UDP, AccessEntry, AccessList, Packet, joined
from kakehashi.model.address import IKE_PORT, NAT_T_PORT, IPAddress
from kakehashi.model.gateway import Interface
from kakehashi.model.tunnel import PlainTunnel
from kakehashi.wire.registry.ikev2 import IntegrityId

_GRE, _ESP, _AH = 47, 50, 51


@dataclass(frozen=True, slots=True)
class _Kind:
    """What has to pass. `port` None: it has none. `line`: as an access list says it."""

    name: str
    protocol: int
    port: int | None
    rule: str
    line: str


_IKE = _Kind("IKE (UDP 500)", UDP, IKE_PORT, "filter-ike", "permit udp host {} host {} eq 500")
_NAT_T = _Kind("UDP 4500", UDP, NAT_T_PORT, "filter-nat-t", "permit udp host {} host {} eq 4500")
_PACKETS = _Kind("ESP", _ESP, None, "filter-esp", "permit esp host {} host {}")
_AUTHENTICATED = _Kind("AH", _AH, None, "filter-ah", "permit ahp host {} host {}")
_PLAIN = _Kind("GRE", _GRE, None, "filter-gre", "permit gre host {} host {}")


def check_filters(subject: Subject) -> Iterator[Remark]:
    """What the access lists hold back of what the tunnel needs."""
    own, peer, wan = subject.own, subject.peer, subject.wan
    if wan is None or own is None or peer is None or not (subject.tunnel.enabled and subject.is_found):
        return
    for rules, ends in _filters(subject, wan, own, peer):
        for kind in _kinds(subject):
            packet = _packet(kind, *ends)
            if not rules.permits(packet):
                yield _blocked(subject, wan, rules, kind, ends, rules.decides(packet))


def stops_ike(remark: Remark) -> bool:
    """Does it hold back what negotiates, not only what is protected?"""
    return remark.severity is Severity.ERROR and remark.rule not in (_PACKETS.rule, _AUTHENTICATED.rule)


def _kinds(subject: Subject) -> tuple[_Kind, ...]:
    if isinstance(subject.tunnel, PlainTunnel):
        return (_PLAIN,)
    return (_IKE, _NAT_T) if subject.nat else (_IKE, *_outermost(subject))


def _outermost(subject: Subject) -> Iterator[_Kind]:
    """What the tunnel's packets are outside: AH goes around ESP."""
    has_ah = {protection.ah != IntegrityId.NONE for protection in subject.tunnel.ipsec.protections()}
    if has_ah != {True}:
        yield _PACKETS
    if True in has_ah:
        yield _AUTHENTICATED


def _filters(
    subject: Subject, wan: Interface, own: IPAddress, peer: IPAddress
) -> Iterator[tuple[AccessList, tuple[IPAddress, IPAddress]]]:
    """Each filter as one list. On the way out not every device looks at what it sends itself."""
    for inbound, ends in ((True, (peer, own)), (False, (own, peer))):
        found = wan.filter(inbound, own.version)
        if found is not None and (inbound or found.own):
            rules = joined(found, subject.device.access_lists)
            if rules is not None:
                yield rules, ends


def _packet(kind: _Kind, source: IPAddress, destination: IPAddress) -> Packet:
    return Packet(
        source_address=source,
        destination_address=destination,
        protocol=kind.protocol,
        source_port=kind.port,
        destination_port=kind.port,
    )


def _blocked(
    subject: Subject,
    wan: Interface,
    rules: AccessList,
    kind: _Kind,
    ends: tuple[IPAddress, IPAddress],
    entry: AccessEntry | None,
) -> Remark:
    why = "no line of it permits that" if entry is None else "a line of it denies that"
    return Remark(
        rule=kind.rule,
        severity=Severity.ERROR,
        message=f"{subject.name}: the access list {rules.name} of {wan.name} lets no {kind.name} pass from "
        f"{ends[0]} to {ends[1]}: {why}",
        where=where(entry.source if entry else rules.source, wan.source),
        fix=f"add `{kind.line.format(*ends)}` to {rules.name}" + (" before that line" if entry else ""),
    )
