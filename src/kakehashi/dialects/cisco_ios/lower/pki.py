"""Trustpoints become places in the store, and say how certificates are judged."""

from collections.abc import Iterable, Iterator, Mapping

from kakehashi.dialects.blocks import Block, read_blocks, standing
from kakehashi.dialects.cisco_ios.lower.own import own_name
from kakehashi.dialects.document import Document, Statement, statements
from kakehashi.dialects.report import Report
from kakehashi.model.certificate import (
    CertificateMap,
    CertificateUse,
    Enrollment,
    KeyKind,
    MapRule,
    RevocationMethod,
    Trustpoint,
)

_DEFAULT = (RevocationMethod.CRL,)  # what the device does where no line says otherwise


def read_trustpoints(document: Document, report: Report) -> dict[str, Trustpoint]:
    """By name."""
    blocks = read_blocks(document, "crypto pki trustpoint")
    chains = read_blocks(document, "crypto pki certificate chain")
    own = own_name(document)
    for name, chain in chains.items():
        if name not in blocks:
            report.warning(
                chain.line,
                "undefined-trustpoint",
                f"there are certificates of the trustpoint {name}, and there is no such trustpoint",
                f"add `crypto pki trustpoint {name}`",
            )
    found = {}
    for name, block in blocks.items():
        held = tuple(_certificates(chains[name], report)) if name in chains else ()
        found[name] = _trustpoint(block, own, held, report)
    return found


def read_maps(document: Document) -> dict[str, tuple[CertificateMap, ...]]:
    """By name: what a certificate must be like, one of several ways."""
    ways: dict[str, dict[int, Block]] = {}
    for number, block in read_blocks(document, "crypto pki certificate map", _way).items():
        name = block.opener.get("name")
        ways.setdefault(name, {})[int(number.rpartition(" ")[2])] = block
    return {name: tuple(_map(name, blocks[n]) for n in sorted(blocks)) for name, blocks in ways.items()}


def _way(line: Statement) -> str | None:
    return f"{line.get('name')} {line.get('number')}" if line.get("number") else None


def _map(name: str, block: Block) -> CertificateMap:
    rules = [
        MapRule(s.key, s.get("operator"), " ".join(s.get("rest", ())).strip('"'))
        for s in standing(s for s in block.lines if s.get("operator") is not None)
    ]
    return CertificateMap(name, tuple(rules))


def _certificates(chain: Block, report: Report) -> Iterator[bytes]:
    """The certificates of a chain in DER, each up to its `quit`."""
    for line in standing(s for s in chain.lines if s.key == "certificate"):
        octets = b"".join(b"".join(s.get("octets")) for s in statements(line.body, "octets"))
        ends = any(s.key == "quit" for s in statements(line.body))
        if octets and ends:
            yield octets
        elif not octets and line.get("storage"):
            report.warning(
                line.line,
                "not-yet",
                f"the certificate of {chain.name} is in a file of the device, {line.get('storage')}",
                "import it with `kakehashi pki`",
            )


def use_of(
    names: Iterable[str], trustpoints: Mapping[str, Trustpoint], key: KeyKind | None = None
) -> CertificateUse:
    """The certificates of some trustpoints, or of all if none is named."""
    chosen = tuple(dict.fromkeys(names)) or tuple(trustpoints)
    checks = next((trustpoints[name].revocation for name in chosen if name in trustpoints), _DEFAULT)
    return CertificateUse(names=chosen, key=key, revocation=checks)


def _trustpoint(block: Block, own: str, held: tuple[bytes, ...], report: Report) -> Trustpoint:
    enrollment, subject = block.last("enrollment"), block.last("subject-name")
    checks, keys, curve = block.last("revocation-check"), block.last("rsakeypair"), block.last("eckeypair")
    pair = curve or keys
    fqdn, address, alternative = block.last("fqdn"), block.last("ip-address"), block.last("subject-alt-name")
    names = [
        " ".join(alternative.get("rest", ())) if alternative else "",
        fqdn.get("name", "") if fqdn else own if "." in own else "",
        str(address.get("address")) if address and address.get("address") else "",
    ]
    if enrollment is not None and enrollment.get("from") is Enrollment.URL:
        report.warning(
            enrollment.line,
            "not-yet",
            f"trustpoint {block.name}: SCEP is not there yet",
            "import the certificates with `kakehashi pki`",
        )
    ocsp, crl = block.last("ocsp url"), block.last("crl query")
    return Trustpoint(
        name=block.name,
        enrollment=enrollment.get("from", Enrollment.TERMINAL) if enrollment else Enrollment.TERMINAL,
        certificates=held,
        fingerprints=tuple(octets for s in block.all("fingerprint") if (octets := _fingerprint(s, report))),
        subject=" ".join(subject.get("rest", ())) if subject else "",
        alternatives=tuple(name for name in names if name),
        key=KeyKind.ECDSA if curve else KeyKind.RSA,
        key_name=pair.get("keys") if pair else "",
        key_bits=256 if curve else max(2048, keys.get("bits", 2048) if keys else 2048),
        revocation=tuple(checks.get("methods", ())) if checks else _DEFAULT,
        ocsp_url=ocsp.get("url") if ocsp else "",
        crl_url=crl.get("url") if crl else "",
        source=report.source(block.line),
    )


def _fingerprint(line: Statement, report: Report) -> bytes:
    """MD5, SHA-1 or SHA-256, b"" for what is none."""
    words = [word for word in line.get("rest", ()) if word.lower() not in ("md5", "sha1", "sha256")]
    try:
        octets = bytes.fromhex("".join(words).replace(":", ""))
    except ValueError:
        octets = b""
    if len(octets) in (16, 20, 32):
        return octets
    report.error(
        line.line,
        "invalid-value",
        "this is no fingerprint: it has 32 digits and letters from 0 to F (MD5), 40 (SHA-1) or 64 (SHA-256)",
        "write it as the authority tells it",
    )
    return b""
