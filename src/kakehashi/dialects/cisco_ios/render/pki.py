"""Trustpoints, the certificates that a configuration holds, and certificate maps."""

from collections.abc import Iterable, Iterator

from kakehashi.dialects.cisco_ios.render.book import Book
from kakehashi.dialects.rendering import is_word
from kakehashi.model.address import is_address
from kakehashi.model.certificate import (
    CertificateMap,
    CertificateUse,
    Enrollment,
    KeyKind,
    Trustpoint,
)
from kakehashi.model.gateway import Gateway
from kakehashi.model.identity import Authentication, AuthenticationMethod
from kakehashi.model.tunnel import Ikev2Tunnel

NAMELESS = "VPN"  # for certificates that the other device calls nothing
_DIGITS, _WORDS = 8, 8  # of a word of a certificate, and words of a line


def write_trustpoints(book: Book) -> None:
    """Those of the gateway, and those that its tunnels and peers name."""
    wanted = {t.name: t for t in book.gateway.trustpoints}
    uses = dict(_uses(book.gateway))
    for use, local in uses.items():
        for name in use.names or (() if wanted else (NAMELESS,)):
            if name not in wanted:
                wanted[name] = _for(name, use, local)
    for trustpoint in wanted.values():
        if not is_word(trustpoint.name):
            book.losses.add(
                trustpoint.source, f"the trustpoint {trustpoint.name}", "its name is not one word"
            )
            continue
        book.pki += _block(trustpoint, book)
        if trustpoint.enrollment is not Enrollment.SELF_SIGNED and not trustpoint.certificates:
            name = trustpoint.name
            book.losses.add(
                trustpoint.source,
                f"the certificates of the trustpoint {name}",
                "a configuration holds no keys: type `crypto pki authenticate`, `enroll` and `import`",
            )
    for maps in {use.attributes: None for use in uses if use.attributes}:
        book.pki += _map(maps)


def trustpoint_lines(tunnel: Ikev2Tunnel, book: Book) -> Iterator[str]:
    """The lines of a profile: by which certificate we prove ourselves, and who vouches for the peer."""
    sides = {"sign": tunnel.local, "verify": tunnel.peer}
    signing = {word: side for word, side in sides.items() if side.method is AuthenticationMethod.SIGNATURE}
    names = {word: _names(side.certificates, book.gateway) for word, side in signing.items()}
    if len(names) == 2 and names["sign"] == names["verify"]:
        yield from (f"pki trustpoint {name}" for name in names["sign"])
    else:
        yield from (f"pki trustpoint {name} {word}" for word, found in names.items() for name in found)
    if "verify" in signing:
        use = tunnel.peer.certificates
        yield from (f"match certificate {name}" for name in dict.fromkeys(m.name for m in use.attributes))
        book.losses.unless(
            not use.common_name,
            tunnel.peer.source,
            f"{tunnel.interface}: the CN of the peer's certificate",
            "the device compares the alternative name alone",
        )


def method_word(side: Authentication) -> str:
    """How a side proves itself, in the words of a profile."""
    if side.method is AuthenticationMethod.PSK:
        return "pre-share"
    return "ecdsa-sig" if side.certificates.key is KeyKind.ECDSA else "rsa-sig"


def _names(use: CertificateUse, gateway: Gateway) -> tuple[str, ...]:
    return use.names or tuple(t.name for t in gateway.trustpoints) or (NAMELESS,)


def _uses(gateway: Gateway) -> Iterator[tuple[CertificateUse, Authentication | None]]:
    """Each with the side that is ours, if it is that."""
    for tunnel in gateway.tunnels:
        if isinstance(tunnel, Ikev2Tunnel):
            for side in (tunnel.local, tunnel.peer):
                if side.method is AuthenticationMethod.SIGNATURE:
                    yield side.certificates, side if side is tunnel.local else None
    for peer in gateway.ikev1_peers:
        if any(p.authentication is AuthenticationMethod.SIGNATURE for p in peer.proposals):
            yield peer.certificates, None


def _for(name: str, use: CertificateUse, local: Authentication | None) -> Trustpoint:
    """A trustpoint that the other device has no block for, with what a certificate of ours must say."""
    text = local.identity.text if local is not None and not local.by_address else ""
    return Trustpoint(
        name=name,
        subject=f"cn={text}" if text else "",
        alternatives=(text,) if text else (),
        key=use.key or KeyKind.RSA,
        revocation=use.revocation,
    )


def _block(trustpoint: Trustpoint, book: Book) -> list[str]:
    lines = [f"crypto pki trustpoint {trustpoint.name}"]
    lines.append(
        " enrollment selfsigned"
        if trustpoint.enrollment is Enrollment.SELF_SIGNED
        else " enrollment terminal"
    )
    if trustpoint.enrollment is Enrollment.URL:
        book.losses.add(trustpoint.source, f"the address of SCEP of {trustpoint.name}", "it is not kept here")
    if trustpoint.subject:
        lines.append(f" subject-name {_named(trustpoint.subject)}")
    addresses = [a for a in trustpoint.alternatives if is_address(a)]
    names = [a for a in trustpoint.alternatives if not is_address(a)]
    lines += [f" fqdn {name}" for name in names[:1]]
    lines += [f" subject-alt-name {name}" for name in names[1:2]]
    lines += [f" ip-address {address}" for address in addresses[:1]]
    left = (*names[2:], *addresses[1:])
    book.losses.unless(
        not left,
        trustpoint.source,
        f"the names {', '.join(left)} of {trustpoint.name}",
        "the device has no more lines",
    )
    lines.append(f" revocation-check {' '.join(m.value for m in trustpoint.revocation) or 'none'}")
    key = trustpoint.key_name or trustpoint.name
    if trustpoint.key is KeyKind.ECDSA:
        lines.append(f" eckeypair {key}")
    elif trustpoint.key_name or trustpoint.key_bits != 2048:
        lines.append(f" rsakeypair {key} {trustpoint.key_bits}")
    lines += [f" ocsp url {trustpoint.ocsp_url}"] if trustpoint.ocsp_url else []
    lines += [f" crl query {trustpoint.crl_url}"] if trustpoint.crl_url else []
    lines += [f" fingerprint {octets.hex().upper()}" for octets in trustpoint.fingerprints[:1]]
    return [*lines, *_chain(trustpoint)]


def _chain(trustpoint: Trustpoint) -> list[str]:
    if not trustpoint.certificates:
        return []
    lines = [f"crypto pki certificate chain {trustpoint.name}"]
    for number, der in enumerate(trustpoint.certificates, 1):
        digits = der.hex().upper()
        words = [digits[i : i + _DIGITS] for i in range(0, len(digits), _DIGITS)]
        # Which number it has, only its issuer knows; the device reads it from the octets.
        lines.append(f" certificate ca {number:02X}")
        lines += ["  " + " ".join(words[i : i + _WORDS]) for i in range(0, len(words), _WORDS)]
        lines.append("  quit")
    return lines


def _map(maps: Iterable[CertificateMap]) -> list[str]:
    lines = []
    for number, one in enumerate(maps, 1):
        lines.append(f"crypto pki certificate map {one.name} {number * 10}")
        lines += [f" {rule.field} {rule.operator.value} {rule.value}" for rule in one.rules]
    return lines


def _named(subject: str) -> str:
    """`/C=JP/O=EXAMPLE/CN=host` in the order and with the commas of this device."""
    if not subject.startswith("/"):
        return subject
    parts = [part.partition("=") for part in subject.split("/") if part]
    return ", ".join(f"{key.strip().lower()}={value.strip()}" for key, _, value in reversed(parts))
