"""Transform sets, and what maps and profiles make of them (CI-05, CI-06)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kakehashi.dialects.blocks import Block, read_blocks
from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.lower.names import undefined
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.algorithms import ChildAlgorithms, Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.ikev1 import Ikev1IpsecPolicy, Phase2Proposal
from kakehashi.model.policy import DfBit, IpsecPolicy, Rekey
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import IntegrityId, KeyExchangeId

_WINDOWS = (64, 128, 256, 512, 1024)
_DAY = 86400


@dataclass(frozen=True, slots=True)
class TransformSet:
    """One `crypto ipsec transform-set`."""

    name: str
    cipher: Cipher | None
    integrity: IntegrityId
    ah: IntegrityId
    mode: EncapsulationMode
    line: int

    @property
    def has_ah(self) -> bool:
        """Does AH go around the packets?"""
        return self.ah != IntegrityId.NONE


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When an SA ends; `kilobytes` None is without limit."""

    seconds: int = defaults.LIFETIME_SECONDS
    kilobytes: int | None = defaults.LIFETIME_KILOBYTES

    def after(self, statement: Statement) -> "Lifetime":
        """With what a line says."""
        if statement.negated:
            return Lifetime()
        if "kilobytes" in statement.values:
            return replace(self, kilobytes=statement.get("kilobytes"))
        seconds = statement.get("seconds", statement.get("days", 0) * _DAY)
        return replace(self, seconds=seconds) if seconds else self


@dataclass(frozen=True, slots=True)
class Phase2:
    """What holds for all SAs, and the transform sets by name."""

    sets: Mapping[str, TransformSet]
    default_set: TransformSet | None
    lifetime: Lifetime
    replay_window: int
    df_bit: DfBit
    pre_fragments: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """What one map entry or profile asks for."""

    name: str
    sets: tuple[TransformSet, ...]
    pfs: KeyExchangeId
    lifetime: Lifetime
    replay_window: int
    df_bit: DfBit
    pre_fragments: bool

    def wants_transport(self) -> bool:
        """Is transport mode asked for?"""
        return bool(self.sets) and all(s.mode is EncapsulationMode.TRANSPORT for s in self.sets)


def read_phase2(document: Document, report: Report) -> Phase2:
    """The transform sets, and the lines that stand for all SAs."""
    sets = {
        name: _transform_set(block, report)
        for name, block in read_blocks(document, "crypto ipsec transform-set").items()
    }
    lifetime, window = Lifetime(), defaults.REPLAY_WINDOW
    for statement in document.statements("crypto ipsec security-association lifetime"):
        lifetime = lifetime.after(statement)
    for statement in document.statements("crypto ipsec security-association replay"):
        window = _window(statement, window, report)
    df, fragments = DfBit.COPY, "before"
    for statement in document.statements("crypto ipsec df-bit"):
        df = DfBit.COPY if statement.negated else statement.get("df")
    for statement in document.statements("crypto ipsec fragmentation"):
        fragments = "before" if statement.negated else statement.get("fragment")
    off = any(s.negated for s in document.statements("crypto ipsec default transform-set"))
    return Phase2(sets, None if off else _DEFAULT_SET, lifetime, window, df, fragments == "before")


def read_settings(block: Block, what: str, phase2: Phase2, report: Report) -> Settings:
    """What an entry or a profile asks for, the rest from what holds for all. `what` names it in messages."""
    pfs = block.last("set pfs")
    window = phase2.replay_window
    for statement in (s for s in block.lines if s.key == "set security-association replay"):
        window = _window(statement, phase2.replay_window, report)
    lifetime = phase2.lifetime
    for statement in (s for s in block.lines if s.key == "set security-association lifetime"):
        lifetime = phase2.lifetime if statement.negated else lifetime.after(statement)
    return Settings(
        name=block.name,
        sets=_sets(block, what, phase2, report),
        pfs=pfs.get("group", defaults.PFS_GROUP) if pfs else KeyExchangeId.NONE,
        lifetime=lifetime,
        replay_window=window,
        df_bit=phase2.df_bit,
        pre_fragments=phase2.pre_fragments,
    )


def ikev1_policy(
    settings: Settings,
    local: tuple[TrafficSelector, ...],
    remote: tuple[TrafficSelector, ...],
    mode: EncapsulationMode,
    report: Report,
) -> Ikev1IpsecPolicy:
    """What quick mode makes. `local` and `remote` are pairs in step."""
    return Ikev1IpsecPolicy(
        mode=mode,
        local_selectors=local,
        remote_selectors=remote,
        replay_window=settings.replay_window,
        mtu_ignore=settings.df_bit is DfBit.CLEAR,
        pre_fragment=settings.pre_fragments,
        df_bit=settings.df_bit,
        name=settings.name,
        proposals=tuple(_proposal(s, settings.lifetime, report) for s in settings.sets),
        pfs=settings.pfs,
        rekey_before_end=defaults.REKEY_BEFORE_END,
    )


