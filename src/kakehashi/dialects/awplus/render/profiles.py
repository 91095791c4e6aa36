"""ISAKMP and IPsec profiles: each that differs from the built-in one is written once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from kakehashi.dialects.awplus import defaults
from kakehashi.dialects.awplus.defaults import DEFAULT, IpsecTransform, IsakmpTransform
from kakehashi.dialects.awplus.render.trustpoint import trustpoint_of
from kakehashi.dialects.awplus.words import CIPHERS, GCMS, GROUPS, HASH_OF, INTEGRITIES, PRF_OF, word_of
from kakehashi.dialects.rendering import Losses, Names
from kakehashi.model.algorithms import Cipher, IkeAlgorithms
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import DpdStyle, ExchangeMode, Ikev1IpsecPolicy, Ikev1Peer
from kakehashi.model.policy import IkePolicy, IpsecPolicy
from kakehashi.model.source import Source
from kakehashi.model.tunnel import Ikev2Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId, KeyExchangeId

_SECONDS = (300, 31449600)
_MOST_TRANSFORMS = 255
_GCM_WORDS = {value: word for word, (value, _) in GCMS.items()}


@dataclass(frozen=True, slots=True)
class _Isakmp:
    """What an ISAKMP profile says."""

    transforms: tuple[IsakmpTransform, ...]
    version: str = "2"
    lifetime: int = defaults.ISAKMP_LIFETIME
    dpd_interval: int = defaults.DPD_INTERVAL
    dpd_timeout: int = defaults.DPD_TIMEOUT
    on_demand: bool = False
    local: AuthenticationMethod = AuthenticationMethod.PSK
    remote: AuthenticationMethod = AuthenticationMethod.PSK
    trustpoint: str = ""


@dataclass(frozen=True, slots=True)
class _Ipsec:
    """What an IPsec profile says."""

    transforms: tuple[IpsecTransform, ...]
    group: KeyExchangeId = KeyExchangeId.NONE
    lifetime: int = defaults.IPSEC_LIFETIME


_DEFAULT_ISAKMP = _Isakmp(tuple(t for t in defaults.ISAKMP_TRANSFORMS if t.is_offered))
_DEFAULT_IPSEC = _Ipsec(tuple(t for t in defaults.IPSEC_TRANSFORMS if t.is_offered))


@dataclass(slots=True)
class Profiles:
    """The profiles that tunnels need, by what they say."""

    losses: Losses
    _names: Names = field(default_factory=lambda: Names({DEFAULT}))
    _ipsec_names: Names = field(default_factory=lambda: Names({DEFAULT}))
    _isakmp: dict[_Isakmp, str] = field(default_factory=lambda: {_DEFAULT_ISAKMP: DEFAULT})
    _ipsec: dict[_Ipsec, str] = field(default_factory=lambda: {_DEFAULT_IPSEC: DEFAULT})

    def isakmp_of(self, ike: IkePolicy, tunnel: Ikev2Tunnel | None) -> str:
        """The ISAKMP profile of a policy of IKEv2."""
        source = tunnel.source if tunnel else None
        _tell_ikev2(ike, source, self.losses)
        said = _Isakmp(
            transforms=_isakmp_transforms(ike.algorithms, source, self.losses),
            lifetime=self._seconds(ike.rekey.lifetime, source),
            dpd_interval=self._dpd(ike.dpd_interval, source),
            local=tunnel.local.method if tunnel else AuthenticationMethod.PSK,
            remote=tunnel.peer.method if tunnel else AuthenticationMethod.PSK,
            trustpoint=trustpoint_of(tunnel) if tunnel else "",
        )
        return self._name_isakmp(said, ike.name)

    def isakmp_of_peer(self, peer: Ikev1Peer, wanted: str, on_demand: bool) -> str:
        """The ISAKMP profile of a peer of IKEv1."""
        _tell_ikev1(peer, self.losses)
        transforms = []
        for p in peer.proposals:
            integrity = next((i for i, h in HASH_OF.items() if h == p.hash), None)
            known = p.cipher in _known(CIPHERS) and integrity is not None and p.group in _known(GROUPS)
            if self.losses.unless(
                known and p.authentication is AuthenticationMethod.PSK,
                p.source or peer.source,
                f"phase 1 with {p.cipher}, {p.hash.name} and {p.group.name}",
                "the device does not have it",
            ):
                transforms.append(IsakmpTransform(p.cipher, integrity or IntegrityId.NONE, p.group))
        lifetimes = {p.lifetime for p in peer.proposals}
        self.losses.unless(
            len(lifetimes) <= 1, peer.source, f"{peer.name}: proposals of different lifetimes", "one holds"
        )
        dpd = peer.dpd
        interval = self._dpd(dpd.interval if dpd else None, peer.source)
        timeout = interval * (dpd.retries + 2) if dpd else defaults.DPD_TIMEOUT
        if dpd and max(1, defaults.DPD_TIMEOUT // interval - 1) - 1 == dpd.retries:
            timeout = defaults.DPD_TIMEOUT
        mode = "main" if peer.mode is ExchangeMode.MAIN else "aggressive"
        said = _Isakmp(
            transforms=tuple(dict.fromkeys(transforms)),
            version=f"1 mode {mode}",
            lifetime=self._seconds(min(lifetimes, default=defaults.ISAKMP_LIFETIME), peer.source),
            dpd_interval=interval,
            dpd_timeout=timeout,
            on_demand=on_demand,
        )
        return self._name_isakmp(said, wanted)

    def ipsec_of(self, policy: IpsecPolicy | Ikev1IpsecPolicy, source: Source | None) -> str:
        """The IPsec profile of a tunnel."""
        transforms = []
        for p in policy.protections():
            if p.cipher is None:
                self.losses.add(source, "AH", "the device has none")
                continue
            transform = IpsecTransform(p.cipher, p.integrity)
            said = _has(transform)
            if self.losses.unless(
                said, source, f"ESP with {p.cipher} and {p.integrity.name}", "the device does not have it"
            ):
                transforms.append(transform)
        if not transforms:
            self.losses.add(source, "ESP algorithms", "the device has none of them")
        if isinstance(policy, IpsecPolicy):
            lifetime = policy.rekey.lifetime
            groups = [g for s in policy.algorithms.sets for g in s.key_exchanges]
        else:
            lifetime = min((p.lifetime for p in policy.proposals), default=defaults.IPSEC_LIFETIME)
            groups = [policy.pfs]
        profile = _Ipsec(
            transforms=tuple(dict.fromkeys(transforms))[:_MOST_TRANSFORMS],
            group=self._group(groups, source),
            lifetime=self._seconds(lifetime, source),
        )
        if profile not in self._ipsec:
            self._ipsec[profile] = self._ipsec_names.of(policy.name, "ipsec-profile")
        return self._ipsec[profile]

    def isakmp_blocks(self) -> list[list[str]]:
        """The blocks of ISAKMP profiles."""
        return [_isakmp_block(p, name) for p, name in self._isakmp.items() if name != DEFAULT]

    def ipsec_blocks(self) -> list[list[str]]:
        """The blocks of IPsec profiles."""
        return [_ipsec_block(p, name) for p, name in self._ipsec.items() if name != DEFAULT]

    def _name_isakmp(self, said: _Isakmp, wanted: str) -> str:
        said = replace(said, transforms=said.transforms[:_MOST_TRANSFORMS])
        if said not in self._isakmp:
            self._isakmp[said] = self._names.of(wanted, "isakmp-profile")
        return self._isakmp[said]

    def _seconds(self, seconds: int, source: Source | None) -> int:
        low, high = _SECONDS
        self.losses.unless(
            low <= seconds <= high, source, f"a lifetime of {seconds} s", f"it is {low} to {high}"
        )
        return min(max(seconds, low), high)

    def _dpd(self, interval: int | None, source: Source | None) -> int:
        if interval is None:
            self.losses.add(source, "no DPD", "the device always asks; the default is kept")
            return defaults.DPD_INTERVAL
        self.losses.unless(interval >= 10, source, f"a probe every {interval} s", "10 s is the least")
        return max(interval, 10)

    def _group(self, groups: list[KeyExchangeId], source: Source | None) -> KeyExchangeId:
        wanted = list(dict.fromkeys(g for g in groups if g is not KeyExchangeId.NONE))
        known = [g for g in wanted if g in _known(GROUPS)]
        for group in wanted:
            if not known or group is not known[0]:
                self.losses.add(
                    source,
                    f"perfect forward secrecy with {group.name}",
                    "the device takes one group alone" if group in known else "the device does not have it",
                )
        self.losses.unless(
            not wanted or KeyExchangeId.NONE not in groups,
            source,
            "perfect forward secrecy that may be left out",
            "the device has it or not",
        )
        return known[0] if known else KeyExchangeId.NONE


def _known(words: Mapping[str, tuple[object, str]]) -> set[object]:
    return {value for value, _ in words.values()}


def _has(transform: IpsecTransform) -> bool:
    cipher = transform.cipher
    if cipher.is_aead:
        return cipher.id in _GCM_WORDS and Cipher(EncryptionId.ENCR_AES_CBC, cipher.key_bits) in _known(
            CIPHERS
        )
    return cipher in _known(CIPHERS) and transform.integrity in INTEGRITIES_KNOWN


INTEGRITIES_KNOWN = frozenset(value for value, _ in INTEGRITIES.values())


def _isakmp_transforms(
    algorithms: IkeAlgorithms, source: Source | None, losses: Losses
) -> tuple[IsakmpTransform, ...]:
    found: dict[IsakmpTransform, None] = {}
    for each in algorithms.sets:
        for value, known in (
            *((c, c in _known(CIPHERS)) for c in each.ciphers),
            *((i.name, i in PRF_OF) for i in each.integrities),
            *((g.name, g in _known(GROUPS)) for g in each.key_exchanges),
        ):
            losses.unless(known, source, f"IKE with {value}", "the device does not have it")
        for cipher, integrity, group in product(each.ciphers, each.integrities, each.key_exchanges):
            if cipher in _known(CIPHERS) and integrity in PRF_OF and group in _known(GROUPS):
                has_prf = PRF_OF[integrity] in each.prfs
                if losses.unless(
                    has_prf, source, f"{integrity.name} with another PRF", "the device has one for both"
                ):
                    found[IsakmpTransform(cipher, integrity, group)] = None
    if not found:
        losses.add(source, "IKE algorithms", "the device has none of them")
    return tuple(found)


def _isakmp_block(profile: _Isakmp, name: str) -> list[str]:
    lines = [f"crypto isakmp profile {name}", f" version {profile.version}"]
    for word, method in (("local", profile.local), ("remote", profile.remote)):
        if method is AuthenticationMethod.SIGNATURE:
            lines.append(f" {word} authentication certificate")
    if profile.trustpoint:
        lines.append(f" pki trustpoint {profile.trustpoint}")
    if profile.lifetime != defaults.ISAKMP_LIFETIME:
        lines.append(f" lifetime {profile.lifetime}")
    if profile.dpd_interval != defaults.DPD_INTERVAL:
        lines.append(f" dpd-interval {profile.dpd_interval}")
    if profile.dpd_timeout != defaults.DPD_TIMEOUT:
        lines.append(f" dpd-timeout {profile.dpd_timeout}")
    if profile.on_demand:
        lines.append(" rekey on-demand")
    for number, t in enumerate(profile.transforms, start=1):
        integrity, cipher = word_of(t.integrity, INTEGRITIES).lower(), word_of(t.cipher, CIPHERS).lower()
        group = word_of(t.group, GROUPS)
        lines.append(f" transform {number} integrity {integrity} encryption {cipher} group {group}")
    return lines


def _ipsec_block(profile: _Ipsec, name: str) -> list[str]:
    lines = [f"crypto ipsec profile {name}"]
    if profile.lifetime != defaults.IPSEC_LIFETIME:
        lines.append(f" lifetime seconds {profile.lifetime}")
    if profile.group is not KeyExchangeId.NONE:
        lines.append(f" pfs {word_of(profile.group, GROUPS)}")
    for number, t in enumerate(profile.transforms, start=1):
        if t.cipher.is_aead:
            integrity, cipher = _GCM_WORDS[t.cipher.id], f"aes{t.cipher.key_bits}"
        else:
            integrity = word_of(t.integrity, INTEGRITIES).lower()
            cipher = word_of(t.cipher, CIPHERS).lower()
        lines.append(f" transform {number} protocol esp integrity {integrity} encryption {cipher}")
    return lines


def _tell_ikev2(ike: IkePolicy, source: Source | None, losses: Losses) -> None:
    for fits, what in (
        (ike.nat_traversal, "no NAT traversal"),
        (ike.nat_keepalive == defaults.NAT_KEEPALIVE, f"NAT keepalive: {ike.nat_keepalive or 'none'}"),
        (ike.retransmit == defaults.RETRANSMIT, f"retransmission after {ike.retransmit} s"),
        (ike.send_initial_contact, "no INITIAL_CONTACT"),
        (ike.send_delete, "no DELETE"),
        (ike.start_rekey, "no renewal of the IKE SA from here"),
        (ike.fragmentation, "no fragmentation of IKE messages"),
        (
            ike.rekey.before_end == defaults.REKEY_BEFORE_END,
            f"rekey of the IKE SA {ike.rekey.before_end} s before the end",
        ),
    ):
        losses.unless(fits, source, what, "the device has no setting for it")


def _tell_ikev1(peer: Ikev1Peer, losses: Losses) -> None:
    for fits, what in (
        (peer.remote_access is None, "XAUTH and mode configuration"),
        (peer.nat_traversal, "no NAT traversal"),
        (
            not peer.nat_traversal or peer.nat_keepalive == defaults.NAT_KEEPALIVE,
            f"NAT keepalive: {peer.nat_keepalive or 'none'}",
        ),
        (peer.fragmentation, "no fragmentation of IKE messages"),
        (not peer.suppress_dangling, "no phase 1 for itself"),
        (peer.send_initial_contact, "no INITIAL-CONTACT"),
        (peer.send_delete, "no DELETE"),
        (peer.retransmit == defaults.RETRANSMIT, f"retransmission after {peer.retransmit} s"),
        (
            peer.accepts_aggressive == (peer.mode is ExchangeMode.AGGRESSIVE),
            "another mode where the peer begins than where we do",
        ),
        (
            peer.renew_before_end == defaults.REKEY_BEFORE_END,
            f"renewal {peer.renew_before_end} s before the end",
        ),
        (peer.dpd is None or peer.dpd.style is DpdStyle.PERIODIC, "probes only when nothing comes"),
    ):
        losses.unless(fits, peer.source, f"{peer.name}: {what}", "the device has no setting for it")
