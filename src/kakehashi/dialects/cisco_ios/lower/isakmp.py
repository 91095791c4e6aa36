"""The policies of phase 1, and what holds for all peers (CI-01, CI-03, CI-04)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.dialects.blocks import last_line, read_blocks
from kakehashi.dialects.cisco_ios import defaults
from kakehashi.dialects.cisco_ios.lower.own import own_name
from kakehashi.dialects.cisco_ios.lower.pki import read_trustpoints
from kakehashi.dialects.diagnosis import either
from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.report import Report
from kakehashi.model.algorithms import Cipher
from kakehashi.model.certificate import Trustpoint
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import DeadPeerDetection, Phase1Proposal
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import IdType, KeyExchangeId

PRE_SHARE, RSA_SIG = "pre-share", "rsa-sig"
_SPOKEN = {"encryption": "DES", "authentication": "rsa-sig", "group": "group 1", "hash": "SHA"}


@dataclass(frozen=True, slots=True)
class Policy:
    """One `crypto isakmp policy`. `line` is 0 for those that are built in."""

    number: int
    cipher: Cipher
    hash: HashAlgorithm
    method: str
    group: KeyExchangeId
    lifetime: int
    line: int = 0

    certified: bool = False

    @property
    def signs(self) -> bool:
        """Is it for the certificates of the trustpoints?"""
        return self.method == RSA_SIG and self.certified

    @property
    def is_usable(self) -> bool:
        """Does it prove with what we have?"""
        return self.method == PRE_SHARE or self.signs

    def proposal(self, report: Report) -> Phase1Proposal:
        """The same in the model."""
        return Phase1Proposal(
            cipher=self.cipher,
            hash=self.hash,
            group=self.group,
            lifetime=self.lifetime,
            authentication=AuthenticationMethod.SIGNATURE if self.signs else AuthenticationMethod.PSK,
            name=f"policy {self.number}",
            source=report.source(self.line) if self.line else None,
        )


@dataclass(frozen=True, slots=True)
class Phase1:
    """What holds for all peers of IKEv1. `policies` in the order in which they are offered.

    `switched_off`: the line by which the device does no IKEv1 at all.
    """

    policies: tuple[Policy, ...]
    written: bool
    dpd: DeadPeerDetection | None
    nat_keepalive: int | None
    nat_traversal: bool
    fragmentation: bool
    accepts_aggressive: bool
    identity: Identity | None
    switched_off: int | None = None
    trustpoints: Mapping[str, Trustpoint] = field(default_factory=dict)

    @property
    def signs(self) -> bool:
        """May phase 1 be made by certificates?"""
        return any(policy.signs for policy in self.policies)

    def proposals(self, report: Report) -> tuple[Phase1Proposal, ...]:
        """What is offered to a peer, with its key or by certificates."""
        return tuple(policy.proposal(report) for policy in self.policies if policy.is_usable)


def read_phase1(document: Document, report: Report) -> Phase1:
    """The policies, and the lines that stand for all peers."""
    trustpoints = read_trustpoints(document, report)
    off = _switched_off(document, "crypto isakmp enable")
    policies = _read_policies(document, bool(trustpoints), report)
    keepalive = last_line(document, "crypto isakmp keepalive")
    nat = last_line(document, "crypto isakmp nat keepalive")
    built_in_off = _switched_off(document, "crypto isakmp default policy")
    offered = policies or (() if built_in_off else _built_in(bool(trustpoints)))
    return Phase1(
        policies=offered,
        written=bool(policies),
        dpd=detection(keepalive),
        nat_keepalive=nat.get("seconds") if nat else defaults.NAT_KEEPALIVE,
        nat_traversal=not _switched_off(document, "crypto ipsec nat-transparency", transparency="udp"),
        fragmentation=last_line(document, "crypto isakmp fragmentation") is not None,
        accepts_aggressive=last_line(document, "crypto isakmp aggressive-mode disable") is None,
        identity=_identity(document, report),
        switched_off=off.line if off else None,
        trustpoints=trustpoints,
    )


def _switched_off(document: Document, key: str, **values: str) -> Statement | None:
    """The `no` before a command that is on by itself, if nobody has taken it back."""
    lines = [s for s in document.statements(key) if all(s.get(k) == v for k, v in values.items())]
    return lines[-1] if lines and lines[-1].negated else None


def detection(statement: Statement | None) -> DeadPeerDetection | None:
    """What a `keepalive` or `dpd` line asks for."""
    if statement is None:
        return None
    return DeadPeerDetection(
        interval=statement.get("seconds"),
        retries=defaults.DPD_RETRIES,
        retry_interval=statement.get("retry", defaults.DPD_RETRY),
        style=statement.get("style", defaults.DPD_STYLE),
    )


def tell_built_in(phase1: Phase1, report: Report) -> None:
    """Say what is offered where no policy is written."""
    if phase1.written:
        return
    if phase1.policies:
        report.info(
            1,
            "built-in-policies",
            "no `crypto isakmp policy` is written: the built-in policies of newer releases are "
            "offered (AES-128 "
            "with group 5, then 3DES with group 2; SHA before MD5); older releases offer DES, SHA, "
            "group 1 with "
            "certificates alone",
            "write the policy that both sides mean",
        )
    else:
        report.error(
            1,
            "no-policy",
            "no `crypto isakmp policy` is written, and the built-in ones are switched off",
            "add `crypto isakmp policy 10`",
        )


def _read_policies(document: Document, certified: bool, report: Report) -> tuple[Policy, ...]:
    blocks = read_blocks(document, "crypto isakmp policy", lambda s: str(s.get("number", "")) or None)
    policies = []
    for block in blocks.values():
        cipher, hashed = block.last("encryption"), block.last("hash")
        method, group, lifetime = (
            block.last("authentication"),
            block.last("group"),
            block.last("lifetime"),
        )
        policy = Policy(
            number=block.opener.get("number"),
            cipher=cipher.get("cipher") if cipher else defaults.POLICY_CIPHER,
            hash=hashed.get("hash") if hashed else defaults.POLICY_HASH,
            method=method.get("method") if method else defaults.POLICY_METHOD,
            group=group.get("group") if group else defaults.POLICY_GROUP,
            lifetime=lifetime.get("seconds") if lifetime else defaults.POLICY_LIFETIME,
            line=block.line,
            certified=certified,
        )
        policies.append(policy)
        silent = [
            key for key, line in (("encryption", cipher), ("group", group), ("hash", hashed)) if line is None
        ]
        if silent:
            words = either([_SPOKEN[key] for key in silent]).replace(" or ", " and ")
            report.info(
                block.line,
                "policy-default",
                f"policy {policy.number} says nothing of {either(silent)}: the device takes {words}",
            )
        _tell_method(policy, method is not None, report)
    return tuple(sorted(policies, key=lambda p: p.number))


def _tell_method(policy: Policy, written: bool, report: Report) -> None:
    if policy.is_usable:
        return
    if not written:
        report.warning(
            policy.line,
            "policy-authentication",
            f"policy {policy.number} says nothing of authentication, and the device takes rsa-sig: no "
            "pre-shared key is used with it, and there is no trustpoint; the policy is left out",
            "add `authentication pre-share`",
        )
        return
    if policy.method == RSA_SIG:
        report.warning(
            policy.line,
            "no-trustpoint",
            f"policy {policy.number}: there is no trustpoint whose certificates it could use; the policy is "
            "left out",
            "add `crypto pki trustpoint NAME`",
        )
        return
    report.warning(
        policy.line,
        "not-yet",
        f"policy {policy.number}: `authentication {policy.method}` is not there yet; the policy is left out",
    )


def _built_in(certified: bool) -> tuple[Policy, ...]:
    return tuple(
        Policy(p.number, p.cipher, p.hash, p.method, p.group, defaults.POLICY_LIFETIME, certified=certified)
        for p in defaults.BUILT_IN_POLICIES
    )


def _identity(document: Document, report: Report) -> Identity | None:
    line = last_line(document, "crypto isakmp identity")
    match line.get("identity") if line else None:
        case "fqdn":
            return Identity.of(IdType.ID_FQDN, own_name(document))
        case "dn" if line:
            report.warning(
                line.line,
                "not-yet",
                "the name in a certificate is not there yet; our address is our identity",
            )
    return None
