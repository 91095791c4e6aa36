"""The far end's configuration, in its maker's language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kakehashi.bridge import clouds
from kakehashi.bridge.abilities import TITLES
from kakehashi.bridge.adapt import adapt
from kakehashi.bridge.agree import Change, agree
from kakehashi.bridge.amend import Amended, amend
from kakehashi.bridge.carry import error_line, in_comments
from kakehashi.bridge.far_end import NoFarEndError, Placeholder, far_end
from kakehashi.bridge.frames import not_written, wires_of
from kakehashi.bridge.narrow import narrow
from kakehashi.bridge.prove import Proof, negotiate, why_it_is_down
from kakehashi.bridge.reading import Read
from kakehashi.dialects.registry import by_name
from kakehashi.dialects.rendering import Loss
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.tunnel import Tunnel

_WORDS = re.compile(r"VPN [0-9]+|[A-Za-z][\w/.]*\w")


class MirrorError(Exception):
    """There is nothing to mirror; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The far end of one tunnel. `text`: its configuration, what this side cannot know marked in it.

    `changes`: what both ends must say otherwise than the file does, because the far end's device has no
    words for it; `first`: the file with that, None where it may stay as it is. It is what the far end meets.
    """

    file: str
    dialect: str
    target: str
    tunnel: str
    text: str = field(repr=False)
    placeholders: tuple[str, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...]
    changes: tuple[Change, ...]
    first: Amended | None
    proof: Proof
    wrong: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Does it meet the tunnel that it was made for, with the changes that are told?"""
        return self.proof.holds and not self.wrong

    def comments(self) -> str:
        """What is to be known, as comments to stand before the text."""
        to = TITLES[self.target]
        lines = [f"The far end of {self.tunnel} of {self.file} ({TITLES[self.dialect]}), for {to}.", ""]
        met = f", once {self.file} is changed as told below" if self.first and self.proof.holds else ""
        lines.append(f"{'Proved' if self.proof.holds else 'FAILED'}: {self.proof}{met}.")
        lines += [error_line(f) for f in self.wrong]
        for title, found in (
            (f"Both ends must say otherwise than {self.file}:", [str(c) for c in self.changes]),
            (f"So change in {self.file}:", list(self.first.lines) if self.first else []),
            ("Otherwise than there:", list(self.notes)),
            ("The device's own way:", list(dict.fromkeys(f"{x.what}: {x.why}" for x in self.losses))),
        ):
            if found:
                lines += ["", title, *(f"  {text}" for text in found)]
        if self.placeholders:
            lines += ["", "What is marked `placeholder` must be filled in; the list stands at the end."]
        return in_comments(lines)


def mirror(read: Read, target: str, tunnel: str | None = None) -> Mirror:
    """The far end of a tunnel of a router that was read; of the only one if none is named. MirrorError."""
    near = chosen(read, tunnel)
    if read.gateway.l2tp_server(near.interface) is not None:
        raise MirrorError(
            f"people dial in to {near.interface} by L2TP: its far ends are laptops and phones, which have no "
            "configuration of a router; there is a sheet for those"
        )
    wires = wires_of(near, read.gateway)
    unsaid = [f for wire in wires if (f := not_written(wire, read.gateway, target)) is not None]
    if unsaid and target != read.dialect:
        raise MirrorError(str(unsaid[0]))
    cloud = read.gateway.multipoint(near.interface)
    if cloud is not None and (why := clouds.not_written(cloud, read.gateway, target)) is not None:
        raise MirrorError(str(why))
    gateway, changes, first = _agreed(read, near, target)
    near = gateway.tunnel(near.interface) or near
    try:
        far = far_end(gateway, near)
    except NoFarEndError as error:
        raise MirrorError(str(error)) from error
    narrowed, kept = narrow(clouds.with_maps(far.gateway, target), target)
    adapted = adapt(narrowed, target)
    dialect = by_name(target)
    rendered = dialect.render(adapted.gateway)
    again = dialect.lower(rendered.text, "the far end")
    proofs = [negotiate((gateway, near.interface), (again.gateway, name)) for name, _ in adapted.tunnels]
    proof = next((p for p in proofs if not p.holds), proofs[0])
    names = dict(zip((i.name for i in far.gateway.interfaces), _new_names(adapted.gateway), strict=False))
    names[far.tunnel] = adapted.tunnels[0][0] if len(adapted.tunnels) == 1 else "the tunnel"
    notes = [*kept, *(n for n in adapted.notes if " is " not in n or "source" in n)]
    placeholders = [
        Placeholder(p.text, names.get(p.interface, p.interface), p.value) for p in far.placeholders
    ]
    return Mirror(
        file=read.file,
        dialect=read.dialect,
        target=target,
        tunnel=near.interface,
        text=_marked(rendered.text, placeholders),
        placeholders=tuple(str(p) for p in placeholders),
        losses=rendered.losses,
        notes=tuple(_renamed(note, names) for note in notes),
        changes=changes,
        first=first,
        proof=proof if proof.holds else why_it_is_down(proof, read, near, rendered.losses),
        wrong=(*unsaid, *adapted.conflicts, *(f for f in again.findings if f.severity is Severity.ERROR)),
    )


