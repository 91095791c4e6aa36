"""With whom phase 1 is made: keys, ISAKMP profiles and what holds for all become peers (CI-02, CI-15)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.lower.isakmp import Phase1, detection
from kakehashi.dialects.cisco_ios.lower.keys import GLOBAL, KeyEntry, Keys, read_secret
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.pki import use_of
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, Hostname, IPNetwork, PeerAddress
from kakehashi.model.certificate import ANY_CERTIFICATE
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import DeadPeerDetection, ExchangeMode, Ikev1Peer, PeerIdentity
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import IdType


@dataclass(frozen=True, slots=True)
class Profile:
    """One `crypto isakmp profile`. `addresses`, `identities`: the peers that it matches."""

    name: str
    keyrings: tuple[str, ...]
    addresses: tuple[IPNetwork, ...]
    identities: tuple[Identity, ...]
    own_identity: Identity | None
    dpd: DeadPeerDetection | None
    aggressive: bool
    line: int
    trustpoints: tuple[str, ...] = ()

    def expects(self, peer: PeerAddress | IPNetwork) -> Identity | PeerIdentity:
        """Who a peer of that address may say it is."""
        if len(self.identities) == 1 and not self.addresses:
            return self.identities[0]
        return PeerIdentity.ANYTHING


@dataclass(frozen=True, slots=True)
class AggressivePeer:
    """One `crypto isakmp peer`: with it we begin in aggressive mode."""

    secret: Secret | None
    identity: Identity | None
    line: int


@dataclass(slots=True)
class Peers:
    """Makes the peers that tunnels ask for, each once, and those that may come by themselves."""

    phase1: Phase1
    keys: Keys
    profiles: Mapping[str, Profile]
    aggressive: Mapping[PeerAddress, AggressivePeer]
    report: Report
    used_profiles: set[str] = field(default_factory=set)
    _made: dict[str, Ikev1Peer] = field(default_factory=dict)
    _fixed: set[PeerAddress] = field(default_factory=set)

    def towards(self, peer: PeerAddress, profile: str | None, user: str, line: int) -> str | None:
        """The name of the peer at an address; None, and a finding, if there is no way to phase 1 with it."""
        chosen = self._profile(profile, user, line)
        self._fixed.add(peer)
        name = f"{peer} {chosen.name}" if chosen else str(peer)
        if name in self._made:
            return name
        special = self.aggressive.get(peer)
        entry = self.keys.find(peer, chosen.keyrings if chosen else ())
        if special is None and entry is None and not self.phase1.signs:
            self._tell_no_key(peer, chosen, user, line)
            return None
        secret = special.secret if special else entry.secret if entry else None
        where = special.line if special else entry.line if entry else line
        self._made[name] = self._peer(name, peer, secret, chosen, special, where)
        provable = secret is not None or self.phase1.signs
        return name if provable and self._made[name].proposals else None

    def coming(self, profile: str | None, user: str, line: int) -> tuple[str, ...]:
        """The names of the peers that a dynamic entry may hear from: those that no other tunnel names."""
        chosen = self._profile(profile, user, line)
        rings = chosen.keyrings if chosen else ()
        entries = [e for e in self.keys.entries if not rings or e.keyring in rings]
        names = []
        for entry in entries:
            if entry.address in self._fixed or (chosen and not _matches(chosen, entry)):
                continue
            self.keys.used.add(entry)
            names.append(self._of_key(entry, chosen))
        if not names and any(policy.is_usable for policy in self.phase1.policies):
            self.report.error(
                line,
                "undefined-key",
                f"{user} is for peers of unknown address, and there is no key for any",
                "add `crypto isakmp key SECRET address 0.0.0.0`",
            )
        return tuple(names)

    def made(self) -> tuple[Ikev1Peer, ...]:
        """All of them."""
        return tuple(self._made.values())

    def _of_key(self, entry: KeyEntry, profile: Profile | None) -> str:
        text = "any" if entry.address is ANY else str(entry.address)
        name = f"{text} {profile.name}" if profile else text
        if name not in self._made:
            named = isinstance(entry.address, Hostname)
            peer = self._peer(name, ANY if named else entry.address, entry.secret, profile, None, entry.line)
            self._made[name] = peer
        return name

    def _peer(
        self,
        name: str,
        address: PeerAddress | IPNetwork,
        secret: Secret | None,
        profile: Profile | None,
        special: AggressivePeer | None,
        line: int,
    ) -> Ikev1Peer:
        aggressive = special is not None or (profile is not None and profile.aggressive)
        identity = (special and special.identity) or (profile and profile.own_identity)
        return Ikev1Peer(
            name=name,
            address=address,
            secret=secret,
            proposals=self.phase1.proposals(self.report),
            mode=ExchangeMode.AGGRESSIVE if aggressive else ExchangeMode.MAIN,
            accepts_aggressive=self.phase1.accepts_aggressive,
            local_identity=identity or self.phase1.identity,
            peer_identity=profile.expects(address) if profile else PeerIdentity.ANYTHING,
            dpd=(profile and profile.dpd) or self.phase1.dpd,
            retransmit=defaults.IKEV1_RETRANSMIT,
            nat_traversal=self.phase1.nat_traversal,
            nat_keepalive=self.phase1.nat_keepalive if self.phase1.nat_traversal else None,
            fragmentation=self.phase1.fragmentation,
            vendor_ids=defaults.VENDOR_IDS,
            certificates=use_of(profile.trustpoints if profile else (), self.phase1.trustpoints)
            if self.phase1.signs
            else ANY_CERTIFICATE,
            source=self.report.source(line),
        )

    def _profile(self, name: str | None, user: str, line: int) -> Profile | None:
        if name is None:
            return None
        found = self.profiles.get(name)
        if found is None:
            undefined(
                self.report,
                line,
                "isakmp profile",
                name,
                user,
                self.profiles,
                f"add `crypto isakmp profile {name}`",
            )
            return None
        self.used_profiles.add(name)
        return found

    def _tell_no_key(self, peer: PeerAddress, profile: Profile | None, user: str, line: int) -> None:
        if not any(policy.is_usable for policy in self.phase1.policies):
            return  # there is a finding on each policy, and none would use a key
        where = f" in the keyring of the profile `{profile.name}`" if profile else ""
        known = ", ".join(dict.fromkeys(str(e.address) for e in self.keys.entries)) or "nobody"
        self.report.error(
            line,
            "undefined-key",
            f"{user}: there is no pre-shared key for {peer}{where} (there is one for: {known})",
            f"add `crypto isakmp key SECRET address {peer}`",
        )


def read_profiles(document: Document, keys: Keys, name: str, report: Report) -> dict[str, Profile]:
    """The ISAKMP profiles by name. `name` is the device's own, with its domain."""
    return {
        block.name: _profile(block, keys, name, report)
        for block in read_blocks(document, "crypto isakmp profile").values()
    }


