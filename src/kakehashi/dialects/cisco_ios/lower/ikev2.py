"""IKEv2: proposals, policies, keyrings and profiles become the two sides of a tunnel (CI-15)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from kakehashi.dialects.blocks import Block, last_line, read_blocks
from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.interface import own_address
from kakehashi.dialects.cisco_ios.lower.keyring import Keyring, KeyringPeer
from kakehashi.dialects.cisco_ios.lower.keys import read_secret
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.cisco_ios.lower.pki import read_maps, read_trustpoints, use_of
from kakehashi.dialects.cisco_ios.words import PRF_OF_INTEGRITY
from kakehashi.dialects.document import Document, Statement, statements
from kakehashi.dialects.report import Report
from kakehashi.model.address import ANY, IPAddress, IPNetwork, PeerAddress
from kakehashi.model.algorithms import Cipher, IkeAlgorithms
from kakehashi.model.certificate import ANY_CERTIFICATE, CertificateMap, CertificateUse, KeyKind, Trustpoint
from kakehashi.model.gateway import Interface
from kakehashi.model.identity import Authentication, AuthenticationMethod, Identity
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import ConnectType, Ikev2Tunnel, OutgoingInterface, Party
from kakehashi.wire.registry.ikev2 import IdType, IntegrityId, PrfId

DEFAULT = "default"
_COMMON = ("crypto ikev2 dpd", "crypto ikev2 nat keepalive", "crypto ikev2 fragmentation")
_TYPES = {"fqdn": IdType.ID_FQDN, "email": IdType.ID_RFC822_ADDR, "key-id": IdType.ID_KEY_ID}
_NOBODY = Identity(IdType.ID_KEY_ID, b"")


@dataclass(slots=True)
class Ikev2:
    """What tunnels of IKEv2 refer to, and what was used of it."""

    interfaces: Mapping[str, Interface]
    report: Report
    common: Mapping[str, Statement | None]  # the lines that stand for all, by their keys
    profiles: Mapping[str, Block] = field(default_factory=dict)
    keyrings: Mapping[str, Keyring] = field(default_factory=dict)
    policies: Mapping[str, Block] = field(default_factory=dict)
    proposals: Mapping[str, Block] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    maps: Mapping[str, tuple[CertificateMap, ...]] = field(default_factory=dict)
    trustpoints: Mapping[str, Trustpoint] = field(default_factory=dict)

    def policy(self, profile: Block | None, local: IPAddress | None) -> IkePolicy:
        """The policy of the IKE SAs of a profile."""
        lifetime = profile.last("lifetime") if profile else None
        dpd = (profile.last("dpd") if profile else None) or self.common["crypto ikev2 dpd"]
        nat = (profile.last("nat keepalive") if profile else None) or self.common[
            "crypto ikev2 nat keepalive"
        ]
        return IkePolicy(
            algorithms=self._algorithms(local),
            rekey=Rekey(
                lifetime.get("seconds") if lifetime else defaults.IKEV2_LIFETIME,
                defaults.IKEV2_REKEY_BEFORE_END,
            ),
            dpd_interval=dpd.get("seconds") if dpd else None,
            nat_keepalive=nat.get("seconds") if nat else defaults.NAT_KEEPALIVE,
            retransmit=defaults.IKEV2_RETRANSMIT,
            fragmentation=self.common["crypto ikev2 fragmentation"] is not None,
        )

    def tunnel(
        self,
        *,
        interface: str,
        profile: Statement,
        what: str,
        peer: PeerAddress,
        enabled: bool,
        ipsec: IpsecPolicy,
        source_address: IPAddress | str | None,
        outgoing: OutgoingInterface | None,
        line: int,
        connect: ConnectType = ConnectType.ON_DEMAND,
        policy_based: bool = False,
        multipoint: bool = False,
        anybody: bool = False,
    ) -> Ikev2Tunnel:
        """The tunnel that uses the profile that a line names. `what` is the user in messages. `anybody`: all
        of a group may be its peer, side by side.
        """
        name = profile.get("ikev2 profile")
        block = self.profiles.get(name)
        own = source_address if isinstance(source_address, IPAddress) else None
        parties = self._parties(block, own) if multipoint and block is not None else ()
        if block is None:
            remedy = f"add `crypto ikev2 profile {name}`"
            undefined(self.report, profile.line, "ikev2 profile", name, what, self.profiles, remedy)
            local = peer_side = Authentication(AuthenticationMethod.PSK, _NOBODY)
        else:
            self.used.add(("profile", name))
            self._check_own_address(block, what, own)
            group = _group(block) if multipoint or (anybody and _is_group(block)) else ()
            local, peer_side = (
                (parties[0].local, parties[0].peer)
                if parties
                else self._sides(block, what, peer, own, group=group)
            )
        secrets = all(
            side.secret is not None or side.method is AuthenticationMethod.SIGNATURE
            for side in (local, peer_side)
        )
        usable = secrets and (peer_side.identity != _NOBODY or peer_side.anybody)
        return Ikev2Tunnel(
            interface=interface,
            enabled=enabled and usable,
            peer_address=peer,
            local=local,
            peer=peer_side,
            ike=self.policy(block, own),
            ipsec=ipsec,
            connect=connect,
            outgoing=outgoing,
            source_address=source_address,
            policy_based=policy_based,
            multipoint=multipoint,
            parties=parties,
            source=self.report.source(line),
        )

    def _parties(self, block: Block, own: IPAddress | None) -> tuple[Party, ...]:
        """Of a tunnel with many peers those that the keyring has a key for each of, and none for all."""
        methods = [block.last(f"authentication {side}") for side in ("local", "remote")]
        name = keyring.get("keyring") if (keyring := block.last("keyring")) else None
        ring = self.keyrings.get(name or "")
        by_keyring = all(m and m.get("method") == "pre-share" and "secret" not in m.values for m in methods)
        if ring is None or not by_keyring or ring.find(ANY, None) is not None:
            return ()
        self.used.add(("keyring", name or ""))
        our_identity, our_line = self._own_identity(block, own)
        lines = block.all("match identity remote")
        found = []
        for address in ring.hosts:
            entry = ring.find(address, None)
            line = next((s for s in lines if s.get("type") == "any" or _includes(s, address)), None)
            if line is None or entry is None or entry.local is None or entry.remote is None:
                continue
            local = Authentication(
                AuthenticationMethod.PSK,
                our_identity or _NOBODY,
                entry.local,
                self.report.source(our_line),
                by_address=our_identity is None,
            )
            identity, source = Identity.of_address(address), self.report.source(line.line)
            peer = Authentication(AuthenticationMethod.PSK, identity, entry.remote, source)
            found.append(Party(address, local, peer))
        return tuple(found)

    def _check_own_address(self, block: Block, what: str, own: IPAddress | None) -> None:
        """A profile may be for some of our addresses only."""
        lines = block.all("match address local")
        if lines and own is not None and not any(self._is_local(line, own) for line in lines):
            self.report.warning(
                lines[0].line,
                "profile-address",
                f"ikev2 profile {block.name} is for another address of ours than {own}, which {what} has: "
                "the device does not use it for this tunnel",
                f"add `match address local {own}`",
            )

    def _sides(
        self,
        block: Block,
        what: str,
        peer: PeerAddress,
        own: IPAddress | None,
        *,
        group: tuple[IPNetwork, ...],
    ) -> tuple[Authentication, Authentication]:
        """How we and the peer prove who we are."""
        their_identity, their_line = (None, block.line) if group else self._peer_identity(block, peer)
        our_identity, our_line = self._own_identity(block, own)
        entry = self._keyring_entry(block, what, peer, their_identity)
        self._check_trustpoints(block)
        sides = []
        for side, identity, line in (
            ("local", our_identity, our_line),
            ("remote", their_identity, their_line),
        ):
            method = block.last(f"authentication {side}")
            secret = self._secret(side, method, entry)
            self._tell_side(block, what, side, method, secret, entry)
            sides.append(
                Authentication(
                    _method(method),
                    identity or _NOBODY,
                    secret,
                    self.report.source(line),
                    by_address=side == "local" and identity is None,
                    by_subject=side == "local" and _is_subject(block),
                    anybody=side == "remote" and (bool(group) or _is_anybody(block)),
                    within=group if side == "remote" and not _is_group(block) else (),
                    certificates=self._certificates(block, side, method),
                )
            )
        return sides[0], sides[1]

    def _check_trustpoints(self, block: Block) -> None:
        """Names that lead nowhere."""
        for line in block.all("pki trustpoint"):
            name = line.get("trustpoint")
            if name not in self.trustpoints:
                user, remedy = f"ikev2 profile {block.name}", f"add `crypto pki trustpoint {name}`"
                undefined(self.report, line.line, "trustpoint", name, user, self.trustpoints, remedy)

    def _certificates(self, block: Block, side: str, method: Statement | None) -> CertificateUse:
        """Those of the trustpoints that the profile names for a side, else all."""
        if _method(method) is AuthenticationMethod.PSK:
            for line in block.all("match certificate") if side == "remote" else ():
                self.report.info(
                    line.line,
                    "unused-certificate-map",
                    f"ikev2 profile {block.name}: the peer has a pre-shared key and no certificate that "
                    "could fit",
                )
            return ANY_CERTIFICATE
        other = "verify" if side == "local" else "sign"
        names = [s.get("trustpoint") for s in block.all("pki trustpoint") if s.get("use") != other]
        curve = method is not None and method.get("method") == "ecdsa-sig"
        use = use_of(names, self.trustpoints, KeyKind.ECDSA if curve else KeyKind.RSA)
        return replace(use, attributes=self._attributes(block)) if side == "remote" else use

    def _attributes(self, block: Block) -> tuple[CertificateMap, ...]:
        """What the peer's certificate must be like: it fits one of the maps that the profile names."""
        found: list[CertificateMap] = []
        for line in block.all("match certificate"):
            name = line.get("map")
            self.used.add(("certificate map", name))
            if name not in self.maps:
                user, remedy = f"ikev2 profile {block.name}", f"add `crypto pki certificate map {name} 10`"
                undefined(self.report, line.line, "certificate map", name, user, self.maps, remedy)
            found += self.maps.get(name, ())
        return tuple(found)

    def _secret(self, side: str, method: Statement | None, entry: KeyringPeer | None) -> Secret | None:
        if method is not None and "secret" in method.values:
            return read_secret(method, self.report)
        if entry is None or (method is not None and method.get("method") != "pre-share"):
            return None
        return entry.local if side == "local" else entry.remote

    def _tell_side(
        self,
        block: Block,
        what: str,
        side: str,
        method: Statement | None,
        secret: Secret | None,
        entry: KeyringPeer | None,
    ) -> None:
        report = self.report
        if method is None:
            report.error(
                block.line,
                "no-authentication",
                f"ikev2 profile {block.name} has no `authentication {side}`: the device does not use it",
                f"add `authentication {side} pre-share`",
            )
        elif method.get("method") in ("rsa-sig", "ecdsa-sig"):
            if not self.trustpoints:
                report.warning(
                    method.line,
                    "no-trustpoint",
                    f"ikev2 profile {block.name}: there is no trustpoint whose certificates it could use",
                    "add `crypto pki trustpoint NAME`",
                )
        elif method.get("method") != "pre-share":
            report.warning(
                method.line,
                "not-yet",
                f"ikev2 profile {block.name}: `authentication {side} {method.get('method')}` is not "
                "there yet; "
                f"{what} stays down",
            )
        elif secret is None and method.get("key type") != 6 and (entry is None or entry.line == 0):
            report.error(
                method.line,
                "undefined-key",
                f"{what}: there is no pre-shared key for the peer in the ikev2 profile {block.name}",
                "add `keyring local NAME` with a `peer` that has its address",
            )
        elif secret is None and entry is not None and method.get("key type") != 6:
            report.error(
                entry.line,
                "undefined-key",
                f"the peer {entry.name} of the keyring has no key for the {side} side",
                "add `pre-shared-key SECRET`",
            )

    def _keyring_entry(
        self, block: Block, what: str, peer: PeerAddress, identity: Identity | None
    ) -> KeyringPeer | None:
        line = block.last("keyring")
        if line is None:
            return None
        if line.get("aaa"):
            self.report.warning(
                line.line, "not-yet", f"ikev2 profile {block.name}: keys of a server are not there yet"
            )
            return None
        name = line.get("keyring")
        ring = self.keyrings.get(name)
        if ring is None:
            remedy = f"add `crypto ikev2 keyring {name}`"
            user = f"ikev2 profile {block.name}"
            undefined(self.report, line.line, "ikev2 keyring", name, user, self.keyrings, remedy)
            return None
        self.used.add(("keyring", name))
        return ring.find(peer, identity)

    def _own_identity(self, block: Block, own: IPAddress | None) -> tuple[Identity | None, int]:
        """Who we are; None: our address, which only the host knows."""
        line = block.last("identity local")
        if line is None:
            return (Identity.of_address(own) if own is not None else None), block.line
        if line.get("type") == "dn":
            # It is the certificate's, which the store has; without one it is our address.
            return (Identity.of_address(own) if own is not None else None), line.line
        return _identity(line), line.line

    def _peer_identity(self, block: Block, peer: PeerAddress) -> tuple[Identity | None, int]:
        """The identity that the peer must have. The model knows one; the device takes any that matches."""
        lines = block.all("match identity remote")
        of_map = block.last("match certificate")
        if _is_anybody(block) and of_map is not None and isinstance(peer, IPAddress):
            return Identity.of_address(peer), of_map.line
        if not lines:
            self.report.error(
                block.line,
                "no-identity",
                f"ikev2 profile {block.name} matches no identity: the device does not use it",
                "add `match identity remote address A 255.255.255.255`",
            )
            return None, block.line
        exact = [(i, s.line) for s in lines if (i := _exact(s)) is not None]
        by_address = next((s for s in lines if isinstance(peer, IPAddress) and _includes(s, peer)), None)
        if by_address is not None and isinstance(peer, IPAddress):
            chosen = (Identity.of_address(peer), by_address.line)
        elif exact:
            chosen = exact[0]
        else:
            self.report.warning(
                lines[0].line,
                "not-yet",
                f"ikev2 profile {block.name}: a peer of unknown address that may be anybody of a "
                "group is not "
                "there yet",
                "match one identity",
            )
            return None, lines[0].line
        if len(lines) > 1 or (by_address is not None and not exact):
            self.report.info(
                chosen[1],
                "one-identity",
                f"ikev2 profile {block.name} takes several identities; here the peer must be {chosen[0]}",
            )
        return chosen

    def _algorithms(self, local: IPAddress | None) -> IkeAlgorithms:
        """What the policy for our address offers: its proposals in their order."""
        policy = self._chosen_policy(local)
        names = [s.get("proposal") for s in policy.all("proposal")] if policy else []
        blocks: list[Block] = []
        for statement in policy.all("proposal") if policy else ():
            name = statement.get("proposal")
            if name in self.proposals:
                self.used.add(("proposal", name))
                blocks.append(self.proposals[name])
            elif name != DEFAULT:
                user = f"ikev2 policy {policy.name}" if policy else ""
                remedy = f"add `crypto ikev2 proposal {name}`"
                undefined(self.report, statement.line, "ikev2 proposal", name, user, self.proposals, remedy)
        if not blocks and DEFAULT in self.proposals and (policy is None or DEFAULT in names):
            blocks = [self.proposals[DEFAULT]]
        first, *others = [_set(block) for block in blocks] or [_set(None)]
        return replace(first, alternatives=tuple(others))

    def _chosen_policy(self, local: IPAddress | None) -> Block | None:
        """The policy that names our address, else one that names none."""
        open_to_all = None
        for policy in self.policies.values():
            lines = policy.all("match address local")
            if not lines:
                open_to_all = open_to_all or policy
            elif any(self._is_local(line, local) for line in lines):
                self.used.add(("policy", policy.name))
                return policy
        if open_to_all is not None:
            self.used.add(("policy", open_to_all.name))
        return open_to_all

    def _is_local(self, line: Statement, local: IPAddress | None) -> bool:
        if line.get("address") is not None:
            return bool(line.get("address") == local)
        name = interface_of(line, "interface")
        return local is not None and name is not None and own_address(self.interfaces, name) == local


