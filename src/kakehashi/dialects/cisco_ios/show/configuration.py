"""`show crypto ipsec transform-set`, `show crypto map`: what is configured for SAs."""

from itertools import groupby

from kakehashi.dialects.cisco_ios.lower.selectors import read_pairs
from kakehashi.dialects.cisco_ios.show.flows import map_of, whole_kilobytes
from kakehashi.dialects.cisco_ios.show.names import transform
from kakehashi.dialects.cisco_ios.words import port_word, protocol_word
from kakehashi.dialects.report import Report
from kakehashi.model.access_list import AccessEntry, AddressMatch, Ports
from kakehashi.model.address import ANY
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel, Phase2Proposal
from kakehashi.model.policy import IpsecPolicy
from kakehashi.model.tunnel import Tunnel
from kakehashi.wire.registry.ikev2 import KeyExchangeId


def render_transform_sets(gateway: Gateway) -> str:
    """The transform sets that tunnels of IKEv1 use; those of IKEv2 are drawn together and have no names."""
    sets: dict[str, tuple[Phase2Proposal, str]] = {}
    for tunnel in gateway.tunnels:
        if isinstance(tunnel, Ikev1Tunnel):
            mode = tunnel.ipsec.mode.value.capitalize()
            sets |= {p.name: (p, mode) for p in tunnel.ipsec.proposals if p.name not in sets}
    lines: list[str] = []
    for name, (proposal, mode) in sets.items():
        words = transform(proposal.cipher, proposal.integrity, proposal.ah)
        lines += [f"Transform set {name}: {{ {words}  }} ", f"   will negotiate = {{ {mode},  }}, ", ""]
    return "\n".join(lines) + "\n" if lines else ""


def render_maps(gateway: Gateway) -> str:
    """The crypto maps, entry by entry, and the interfaces that bear them."""
    maps = [t for t in gateway.tunnels if t.policy_based]
    lines: list[str] = []
    for name, entries in groupby(maps, key=lambda t: map_of(t)[0]):
        several = list(entries)
        bearers = dict.fromkeys(t.outgoing.interface for t in several if t.outgoing)
        first = several[0].outgoing
        for tunnel in (t for t in several if t.outgoing == first or first is None):
            lines += _entry(name, tunnel, gateway)
            lines += [f"\tInterfaces using crypto map {name}:", *(f"\t\t{b}" for b in bearers), ""]
    return "\n".join(lines) + "\n" if lines else ""


def _entry(name: str, tunnel: Tunnel, gateway: Gateway) -> list[str]:
    ipsec = tunnel.ipsec
    version = ipsec.local_selectors[0].version if ipsec.local_selectors else 4
    lines = [f'Crypto Map IPv{version} "{name}" {map_of(tunnel)[1]} ipsec-isakmp']
    if not tunnel.enabled:
        lines += [
            "\tWARNING: This crypto map is in an incomplete state!",
            "\t\t(missing peer or access-list definitions)",
        ]
    peers = _peers(tunnel)
    lines += [f"\tPeer = {peer}" for peer in peers]
    lines += _access_list(tunnel, gateway)
    lines += [f"\tCurrent peer: {peer}" for peer in peers[:1]]
    lines += [_lifetime(tunnel), "\tDualstack (Y/N): N", "", "\tResponder-Only (Y/N): N", *_pfs(tunnel)]
    return [*lines, "\tMixed-mode : Disabled", "\tTransform sets={ ", *_sets(tunnel), "\t}"]


def _peers(tunnel: Tunnel) -> list[str]:
    if tunnel.peer_address is ANY:
        return []
    named = [name.split(" ")[0] for name in tunnel.peers] if isinstance(tunnel, Ikev1Tunnel) else []
    return list(dict.fromkeys([str(tunnel.peer_address), *named]))


def _access_list(tunnel: Tunnel, gateway: Gateway) -> list[str]:
    """The list whose lines are the selectors: the model keeps these, not its name."""
    wanted = (tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors, tunnel.bypass)
    for rules in gateway.access_lists:
        pairs = read_pairs(rules, "", Report(""))
        if (pairs.local, pairs.remote, pairs.bypass) == wanted:
            lines = [f"\t    access-list {rules.name} {_rule(entry)}" for entry in rules.entries]
            return [f"\tExtended IP access list {rules.name}", *lines]
    return ["\tNo matching address list set."]


def _rule(entry: AccessEntry) -> str:
    words = ["permit" if entry.permit else "deny", protocol_word(entry.protocol)]
    words += [_addresses(entry.source_address), *_ports(entry.source_ports, entry.protocol)]
    words += [_addresses(entry.destination_address), *_ports(entry.destination_ports, entry.protocol)]
    return " ".join(words)


def _addresses(match: AddressMatch) -> str:
    if match.wildcard == 0:
        return f"host {match.address}"
    if match.network is not None and match.network.prefixlen == 0:
        return "any"
    return f"{match.address} {type(match.address)(match.wildcard)}"


def _ports(ports: Ports, protocol: int | None) -> list[str]:
    if not ports:
        return []
    if all(low == high for low, high in ports):
        return ["eq", *(port_word(low, protocol) for low, _ in ports)]
    return ["range", *(str(port) for port in ports[0])]


def _lifetime(tunnel: Tunnel) -> str:
    ipsec = tunnel.ipsec
    if isinstance(ipsec, IpsecPolicy):
        kilobytes, seconds = whole_kilobytes(ipsec.soft_bytes) or 0, ipsec.rekey.lifetime
    else:
        proposals = tunnel.ipsec.proposals if isinstance(tunnel, Ikev1Tunnel) else ()
        kilobytes = proposals[0].kilobytes or 0 if proposals else 0
        seconds = proposals[0].lifetime if proposals else 0
    return f"\tSecurity association lifetime: {kilobytes} kilobytes/{seconds} seconds"


def _pfs(tunnel: Tunnel) -> list[str]:
    if isinstance(tunnel, Ikev1Tunnel):
        group = tunnel.ipsec.pfs
    else:
        groups = tunnel.ipsec.algorithms.key_exchanges if isinstance(tunnel.ipsec, IpsecPolicy) else ()
        group = groups[0] if groups else KeyExchangeId.NONE
    if group == KeyExchangeId.NONE:
        return ["\tPFS (Y/N): N"]
    return ["\tPFS (Y/N): Y", f"\tDH group:  group{int(group)}"]


def _sets(tunnel: Tunnel) -> list[str]:
    if isinstance(tunnel, Ikev1Tunnel):
        return [
            f"\t\t{p.name}:  {{ {transform(p.cipher, p.integrity, p.ah)}  }} , "
            for p in tunnel.ipsec.proposals
        ]
    protections = dict.fromkeys(tunnel.ipsec.protections())
    return [f"\t\t{{ {transform(p.cipher, p.integrity)}  }} , " for p in protections]