def ikev2_policy(
    settings: Settings,
    local: tuple[TrafficSelector, ...],
    remote: tuple[TrafficSelector, ...],
    mode: EncapsulationMode,
    report: Report,
) -> IpsecPolicy:
    """The policy of the Child SAs of an IKEv2 tunnel."""
    for both in (s for s in settings.sets if s.cipher is not None and s.has_ah):
        report.error(
            both.line,
            "ah-with-ikev2",
            f"transform set {both.name} has AH and ESP, and IKEv2 makes one of them for an SA (RFC 7296 "
            "section 3.3); it is left out",
            "take the `ah-` word away, or give AH a transform set of its own",
        )
    groups = () if settings.pfs == KeyExchangeId.NONE else (settings.pfs,)
    sets = [_child_algorithms(s, groups) for s in settings.sets if s.cipher is None or not s.has_ah]
    first, *others = sets or [ChildAlgorithms((), (), groups)]
    kilobytes = settings.lifetime.kilobytes
    return IpsecPolicy(
        mode=mode,
        local_selectors=_each_once(local),
        remote_selectors=_each_once(remote),
        replay_window=settings.replay_window,
        mtu_ignore=settings.df_bit is DfBit.CLEAR,
        pre_fragment=settings.pre_fragments,
        df_bit=settings.df_bit,
        name=settings.name,
        algorithms=replace(first, alternatives=tuple(others)),
        rekey=Rekey(settings.lifetime.seconds, defaults.REKEY_BEFORE_END),
        soft_bytes=None if kilobytes is None else (kilobytes - defaults.REKEY_BEFORE_KILOBYTES) * 1024,
    )


def _child_algorithms(transform: TransformSet, groups: tuple[KeyExchangeId, ...]) -> ChildAlgorithms:
    if transform.cipher is None:
        return ChildAlgorithms((), (), groups, ah=(transform.ah,) if transform.has_ah else ())
    integrities = () if transform.integrity == IntegrityId.NONE else (transform.integrity,)
    return ChildAlgorithms((transform.cipher,), integrities, groups)


_DEFAULT_SET = TransformSet(
    defaults.DEFAULT_SET,
    defaults.DEFAULT_SET_CIPHER,
    defaults.DEFAULT_SET_INTEGRITY,
    IntegrityId.NONE,
    EncapsulationMode.TUNNEL,
    0,
)


def _each_once(selectors: tuple[TrafficSelector, ...]) -> tuple[TrafficSelector, ...]:
    return tuple(dict.fromkeys(selectors))


def _proposal(transform: TransformSet, lifetime: Lifetime, report: Report) -> Phase2Proposal:
    return Phase2Proposal(
        cipher=transform.cipher,
        integrity=transform.integrity,
        ah=transform.ah,
        lifetime=lifetime.seconds,
        kilobytes=lifetime.kilobytes,
        name=transform.name,
        source=report.source(transform.line) if transform.line else None,
    )


def _transform_set(block: Block, report: Report) -> TransformSet:
    values, mode = block.opener.values, block.last("mode")
    cipher, integrity = values.get("cipher"), values.get("integrity", IntegrityId.NONE)
    if "unknown" in values:
        report.warning(
            block.line,
            "not-yet",
            f"transform set {block.name}: `{values['unknown']}` is not there yet; it is left out",
        )
    if cipher is None and integrity != IntegrityId.NONE:
        report.error(
            block.line,
            "invalid-value",
            f"transform set {block.name} has authentication of ESP without a cipher",
            "add `esp-null`, or the cipher that is meant",
        )
    if cipher is not None and cipher.is_aead and integrity != IntegrityId.NONE:
        report.error(
            block.line,
            "invalid-value",
            f"transform set {block.name}: GCM and GMAC authenticate by themselves; the device refuses "
            "another",
            "take the `-hmac` word away",
        )
        integrity = IntegrityId.NONE
    if cipher is not None and not cipher.is_aead and integrity == IntegrityId.NONE and "ah" not in values:
        report.warning(
            block.line,
            "no-integrity",
            f"transform set {block.name} encrypts and does not authenticate: whoever changes a packet is not "
            "found out (RFC 8221 section 6)",
            "add `esp-sha-hmac`, or a longer one",
        )
    return TransformSet(
        block.name,
        cipher,
        integrity,
        values.get("ah", IntegrityId.NONE),
        mode.get("mode") if mode else EncapsulationMode.TUNNEL,
        block.line,
    )


def _sets(block: Block, what: str, phase2: Phase2, report: Report) -> tuple[TransformSet, ...]:
    line = block.last("set transform-set")
    if line is None:
        if phase2.default_set is None:
            return ()
        report.info(
            block.line,
            "default-transform-set",
            f"{what} names no transform set: newer releases take esp-aes esp-sha-hmac, older ones make no SA",
            "add `set transform-set NAME`",
        )
        return (phase2.default_set,)
    found: list[TransformSet] = []
    for name in line.get("transform sets", ()):
        known = phase2.sets.get(name)
        if known is None and name == defaults.DEFAULT_SET:
            known = phase2.default_set
        if known is not None:
            found.append(known)
            continue
        undefined(
            report,
            line.line,
            "transform set",
            name,
            what,
            phase2.sets,
            f"add `crypto ipsec transform-set {name} ...`",
        )
    return tuple(found)


def _window(statement: Statement, before: int, report: Report) -> int:
    if statement.negated:
        return defaults.REPLAY_WINDOW
    if statement.get("disable"):
        return 0
    window = statement.get("window", before)
    if window not in _WINDOWS:
        report.error(
            statement.line, "invalid-value", f"`{window}` is wrong: a window of 64, 128, 256, 512 or 1024"
        )
        return before
    return int(window)