def _is_subject(block: Block) -> bool:
    """Are we the subject of our certificate?"""
    line = block.last("identity local")
    return line is not None and line.get("type") == "dn" and _signs(block, "local")


def _group(block: Block) -> tuple[IPNetwork, ...]:
    """The networks whose addresses the peers may say they are, where each peer is one of many."""
    lines = block.all("match identity remote")
    if _is_group(block):
        return (ip_network("0.0.0.0/0"), ip_network("::/0"))
    return tuple(_network(s) for s in lines if s.get("type") == "address" and "value" not in s.values)


def _is_anybody(block: Block) -> bool:
    """Does the certificate alone decide who the peer is?"""
    named = block.all("match identity remote")
    return not named and block.last("match certificate") is not None and _signs(block, "remote")


def _is_group(block: Block) -> bool:
    """Does the profile take every address, or whoever it is? The key decides, or the certificate."""
    return any(
        line.get("type") == "any"
        or (line.get("type") == "address" and "value" not in line.values and _network(line).prefixlen == 0)
        for line in block.all("match identity remote")
    )


def _signs(block: Block, side: str) -> bool:
    return _method(block.last(f"authentication {side}")) is AuthenticationMethod.SIGNATURE


def read_ikev2(document: Document, interfaces: Mapping[str, Interface], report: Report) -> Ikev2:
    """Everything that begins with `crypto ikev2`."""
    rings = read_blocks(document, "crypto ikev2 keyring")
    return Ikev2(
        interfaces=interfaces,
        report=report,
        common={key: last_line(document, key) for key in _COMMON},
        profiles=read_blocks(document, "crypto ikev2 profile"),
        keyrings={name: Keyring(tuple(_keyring_peers(block, report))) for name, block in rings.items()},
        policies=read_blocks(document, "crypto ikev2 policy"),
        proposals=_proposals(document, report),
        trustpoints=read_trustpoints(document, Report(report.file)),
        maps=read_maps(document),
    )


