"""The far end's configuration, in its maker's language."""

from dataclasses import dataclass

from kakehashi.bridge.adapt import adapt
from kakehashi.bridge.carry import in_comments
from kakehashi.bridge.far_end import NoFarEndError, far_end
from kakehashi.bridge.prove import Proof, negotiate
from kakehashi.bridge.reading import Read
from kakehashi.dialects.registry import by_name
from kakehashi.dialects.rendering import Loss
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.tunnel import Tunnel


class MirrorError(Exception):
    """There is nothing to mirror; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The far end of one tunnel. `placeholders`: what this side cannot know, each in words."""

    file: str
    dialect: str
    target: str
    tunnel: str
    text: str
    placeholders: tuple[str, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    proof: Proof
    wrong: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Does it meet the tunnel that it was made for?"""
        return self.proof.holds and not self.wrong

    def comments(self) -> str:
        """What is to be known, as comments to stand before the text."""
        lines = [f"The far end of {self.tunnel} of {self.file} ({self.dialect}), for {self.target}.", ""]
        lines.append(f"{'Proved' if self.proof.holds else 'FAILED'}: {self.proof}.")
        lines += [f"ERROR: {f.message}" for f in self.wrong]
        for title, found in (
            ("To be filled in:", list(self.placeholders)),
            ("Changed:", list(self.notes)),
            ("The device's own way:", [f"{x.what}: {x.why}" for x in self.losses]),
        ):
            if found:
                lines += ["", title, *(f"  {text}" for text in found)]
        return in_comments(lines)


def mirror(read: Read, target: str, tunnel: str | None = None) -> Mirror:
    """The far end of a tunnel of a router that was read; of the only one if none is named. MirrorError."""
    near = _chosen(read, tunnel)
    try:
        far = far_end(read.gateway, near)
    except NoFarEndError as error:
        raise MirrorError(str(error)) from error
    adapted = adapt(far.gateway, target)
    dialect = by_name(target)
    rendered = dialect.render(adapted.gateway)
    again = dialect.lower(rendered.text, "the far end")
    proofs = [negotiate((read.gateway, near.interface), (again.gateway, name)) for name, _ in adapted.tunnels]
    names = dict(zip((i.name for i in far.gateway.interfaces), _new_names(adapted.gateway), strict=False))
    return Mirror(
        file=read.file,
        dialect=read.dialect,
        target=target,
        tunnel=near.interface,
        text=rendered.text,
        placeholders=tuple(_renamed(text, names) for text in far.placeholders),
        losses=rendered.losses,
        notes=tuple(n for n in adapted.notes if " is " not in n or "source" in n),
        proof=next((p for p in proofs if not p.holds), proofs[0]),
        wrong=tuple(f for f in again.findings if f.severity is Severity.ERROR),
    )


def _chosen(read: Read, name: str | None) -> Tunnel:
    tunnels = read.gateway.tunnels
    known = ", ".join(t.interface for t in tunnels)
    if not tunnels:
        raise MirrorError(f"{read.file} has no tunnel")
    if name is None:
        if len(tunnels) > 1:
            raise MirrorError(f"{read.file} has several tunnels; say --tunnel with one of: {known}")
        return tunnels[0]
    found = next((t for t in tunnels if t.interface.lower() == name.lower()), None)
    if found is None:
        raise MirrorError(f"{read.file} has no tunnel {name}; there are: {known}")
    return found


def _new_names(gateway: object) -> list[str]:
    return [i.name for i in getattr(gateway, "interfaces", ())]


def _renamed(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(f"{old}:", f"{new}:")
    return text
