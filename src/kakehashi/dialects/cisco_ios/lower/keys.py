"""Pre-shared keys of IKEv1: `crypto isakmp key`, `crypto keyring` (CI-02, CI-15)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from kakehashi.dialects.blocks import Block, all_lines, read_blocks
from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, Hostname, IPNetwork, PeerAddress
from kakehashi.model.secret import Secret

GLOBAL = "default"  # the device's name for the keys outside of any keyring
_HIDDEN, _ENCRYPTED = 7, 6


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key, and the peers that it is for: a network, or a host's name. `secret` None: not readable."""

    keyring: str
    peers: IPNetwork | Hostname
    secret: Secret | None
    line: int

    @property
    def address(self) -> PeerAddress | IPNetwork:
        """The same as the address of a peer."""
        if isinstance(self.peers, Hostname):
            return self.peers
        if self.peers.prefixlen == 0:
            return ANY
        is_host = self.peers.prefixlen == self.peers.max_prefixlen
        return self.peers.network_address if is_host else self.peers

    def fits(self, peer: PeerAddress) -> bool:
        """Is it for such a peer?"""
        if isinstance(self.peers, IPv4Network | IPv6Network):
            if self.peers.prefixlen == 0:
                return True
            return not isinstance(peer, Hostname) and peer is not ANY and peer in self.peers
        return self.peers == peer


@dataclass(slots=True)
class Keys:
    """All keys, and which of them somebody asked for."""

    entries: tuple[KeyEntry, ...]
    keyrings: dict[str, Block]
    used: set[KeyEntry] = field(default_factory=set)
    _of_one: dict[PeerAddress, list[KeyEntry]] = field(default_factory=dict)
    _of_several: list[KeyEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        for entry in self.entries:
            address = entry.address
            if address is ANY or isinstance(address, IPv4Network | IPv6Network):
                self._of_several.append(entry)
            else:
                self._of_one.setdefault(address, []).append(entry)

    def find(self, peer: PeerAddress, keyrings: Iterable[str] = ()) -> KeyEntry | None:
        """The key of a peer: the one that fits most narrowly, of these keyrings if there are any."""
        allowed = set(keyrings)
        asked = [*self._of_one.get(peer, ()), *(e for e in self._of_several if e.fits(peer))]
        fitting = [e for e in asked if not allowed or e.keyring in allowed]
        best = max(fitting, key=_narrowness, default=None)
        if best is not None:
            self.used.add(best)
        return best

    def unused(self) -> Iterator[KeyEntry]:
        """Those that nobody asked for."""
        return (e for e in self.entries if e not in self.used)


def read_keys(document: Document, report: Report) -> Keys:
    """The keys outside of keyrings, and those in them; a later line for the same peers replaces one."""
    rings = read_blocks(document, "crypto keyring")
    entries: dict[tuple[str, object], KeyEntry] = {}
    lines = [(GLOBAL, s) for s in all_lines(document, "crypto isakmp key")]
    lines += [(name, s) for name, ring in rings.items() for s in ring.all("pre-shared-key")]
    for keyring, statement in lines:
        entry = KeyEntry(keyring, _peers(statement), read_secret(statement, report), statement.line)
        before = entries.get((keyring, entry.peers))
        if before is not None and before.secret != entry.secret:
            report.warning(
                before.line,
                "replaced",
                f"the key for {entry.peers} is set again in line {statement.line}, which holds",
            )
        entries[keyring, entry.peers] = entry
    return Keys(tuple(entries.values()), rings)


def read_secret(statement: Statement, report: Report, name: str = "secret") -> Secret | None:
    """The key that a line gives; None, and a finding, where the device has encrypted it."""
    secret = statement.get(name)
    kind = statement.get("key type", 0)
    if kind == _HIDDEN and secret is not None:
        revealed = reveal_type_7(secret)
        if revealed is None:
            report.error(statement.line, "invalid-value", "the key is not one of type 7")
        return revealed
    if kind == _ENCRYPTED:
        report.warning(
            statement.line,
            "encrypted-key",
            "the key is encrypted (type 6) with the device's own master key, and cannot be read here",
            "write the key as it is",
        )
        return None
    return secret if isinstance(secret, Secret) else None


def _peers(statement: Statement) -> IPNetwork | Hostname:
    name = statement.get("hostname")
    if isinstance(name, Hostname):
        return name
    address = statement.get("address")
    if isinstance(address, IPv4Network | IPv6Network):
        return address
    length = statement.get("address mask", 0 if int(address) == 0 else 32)
    return ip_network(f"{address}/{length}", strict=False)


def _narrowness(entry: KeyEntry) -> tuple[int, bool, int]:
    """Names before addresses, long prefixes before short ones, keys outside of keyrings before others."""
    length = 256 if isinstance(entry.peers, Hostname) else entry.peers.prefixlen
    return length, entry.keyring == GLOBAL, -entry.line