def _proposals(document: Document, report: Report) -> dict[str, Block]:
    blocks = read_blocks(document, "crypto ikev2 proposal")
    for block in blocks.values():
        missing = [key for key in ("encryption", "group") if block.last(key) is None]
        encryption = block.last("encryption")
        aead = encryption is not None and all(c.is_aead for c in encryption.get("values", ()))
        if block.last("integrity") is None and not aead:
            missing.append("integrity")
        if aead and block.last("prf") is None:
            missing.append("prf")
        if missing and block.name != DEFAULT:
            report.warning(
                block.line,
                "proposal-incomplete",
                f"ikev2 proposal {block.name} has no {' and no '.join(missing)}: the device does not use it; "
                "here the default is taken for it",
                f"add `{missing[0]} ...`",
            )
    return blocks


def _keyring_peers(block: Block, report: Report) -> Iterator[KeyringPeer]:
    for statement in block.all("peer"):
        lines = Block(statement.get("name"), statement, list(statements(statement.body)))
        identity = lines.last("identity")
        keys: dict[str, Secret | None] = {}
        for line in lines.all("pre-shared-key"):
            secret = read_secret(line, report)
            for side in [line.get("side")] if line.get("side") else ["local", "remote"]:
                keys[side] = secret
        hostname = lines.last("hostname")
        yield KeyringPeer(
            name=statement.get("name"),
            addresses=tuple(_network(line) for line in lines.all("address")),
            hostname=hostname.get("hostname") if hostname else None,
            identity=_exact(identity) if identity else None,
            local=keys.get("local"),
            remote=keys.get("remote"),
            line=statement.line,
        )


