"""Completion of NEC UNIVERGE IX configurations."""

from kakehashi.dialects.nec_ix.words import GROUPS, HASHES, PHASE1_CIPHERS, word_of
from kakehashi.lab.complete.additions import (
    Addition,
    Additions,
    IkeProposal,
    InterfaceAddress,
    Unnumbered,
)
from kakehashi.model.gateway import Route


class NecIxCompleter:
    """Writes what is missing in the words of the NEC UNIVERGE IX."""

    dialect = "nec-ix"
    physical: tuple[str, ...] = ("GigaEthernet0.0", "GigaEthernet1.0", "GigaEthernet2.0", "GigaEthernet3.0")

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """Global commands first: a command inside an interface's block would end that block."""
        if not additions.items:
            return ()
        blocks: dict[str, list[str]] = {}
        for item in additions:
            match item:
                case InterfaceAddress():
                    blocks.setdefault(item.interface, []).append(_address(item))
                case Unnumbered():
                    family = "ip" if item.version == 4 else "ipv6"
                    blocks.setdefault(item.tunnel, []).append(f"{family} unnumbered {item.interface}")
        proposals = [_proposal(item) for item in additions if isinstance(item, IkeProposal)]
        routes = [_route(item) for item in additions.routes]
        interfaces = [
            line
            for name, body in blocks.items()
            for line in (
                "!",
                f"interface {name}",
                *(f"  {command}" for command in body),
                *_switch_on(name, additions),
            )
        ]
        return ("!", "! the rest is assumed by kakehashi lab", *proposals, *routes, *interfaces)


def _proposal(item: IkeProposal) -> str:
    proposal = item.proposal
    cipher, hash_word = word_of(proposal.cipher, PHASE1_CIPHERS), word_of(proposal.hash, HASHES)
    group = word_of(proposal.group, GROUPS)
    words = f"encryption {cipher} hash {hash_word} group {group} lifetime {proposal.lifetime}"
    return f"ike proposal {item.name} {words}"


def _address(item: InterfaceAddress) -> str:
    family = "ip" if item.address.version == 4 else "ipv6"
    return f"{family} address {item.address.with_prefixlen}"


def _switch_on(interface: str, additions: Additions) -> tuple[str, ...]:
    # A tunnel that is shut down stays so: that is a fault of the file, not something left out.
    numbered: list[Addition] = [
        item for item in additions if isinstance(item, InterfaceAddress) and item.interface == interface
    ]
    return ("  no shutdown",) if numbered else ()


def _route(route: Route) -> str:
    family = "ip" if route.destination.version == 4 else "ipv6"
    target = "default" if route.destination.prefixlen == 0 else route.destination.with_prefixlen
    return f"{family} route {target} {route.next_hop or route.interface}"


COMPLETER = NecIxCompleter()
