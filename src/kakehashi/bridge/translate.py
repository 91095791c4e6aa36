"""The same router in another language."""

from dataclasses import dataclass, replace

from kakehashi.bridge.abilities import AWPLUS, CISCO, NEC
from kakehashi.bridge.account import OF_A_CLOUD, Fate, Line, Outcome, account
from kakehashi.bridge.adapt import Adapted, adapt
from kakehashi.bridge.agree import Change, agree
from kakehashi.bridge.carry import carry_over, error_line, in_comments
from kakehashi.bridge.clouds import without_clouds
from kakehashi.bridge.frames import without_wires
from kakehashi.bridge.prove import Proof, has_certificate, prove_translation
from kakehashi.bridge.reading import Read, parse
from kakehashi.dialects.base import Dialect
from kakehashi.dialects.cisco_ios.lower.dial_in import find_dial_in
from kakehashi.dialects.document import lines_of
from kakehashi.dialects.registry import by_name
from kakehashi.dialects.rendering import Loss, Losses, Rendered, without_servers
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1Tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A translated router. `text` is the configuration alone; `lines`: what became of each source line.

    `losses`: what the other device does otherwise; `notes`: what was changed to fit it; `changes`: what it
    cannot say and its far end must therefore say otherwise, too; `wrong`: what its dialect complains of in
    the result.
    """

    file: str
    dialect: str
    target: str
    text: str
    lines: tuple[Line, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    changes: tuple[Change, ...]
    proofs: tuple[Proof, ...]
    wrong: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Does every tunnel meet the far end that the original has?"""
        return all(p.holds for p in self.proofs) and not self.wrong

    def comments(self) -> str:
        """The account as comments to stand before the text."""
        lines = [f"Translated from {self.file} ({self.dialect}) to {self.target}.", ""]
        for proof in self.proofs:
            lines.append(f"{'Proved' if proof.holds else 'FAILED'}: {proof}.")
        lines += [error_line(f) for f in self.wrong]
        for title, found in (
            ("It cannot say this, and its far end must be changed likewise:", [str(c) for c in self.changes]),
            ("Changed:", list(self.notes)),
            ("Impossible:", [_told(x) for x in self.lines if x.fate is Fate.IMPOSSIBLE]),
            ("In part:", [_told(x) for x in self.lines if x.fate is Fate.CARRIED and x.reason]),
            ("Says what holds anyway:", [_told(x) for x in self.lines if x.fate is Fate.DEFAULT]),
            ("The other device's own way:", _others(self)),
        ):
            if found:
                lines += ["", title, *(f"  {text}" for text in found)]
        return in_comments([" ".join(line.split()) if line.startswith("ERROR") else line for line in lines])


def translate(read: Read, target: str) -> Translation:
    """Translate a router that was read."""
    dialect = by_name(target)
    source = by_name(read.dialect)
    by_hand = Losses()
    sayable, unsaid = _sayable(read.gateway, target, by_hand)
    left = _carried(sayable, target, by_hand)
    agreed = agree(left, target, [t.interface for t in left.tunnels], True)
    adapted, rendered, text = _render(source, dialect, read, agreed.gateway)
    rendered = replace(rendered, losses=(*by_hand.found, *rendered.losses))
    again = dialect.lower(text, f"{read.file} in {dialect.name}")
    gateway = again.gateway
    proofs = tuple(
        prove_translation(read, of, agreed, gateway, name, rendered.losses)
        for name, of in adapted.tunnels
        if of.enabled or (has_certificate(of) and target != read.dialect)
    )
    was = {f.code for f in read.findings if f.severity is Severity.ERROR}
    errors = [f for f in again.findings if f.severity is Severity.ERROR and f.code not in was]
    wrong = (*unsaid, *adapted.conflicts, *errors)

    def outcome(changed: str) -> Outcome:
        found = source.lower(changed, read.file).gateway
        aside = Losses()
        kept, _ = _sayable(found, target, aside)
        rest = _carried(kept, target, aside)
        said = agree(rest, target, [t.interface for t in rest.tunnels], True)
        changed_to = adapt(said.gateway, target)
        made = dialect.render(changed_to.gateway)
        losses = (*aside.found, *made.losses)
        notes = (*map(str, said.changes), *changed_to.notes)
        # In the same language what people dial in to is carried over as it stands.
        left = kept if target == read.dialect else _without_idle_peers(rest)
        return Outcome(found, left, made.text, losses, notes)

    return Translation(
        file=read.file,
        dialect=read.dialect,
        target=target,
        text=text,
        lines=_unsaid(
            account(
                read.document,
                read.lines,
                read.findings,
                outcome,
                read.dialect == target,
                _taken(read, target),
            ),
            read,
            unsaid,
        ),
        losses=rendered.losses,
        notes=adapted.notes,
        changes=agreed.changes,
        proofs=proofs,
        wrong=wrong,
    )