def read_aggressive(document: Document, report: Report) -> dict[PeerAddress, AggressivePeer]:
    """The peers with which we begin in aggressive mode."""
    peers: dict[PeerAddress, AggressivePeer] = {}
    for block in read_blocks(document, "crypto isakmp peer", lambda s: str(s.get("address"))).values():
        password = block.last("set aggressive-mode password")
        endpoint = block.last("set aggressive-mode client-endpoint")
        if password is None and endpoint is None:
            continue
        secret = read_secret(password, report) if password else None
        identity = _written_identity(endpoint, "") if endpoint else None
        peers[block.opener.get("address")] = AggressivePeer(secret, identity, block.line)
        if password is None:
            report.error(
                block.line,
                "undefined-key",
                f"the peer {block.name} is met in aggressive mode, and no password is set for it",
                "add `set aggressive-mode password SECRET`",
            )
    return peers


def _profile(block: Block, keys: Keys, own_name: str, report: Report) -> Profile:
    rings = [s.get("keyring") for s in block.all("keyring")]
    for statement in block.all("keyring"):
        ring = statement.get("keyring")
        if ring not in keys.keyrings and ring != GLOBAL:
            undefined(
                report,
                statement.line,
                "keyring",
                ring,
                f"isakmp profile {block.name}",
                keys.keyrings,
                f"add `crypto keyring {ring}`",
            )
    matches = block.all("match identity")
    identities, addresses = _matched(matches, block, report)
    if not matches:
        report.warning(
            block.line,
            "profile-incomplete",
            f"isakmp profile {block.name} matches no identity: the device does not use it",
            "add `match identity address A`",
        )
    own = block.last("self-identity")
    return Profile(
        name=block.name,
        keyrings=tuple(rings),
        addresses=addresses,
        identities=identities,
        own_identity=_written_identity(own, own_name) if own else None,
        dpd=detection(block.last("keepalive")),
        aggressive=block.last("initiate mode") is not None,
        line=block.line,
    )


def _matched(
    lines: Iterable[Statement], block: Block, report: Report
) -> tuple[tuple[Identity, ...], tuple[IPNetwork, ...]]:
    identities: list[Identity] = []
    addresses: list[IPNetwork] = []
    for statement in lines:
        address = statement.get("address")
        if isinstance(address, IPv4Network | IPv6Network):
            addresses.append(address)
        elif address is not None:
            length = statement.get("address mask", 32)
            addresses.append(ip_network(f"{address}/{length}", strict=False))
        elif "hostname" in statement.values:
            identities.append(Identity.of(IdType.ID_FQDN, str(statement.get("hostname"))))
        elif "user" in statement.values:
            identities.append(Identity.of(IdType.ID_RFC822_ADDR, statement.get("user")))
        elif "group" in statement.values:
            identities.append(Identity.of(IdType.ID_KEY_ID, statement.get("group")))
        else:
            report.warning(
                statement.line,
                "not-yet",
                f"isakmp profile {block.name}: all peers of a domain are not there yet; the line has "
                "no effect",
            )
    return tuple(identities), tuple(addresses)


def _written_identity(statement: Statement, own_name: str) -> Identity | None:
    value = statement.get("value")
    match statement.get("identity"):
        case "fqdn":
            return Identity.of(IdType.ID_FQDN, value or own_name)
        case "user-fqdn":
            return Identity.of(IdType.ID_RFC822_ADDR, value or own_name)
        case "address" | None if (address := statement.get("address")) is not None and not isinstance(
            address, str
        ):
            kind = IdType.ID_IPV4_ADDR if address.version == 4 else IdType.ID_IPV6_ADDR
            return Identity(kind, address.packed)
    return None


def _matches(profile: Profile, entry: KeyEntry) -> bool:
    """May a peer with this key be one of the profile's?"""
    if not profile.addresses:
        return True
    if isinstance(entry.peers, Hostname):
        return False
    return any(a.version == entry.peers.version and a.overlaps(entry.peers) for a in profile.addresses)
