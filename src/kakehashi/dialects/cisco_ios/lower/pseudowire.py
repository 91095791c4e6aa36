"""`xconnect` with `pseudowire-class` and `l2tp-class`: an interface's frames go to another site by L2TPv3.

Of the two ways to authenticate, `digest secret` is that of RFC 3931; `authentication` with `password` is the
one of L2TPv2, which does not become part of the model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from kakehashi.dialects.blocks import Block
from kakehashi.dialects.cisco_ios.defaults import L2TP_CONTROL
from kakehashi.dialects.cisco_ios.interfaces import interface_of
from kakehashi.dialects.cisco_ios.lower.around import Around
from kakehashi.dialects.cisco_ios.passwords import reveal_type_7
from kakehashi.dialects.document import Document, Item, Statement, Unknown
from kakehashi.model.address import IPAddress
from kakehashi.model.bridge import Bridge
from kakehashi.model.pseudowire import (
    ControlChannel,
    CookieSize,
    Digest,
    L2tpv3,
    Pseudowire,
    PseudowireSession,
)
from kakehashi.model.secret import Secret

_Refusal = tuple[str, str, str]
_USAGE = "write `xconnect ADDRESS NUMBER pw-class NAME`, and `encapsulation l2tpv3` in that class"
_PROTOCOLS = ("l2tpv3", "l2tpv3ietf", "none")
_IDS = range(1, 1 << 32)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a class in words, `no` taken into account."""

    lines: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, items: Sequence[Item]) -> "_Lines":
        kept: list[tuple[str, ...]] = []
        for words in _words(items):
            if words[:1] == ("no",):
                kept = [k for k in kept if k[: len(words) - 1] != words[1:]]
            else:
                kept.append(words)
        return cls(tuple(kept))

    def after(self, *words: str) -> tuple[str, ...] | None:
        """What follows these words in the last line that begins so; None without one."""
        found = [line[len(words) :] for line in self.lines if line[: len(words)] == words]
        return found[-1] if found else None

    def number(self, default: int, *words: str) -> int:
        """The number behind these words."""
        return _number(self.after(*words) or (), default)


def read_pseudowires(document: Document, around: Around) -> tuple[Pseudowire, ...]:
    """Those of L2TPv3 whose lines are all there; of others it is told why they are none."""
    classes = _classes(document, "pseudowire-class"), _classes(document, "l2tp-class")
    wires: list[Pseudowire] = []
    _tell_unused(document, around, classes[0])
    for block in around.blocks.values():
        line = block.last("xconnect")
        if line is None:
            continue
        wire = _pseudowire(block, line, classes[0], classes[1], around)
        if isinstance(wire, Pseudowire):
            wires.append(wire)
        else:
            code, why, remedy = wire
            around.report.warning(line.line, code, f"{block.name}: {why}; it stays down", remedy)
    return tuple(wires)


def _tell_unused(document: Document, around: Around, pw_classes: dict[str, _Lines]) -> None:
    """Classes that nobody names do nothing."""
    xconnects = (line for block in around.blocks.values() if (line := block.last("xconnect")))
    used = {
        "pseudowire-class": {_option(line.get("rest", ()), "pw-class") for line in xconnects},
        "l2tp-class": {(p[1:] or ("",))[0] for c in pw_classes.values() if (p := c.after("protocol"))},
    }
    for key, names in used.items():
        for name in _classes(document, key):
            line = next(s for s in document.statements(key) if "".join(s.get("rest", ())[:1]) == name)
            if name not in names:
                around.report.info(line.line, f"unused-{key}", f"nobody uses the {key} {name}")


def read_bridges(wires: Sequence[Pseudowire], around: Around) -> tuple[Bridge, ...]:
    """Each pseudowire is joined with the interface whose frames it carries."""
    return tuple(
        Bridge(name=wire.bridge, ports=(wire.interface,), source=wire.source)
        for wire in wires
        if wire.interface in around.interfaces
    )