def _set(block: Block | None) -> IkeAlgorithms:
    """The algorithms of one proposal; what it leaves out is the device's default."""
    ciphers: tuple[Cipher, ...] = _values(block, "encryption") or defaults.IKEV2_CIPHERS
    aead = all(c.is_aead for c in ciphers)
    default = () if aead else defaults.IKEV2_INTEGRITIES
    integrities: tuple[IntegrityId, ...] = _values(block, "integrity") or default
    prfs: tuple[PrfId, ...] = _values(block, "prf")
    if not prfs:
        # Without a line the PRF is the one of the integrity algorithm.
        prfs = tuple(dict.fromkeys(PRF_OF_INTEGRITY[i] for i in integrities)) or defaults.IKEV2_PRFS
    return IkeAlgorithms(
        ciphers=ciphers,
        integrities=integrities,
        prfs=prfs,
        key_exchanges=_values(block, "group") or defaults.IKEV2_GROUPS,
    )


def _values(block: Block | None, key: str) -> tuple[Any, ...]:
    line = block.last(key) if block else None
    return tuple(dict.fromkeys(line.get("values", ()))) if line else ()


def _method(line: Statement | None) -> AuthenticationMethod:
    written = line.get("method") if line else "pre-share"
    signs = written in ("rsa-sig", "ecdsa-sig")
    return AuthenticationMethod.SIGNATURE if signs else AuthenticationMethod.PSK


def _network(line: Statement) -> IPNetwork:
    address = line.get("address")
    if isinstance(address, IPv4Network | IPv6Network):
        return address
    length = line.get("address mask", 0 if int(address) == 0 else 32)
    return ip_network(f"{address}/{length}", strict=False)


def _exact(line: Statement) -> Identity | None:
    """The one identity that a line means; None where it means several."""
    if line.get("domain") or line.get("type") == "any":
        return None
    if line.get("type") == "address" and "value" not in line.values:
        network = _network(line)
        return Identity.of_address(network.network_address) if network.num_addresses == 1 else None
    return _identity(line)


def _identity(line: Statement) -> Identity | None:
    value = line.get("value")
    if line.get("type") == "address":
        return Identity.of_address(value)
    return Identity.of(_TYPES[line.get("type")], value)


def _includes(line: Statement, peer: IPAddress) -> bool:
    if line.get("type") == "any":
        return True
    return line.get("type") == "address" and peer.version == _network(line).version and peer in _network(line)
