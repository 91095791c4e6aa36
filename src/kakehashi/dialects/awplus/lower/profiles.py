"""ISAKMP and IPsec profiles, those of the configuration and those that are built in (AW-04 to AW-08)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kakehashi.dialects.awplus import defaults
from kakehashi.dialects.awplus.defaults import DEFAULT, IpsecTransform, IsakmpTransform, ipsec_transform
from kakehashi.dialects.awplus.words import HASH_OF, PRF_OF, TRIPLE_DES
from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.identity import AuthenticationMethod
from kakehashi.model.ikev1 import (
    DeadPeerDetection,
    DpdStyle,
    ExchangeMode,
    Phase1Proposal,
    Phase2Proposal,
)
from kakehashi.model.policy import IkePolicy, Rekey
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId


@dataclass(frozen=True, kw_only=True)
class IsakmpProfile:
    """One ISAKMP profile. `line` is 0 for the one that is built in. `trustpoint`: the line that names one."""

    name: str = DEFAULT
    transforms: tuple[IsakmpTransform, ...] = defaults.ISAKMP_TRANSFORMS
    version: int = defaults.VERSION
    mode: ExchangeMode = ExchangeMode.MAIN
    lifetime: int = defaults.ISAKMP_LIFETIME
    dpd_interval: int = defaults.DPD_INTERVAL
    dpd_timeout: int = defaults.DPD_TIMEOUT
    local: AuthenticationMethod = AuthenticationMethod.PSK
    remote: AuthenticationMethod = AuthenticationMethod.PSK
    trustpoint: Statement | None = None
    on_demand: bool = False
    line: int = 0

    @property
    def offered(self) -> tuple[IsakmpTransform, ...]:
        """The transforms that are offered: of the default profile those that the device supports."""
        return self.transforms if self.line else tuple(t for t in self.transforms if t.is_offered)

    @cached_property
    def ike_policy(self) -> IkePolicy:
        """The policy of an IKE SA of version 2; each transform is a proposal of its own."""
        sets = [
            IkeAlgorithms((t.cipher,), (t.integrity,), (PRF_OF[t.integrity],), (t.group,))
            for t in self.offered
        ]
        return IkePolicy(
            algorithms=replace(sets[0], alternatives=tuple(sets[1:]))
            if sets
            else IkeAlgorithms((), (), (), ()),
            rekey=Rekey(self.lifetime, defaults.REKEY_BEFORE_END),
            dpd_interval=self.dpd_interval,
            nat_keepalive=defaults.NAT_KEEPALIVE,
            retransmit=defaults.RETRANSMIT,
            name=self.name,
        )

    @property
    def proves_by_certificates(self) -> bool:
        """Is there no side that needs a pre-shared key? Version 1 has one way for both sides."""
        sides = (self.local, self.remote)
        if self.version == 1:
            return AuthenticationMethod.SIGNATURE in sides
        return all(side is AuthenticationMethod.SIGNATURE for side in sides)

    def proposals(self, report: Report) -> tuple[Phase1Proposal, ...]:
        """What phase 1 of version 1 offers."""
        return tuple(
            Phase1Proposal(
                cipher=t.cipher,
                hash=HASH_OF[t.integrity],
                group=t.group,
                lifetime=self.lifetime,
                authentication=AuthenticationMethod.SIGNATURE
                if self.proves_by_certificates
                else AuthenticationMethod.PSK,
                name=self.name,
                source=report.source(self.line) if self.line else None,
            )
            for t in self.offered
        )

    def dead_peer_detection(self) -> DeadPeerDetection:
        """A question at every interval; the peer is gone when it has been silent for the timeout."""
        asked = max(1, self.dpd_timeout // self.dpd_interval - 1)
        return DeadPeerDetection(
            self.dpd_interval, asked - 1, retry_interval=self.dpd_interval, style=DpdStyle.PERIODIC
        )


@dataclass(frozen=True, kw_only=True)
class IpsecProfile:
    """One IPsec profile. `group` NONE is without PFS. `line` is 0 for the one that is built in."""

    name: str = DEFAULT
    transforms: tuple[IpsecTransform, ...] = defaults.IPSEC_TRANSFORMS
    group: KeyExchangeId = KeyExchangeId.NONE
    lifetime: int = defaults.IPSEC_LIFETIME
    on_demand: bool = False
    line: int = 0

    @property
    def offered(self) -> tuple[IpsecTransform, ...]:
        """The transforms that are offered: of the default profile those that the device supports."""
        return self.transforms if self.line else tuple(t for t in self.transforms if t.is_offered)

    @cached_property
    def algorithms(self) -> ChildAlgorithms:
        """What a Child SA of version 2 may be made of; each transform is a proposal of its own."""
        groups = () if self.group is KeyExchangeId.NONE else (self.group,)
        sets = [
            ChildAlgorithms((t.cipher,), () if t.integrity is IntegrityId.NONE else (t.integrity,), groups)
            for t in self.offered
        ]
        return replace(sets[0], alternatives=tuple(sets[1:])) if sets else ChildAlgorithms((), (), groups)

    def proposals(self, report: Report) -> tuple[Phase2Proposal, ...]:
        """What quick mode of version 1 offers."""
        return tuple(
            Phase2Proposal(
                cipher=t.cipher,
                integrity=t.integrity,
                lifetime=self.lifetime,
                name=self.name,
                source=report.source(self.line) if self.line else None,
            )
            for t in self.offered
        )


def read_isakmp_profiles(document: Document, report: Report) -> Mapping[str, IsakmpProfile]:
    """The ISAKMP profiles by name, the default one first."""
    blocks = read_blocks(document, "crypto isakmp profile")
    return {DEFAULT: IsakmpProfile()} | {n: _isakmp(b, report) for n, b in blocks.items()}


def read_ipsec_profiles(document: Document, report: Report) -> Mapping[str, IpsecProfile]:
    """The IPsec profiles by name, the default one first."""
    blocks = read_blocks(document, "crypto ipsec profile")
    return {DEFAULT: IpsecProfile()} | {n: _ipsec(b, report) for n, b in blocks.items()}


def _isakmp(block: Block, report: Report) -> IsakmpProfile:
    version, rekey = block.last("version"), block.last("rekey")
    profile = IsakmpProfile(
        name=block.name,
        transforms=tuple(
            IsakmpTransform(s.get("encryption"), s.get("integrity"), s.get("group"))
            for s in _transforms(block, "isakmp", report)
        ),
        version=version.get("version") if version else defaults.VERSION,
        mode=version.get("mode", ExchangeMode.MAIN) if version else ExchangeMode.MAIN,
        lifetime=_seconds(block, "lifetime", defaults.ISAKMP_LIFETIME),
        dpd_interval=_seconds(block, "dpd-interval", defaults.DPD_INTERVAL),
        dpd_timeout=_seconds(block, "dpd-timeout", defaults.DPD_TIMEOUT),
        local=_method(block, "local authentication"),
        remote=_method(block, "remote authentication"),
        trustpoint=block.last("pki trustpoint"),
        on_demand=bool(rekey and rekey.get("on demand")),
        line=block.line,
    )
    _check_isakmp(profile, block, report)
    return profile


def _check_isakmp(profile: IsakmpProfile, block: Block, report: Report) -> None:
    timeout, trustpoint = block.last("dpd-timeout"), block.last("pki trustpoint")
    if profile.version == 2 and timeout is not None:
        report.info(
            timeout.line,
            "no-effect",
            f"`dpd-timeout` is of version 1, and the ISAKMP profile {profile.name} is of version 2, where a "
            "peer is gone 166 s after the first request without an answer",
            "take the line out, or write `version 1 mode main`",
        )
    if profile.version == 1 and profile.dpd_timeout <= profile.dpd_interval:
        report.warning(
            (timeout or block.last("dpd-interval") or block).line,
            "dpd-timeout",
            f"the ISAKMP profile {profile.name} gives a peer up after {profile.dpd_timeout} s, before it "
            f"asks a second time (every {profile.dpd_interval} s)",
            "make `dpd-timeout` several times `dpd-interval`",
        )
    certificates = AuthenticationMethod.SIGNATURE in (profile.local, profile.remote)
    if certificates and trustpoint is None:
        report.warning(
            block.line,
            "no-trustpoint",
            f"the ISAKMP profile {profile.name} wants certificates and names no trustpoint",
            "add `pki trustpoint NAME`",
        )
    if trustpoint is not None and not certificates:
        report.info(
            trustpoint.line,
            "no-effect",
            f"the ISAKMP profile {profile.name} names a trustpoint and wants no certificate",
            "add `local authentication certificate` and `remote authentication certificate`",
        )


def _ipsec(block: Block, report: Report) -> IpsecProfile:
    pfs, rekey = block.last("pfs"), block.last("rekey")
    return IpsecProfile(
        name=block.name,
        transforms=tuple(
            ipsec_transform(s.get("encryption"), s.get("integrity"))
            for s in _transforms(block, "ipsec", report)
        ),
        group=pfs.get("group") if pfs else KeyExchangeId.NONE,
        lifetime=_seconds(block, "lifetime", defaults.IPSEC_LIFETIME),
        on_demand=bool(rekey and rekey.get("on demand")),
        line=block.line,
    )


def _transforms(block: Block, kind: str, report: Report) -> tuple[Statement, ...]:
    """The transforms in the order of their numbers; a later one with the same number replaces."""
    title = "ISAKMP" if kind == "isakmp" else "IPsec"
    found: dict[int, Statement] = {}
    for statement in block.all("transform"):
        before = found.get(statement.get("number"))
        if before is not None:
            report.warning(
                before.line,
                "replaced",
                f"transform {statement.get('number')} of the {title} profile {block.name} is set again in "
                f"line {statement.line}, which holds",
            )
        found[statement.get("number")] = statement
    _check_transforms(block, title, tuple(found.values()), report)
    return tuple(found[number] for number in sorted(found))


def _check_transforms(block: Block, title: str, transforms: tuple[Statement, ...], report: Report) -> None:
    example = "integrity sha256 encryption aes256"
    remedy = f"{example} group 14" if title == "ISAKMP" else f"protocol esp {example}"
    if not transforms:
        report.error(
            block.line,
            "no-transform",
            f"the {title} profile {block.name} has no transform: a profile of one's own replaces the default "
            "one, and this one offers nothing",
            f"add `transform 1 {remedy}`",
        )
    for statement in transforms:
        cipher, integrity = statement.get("encryption"), statement.get("integrity")
        if cipher == TRIPLE_DES:
            report.warning(
                statement.line,
                "unsupported-algorithm",
                "3DES is not supported by the device's newer firmware, though it takes the word",
                "write `encryption aes256`",
            )
            if not isinstance(integrity, IntegrityId):
                report.error(
                    statement.line, "invalid-value", "GCM goes with AES alone", "write `encryption aes256`"
                )


def _seconds(block: Block, key: str, default: int) -> int:
    line = block.last(key)
    return line.get("seconds", default) if line else default


def _method(block: Block, key: str) -> AuthenticationMethod:
    line = block.last(key)
    return line.get("method") if line else AuthenticationMethod.PSK