def _pseudowire(
    block: Block,
    line: Statement,
    pw_classes: dict[str, _Lines],
    l2tp_classes: dict[str, _Lines],
    around: Around,
) -> Pseudowire | _Refusal:
    words: tuple[str, ...] = line.get("rest", ())
    peer = _address(words[0]) if words else None
    if peer is None or len(words) < 2:
        return "xconnect-incomplete", "`xconnect` needs the peer's address and a number", _USAGE
    options, below = words[2:], _Lines.of(line.body)
    named_class = _option(options, "pw-class")
    if named_class and named_class not in pw_classes:
        why = f"there is no pseudowire-class {named_class} (there are: {', '.join(pw_classes) or 'none'})"
        return "undefined-pseudowire-class", why, f"add `pseudowire-class {named_class}`"
    pw_class = pw_classes.get(named_class, _Lines())
    encapsulation = pw_class.after("encapsulation") or ()
    if "l2tpv3" not in (_option(options, "encapsulation"), *encapsulation[:1]):
        return "not-yet", "only L2TPv3 is there, and no other encapsulation", _USAGE
    protocol = pw_class.after("protocol") or ("l2tpv3",)
    if protocol[0] not in _PROTOCOLS:
        return "not-yet", f"`protocol {protocol[0]}` is not there yet", "write `protocol l2tpv3`, or `none`"
    wanted = protocol[1] if len(protocol) > 1 else ""
    if wanted and wanted not in l2tp_classes:
        why = f"there is no l2tp-class {wanted} (there are: {', '.join(l2tp_classes) or 'none'})"
        return "undefined-l2tp-class", why, f"add `l2tp-class {wanted}`"
    named = l2tp_classes.get(wanted, _Lines())
    is_static = below.after("l2tp", "id") is not None
    static = _static(below) if is_static else None
    if is_static and static is None:
        why = "`l2tp id` wants two numbers from 1 to 4294967295, and a cookie has 4 or 8 octets"
        return "session-id", why, "write `l2tp id OURS THEIRS`"
    if protocol[0] == "none" and not is_static:
        why = "nothing is negotiated with `protocol none`, and there is no `l2tp id`"
        return "xconnect-incomplete", why, "add `l2tp id OURS THEIRS` below `xconnect`"
    if "." in block.name and pw_class.after("interworking") is None:
        why = "frames of one VLAN by L2TPv3 are not there yet"
        return "not-yet", why, "write `xconnect` on the whole interface"
    interface = pw_class.after("ip", "local", "interface") or ()
    return Pseudowire(
        interface=block.name,
        peer=peer,
        encapsulation=L2tpv3(
            end_id=words[1],
            # Nobody asks for one where both are written down.
            cookie_size=0 if is_static else _cookie_size(named),
            sequencing=any(w in ("both", "receive") for w in pw_class.after("sequencing") or ()),
            static=static,
            control=None if is_static else _control(named, wanted),
        ),
        enabled=block.name not in around.interfaces or around.interfaces[block.name].enabled,
        source_address="".join(interface) or None,
        bridge=block.name,
        name=named_class,
        source=around.report.source(line.line),
    )


def _static(below: _Lines) -> PseudowireSession | None:
    """`l2tp id LOCAL REMOTE` with the cookies; None if one of the IDs is none."""
    ids = [_number((word,), 0) for word in below.after("l2tp", "id") or ()]
    if len(ids) != 2 or any(number not in _IDS for number in ids):
        return None
    return PseudowireSession(
        local_id=ids[0],
        remote_id=ids[1],
        local_cookie=_cookie(below.after("l2tp", "cookie", "local") or ()),
        remote_cookie=_cookie(below.after("l2tp", "cookie", "remote") or ()),
    )


def _cookie(words: Sequence[str]) -> bytes:
    """`4 LOW` or `8 LOW HIGH`, decimal or with 0x: the low half is the last one sent."""
    size, *halves = (_number((word,), 0) for word in words) if words else (0,)
    parts = [half & 0xFFFF_FFFF for half in halves]
    if size == 4 and parts:
        return parts[0].to_bytes(4, "big")
    if size == 8 and len(parts) > 1:
        return parts[1].to_bytes(4, "big") + parts[0].to_bytes(4, "big")
    return b""


def _control(named: _Lines, name: str) -> ControlChannel:
    digest, usual = named.after("digest") or (), L2TP_CONTROL
    return ControlChannel(
        name=name,
        host_name="".join((named.after("hostname") or ())[:1]),
        secret=_secret(digest),
        digest=Digest.SHA1 if _option(digest, "hash").lower() == "sha" else Digest.MD5,
        hidden=named.after("hidden") is not None,
        hello=named.number(usual.hello, "hello"),
        window=named.number(usual.window, "receive-window"),
        retries=named.number(usual.retries, "retransmit", "retries"),
        longest_wait=named.number(int(usual.longest_wait), "retransmit", "timeout", "max"),
        first_wait=named.number(int(usual.first_wait), "retransmit", "timeout", "min"),
    )


def _secret(digest: Sequence[str]) -> Secret | None:
    """`digest secret [0|7] WORD`."""
    if list(digest[:1]) != ["secret"] or len(digest) < 2:
        return None
    if digest[1] == "7" and len(digest) > 2:
        return reveal_type_7(Secret(digest[2].encode()))
    return Secret(digest[2 if digest[1] == "0" and len(digest) > 2 else 1].encode())


def _cookie_size(named: _Lines) -> CookieSize:
    size = named.number(0, "cookie", "size")
    return 4 if size == 4 else 8 if size == 8 else 0


def _option(words: Sequence[str], name: str) -> str:
    """The word behind a keyword; "" without it."""
    at = words.index(name) + 1 if name in words else len(words)
    return words[at] if at < len(words) else ""


def _number(words: Sequence[str], default: int) -> int:
    try:
        return int(words[0], 0) if words else default
    except ValueError:
        return default


def _address(word: str) -> IPAddress | None:
    try:
        return ip_address(word)
    except ValueError:
        return None


def _classes(document: Document, key: str) -> dict[str, _Lines]:
    """The blocks of that key by name."""
    bodies: dict[str, list[Item]] = {}
    for statement in document.statements(key):
        name = "".join(statement.get("rest", ())[:1])
        if statement.negated:
            bodies.pop(name, None)
        else:
            bodies.setdefault(name, []).extend(statement.body)
    return {name: _Lines.of(body) for name, body in bodies.items()}


def _words(items: Sequence[Item]) -> Iterator[tuple[str, ...]]:
    """The lines with their keywords in full, as far as they are known."""
    for item in items:
        if isinstance(item, Statement):
            named = interface_of(item, "interface")
            rest = (named,) if named else item.get("rest", ())
            yield (*(("no",) if item.negated else ()), *item.key.split(), *rest)
            yield from _words(item.body)
        elif isinstance(item, Unknown):
            yield tuple(item.text.split())