def _unsaid(lines: tuple[Line, ...], read: Read, unsaid: tuple[Finding, ...]) -> tuple[Line, ...]:
    """In the block of a tunnel of many peers that is not written no line is carried, whatever it says."""
    blocks = {f.source.line for f in unsaid if f.code == "multipoint-unsaid" and f.source}
    opened = [item for item in read.document.statements() if item.line in blocks]
    inside = {inner.line for item in opened for inner, _ in lines_of(item.body)}
    return tuple(
        replace(x, fate=Fate.IMPOSSIBLE, reason=OF_A_CLOUD)
        if x.line in inside and x.fate is Fate.CARRIED
        else x
        for x in lines
    )


def _taken(read: Read, target: str) -> frozenset[int]:
    """Lines of users, pools and PPP that a server is made of."""
    found = find_dial_in(read.document) if read.dialect == CISCO and target != CISCO else None
    return found.lines if found else frozenset()


def _sayable(gateway: Gateway, target: str, losses: Losses) -> tuple[Gateway, tuple[Finding, ...]]:
    """What of a router the other language has words for, and what is missing then."""
    left, unsaid = without_wires(gateway, target)
    for finding in unsaid:
        losses.add(finding.source, f"the pseudowire {finding.name}", "nothing of it is written")
    left, clouds = without_clouds(left, target)
    for finding in clouds:
        losses.add(finding.source, f"the many peers of {finding.name}", "nothing of it is written")
    return left, (*unsaid, *clouds)


def _carried(gateway: Gateway, target: str, losses: Losses) -> Gateway:
    """Without what people dial in to where the device is no server for them. In Cisco's own language its
    lines are carried over as they stand, and are not written a second time.
    """
    if target == AWPLUS or (target == CISCO and gateway.dialect == CISCO):
        return without_servers(gateway, losses)
    if target != NEC:
        return gateway
    # A server of NEC IX is one under IKEv1 (V1-15).
    others = [s for s in gateway.l2tp_servers if not isinstance(gateway.tunnel(s.interface), Ikev1Tunnel)]
    left = without_servers(replace(gateway, l2tp_servers=tuple(others)), losses)
    return replace(left, l2tp_servers=tuple(s for s in gateway.l2tp_servers if s not in others))


def _without_idle_peers(gateway: Gateway) -> Gateway:
    """Without those with whom nothing is left to make by IKEv1."""
    tunnels = [t for t in gateway.tunnels if isinstance(t, Ikev1Tunnel)]
    needed = {name for t in tunnels for name in t.peers}
    if not all(t.peers for t in tunnels):
        return gateway  # one is for whoever comes
    return replace(gateway, ikev1_peers=tuple(p for p in gateway.ikev1_peers if p.name in needed))


def _render(source: Dialect, target: Dialect, read: Read, gateway: Gateway) -> tuple[Adapted, Rendered, str]:
    adapted = adapt(gateway, target.name)
    rendered = target.render(adapted.gateway)
    written = rendered.text
    if source.name == target.name:
        written = carry_over(read.document, written, lambda changed: parse(target.name, changed))
    return adapted, rendered, written


def _told(line: Line) -> str:
    return f"line {line.line} `{line.words}`" + (f": {line.reason}" if line.reason else "")


def _others(translation: Translation) -> list[str]:
    """The losses that no line has told of, each once."""
    reasons = " ".join(x.reason for x in translation.lines)
    told = dict.fromkeys(f"{x.what}: {x.why}" for x in translation.losses)
    return [text for text in told if text not in reasons]
