"""Completion of NEC UNIVERGE IX configurations."""

from kakehashi.dialects.nec_ix.words import GROUPS, HASHES, PHASE1_CIPHERS, word_of
from kakehashi.lab.complete.additions import Additions, IkeProposal, InterfaceAddress, written
from kakehashi.model.gateway import Route


class NecIxCompleter:
    """Writes what is missing in the words of the NEC UNIVERGE IX."""

    dialect = "nec-ix"
    physical: tuple[str, ...] = ("GigaEthernet0.0", "GigaEthernet1.0", "GigaEthernet2.0", "GigaEthernet3.0")

    def lines(self, additions: Additions) -> tuple[str, ...]:
        """The configuration lines of `additions`; none for none."""
        proposals = [_proposal(item) for item in additions if isinstance(item, IkeProposal)]
        return written(additions, (*proposals, *map(_route, additions.routes)), _address, "  ")


def _proposal(item: IkeProposal) -> str:
    proposal = item.proposal
    cipher, hash_word = word_of(proposal.cipher, PHASE1_CIPHERS), word_of(proposal.hash, HASHES)
    group = word_of(proposal.group, GROUPS)
    words = f"encryption {cipher} hash {hash_word} group {group} lifetime {proposal.lifetime}"
    return f"ike proposal {item.name} {words}"


def _address(item: InterfaceAddress) -> tuple[str, ...]:
    family = "ip" if item.address.version == 4 else "ipv6"
    return (f"{family} address {item.address.with_prefixlen}", "no shutdown")


def _route(route: Route) -> str:
    family = "ip" if route.destination.version == 4 else "ipv6"
    target = "default" if route.destination.prefixlen == 0 else route.destination.with_prefixlen
    return f"{family} route {target} {route.next_hop or route.interface}"


COMPLETER = NecIxCompleter()