def _agreed(read: Read, near: Tunnel, target: str) -> tuple[Gateway, tuple[Change, ...], Amended | None]:
    """The first file's gateway with what the other device can say, and the file that says it."""
    agreed = agree(read.gateway, target, [near.interface])
    if not agreed.changes:
        return read.gateway, (), None
    first = amend(read, agreed.gateway)
    written = by_name(read.dialect).lower(first.text, read.file).gateway
    wanted = {p.name for p in agreed.gateway.ikev1_peers}
    if written.tunnel(near.interface) is None or not wanted <= {p.name for p in written.ikev1_peers}:
        # The file is in error where it would have to be changed.
        return agreed.gateway, agreed.changes, None
    return written, agreed.changes, first


def chosen(read: Read, name: str | None) -> Tunnel:
    """The tunnel of that name, or the only one. MirrorError."""
    tunnels = read.gateway.tunnels
    known = ", ".join(t.interface for t in tunnels)
    if not tunnels and read.gateway.pseudowires:
        wire = read.gateway.pseudowires[0]
        raise MirrorError(
            f"{read.file} has no tunnel of IPsec: {wire.interface} carries Ethernet by {wire.encapsulation} "
            "without one, and nothing is negotiated that could be proved; write its other end by hand"
        )
    if not tunnels:
        errors = [f.message for f in read.findings if f.severity is Severity.ERROR]
        names = [cloud.interface for cloud in read.gateway.multipoints]
        errors += [f.message for f in read.findings if any(name in f.message for name in names)]
        why = next(iter(errors), "")
        raise MirrorError(f"{read.file} has no tunnel" + (f": {why}" if why else ""))
    if name is None:
        if len(tunnels) > 1:
            raise MirrorError(f"{read.file} has several tunnels; say --tunnel with one of: {known}")
        return tunnels[0]
    found = next((t for t in tunnels if t.interface.lower() == name.lower()), None)
    if found is None:
        raise MirrorError(f"{read.file} has no tunnel {name}; there are: {known}")
    return found


def _new_names(gateway: Gateway) -> list[str]:
    return [i.name for i in gateway.interfaces]


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """With the names that the far end has for things."""
    return _WORDS.sub(lambda word: names.get(word[0], word[0]), text)


def _marked(text: str, placeholders: Sequence[Placeholder]) -> str:
    """The text with a mark before each line that holds a placeholder, and the list of them at its end."""
    written: list[str] = []
    for line in text.splitlines():
        for number, each in enumerate(placeholders, start=1):
            words = line.split()
            opens = words[:1] == ["interface"] and words[1:] == [each.interface]
            if opens or (each.value and each.value in words):
                written.append(f"{line[: len(line) - len(line.lstrip())]}! placeholder {number}")
        written.append(line)
    if placeholders:
        written += (
            ["! Placeholders, to be filled in:"]
            if written[-1:] == ["!"]
            else ["!", "! Placeholders, to be filled in:"]
        )
        written += [f"!   {number}. {each}" for number, each in enumerate(placeholders, start=1)]
    return "\n".join([*written, ""])
