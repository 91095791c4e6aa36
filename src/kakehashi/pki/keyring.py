"""What one gateway has of keys and certificates, and whom it trusts: what IKE asks of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kakehashi.crypto.signatures import Family, PrivateKey, families, key_text
from kakehashi.model.certificate import CertificateUse, KeyKind
from kakehashi.model.identity import Identity
from kakehashi.pki import chain as chains
from kakehashi.pki.certificate import BadCertificate, Certificate, read
from kakehashi.pki.names import fits_map, named_text, names_it
from kakehashi.pki.revocation import Revocation
from kakehashi.pki.verdict import Accepted, Fetch, Pending, Reason, Refused, Verdict

MAX_PRESENTED = 10  # certificates in one message
_KINDS = {KeyKind.RSA: (Family.RSA_PKCS1,), KeyKind.ECDSA: (Family.ECDSA,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name of the store: authorities that it trusts, what helps to reach them, and what is ours.

    `crl_url`, `ocsp_url`: where to ask about certificates that these authorities have issued.
    """

    name: str
    anchors: tuple[Certificate, ...] = ()
    intermediates: tuple[Certificate, ...] = ()
    key: PrivateKey | None = field(default=None, repr=False)
    certificate: Certificate | None = None
    crl_url: str = ""
    ocsp_url: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """Our key, its certificate, and what leads from that to its authority, which the peer has itself."""

    name: str
    key: PrivateKey = field(repr=False)
    chain: tuple[Certificate, ...]

    @property
    def certificate(self) -> Certificate:
        """The one that names us."""
        return self.chain[0]


class Keyring:
    """The entries by their names. `clock`: the time of day, with its zone."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        clock: Callable[[], datetime],
        revocation: Revocation | None = None,
    ) -> None:
        self.entries = dict(entries)
        self.revocation = revocation or Revocation()
        self.clock = clock

    def own(self, use: CertificateUse, authorities: Collection[bytes] = ()) -> Own | None:
        """What we prove ourselves by: the first that `use` permits, valid now, of an authority that the peer
        asks for if there is one. `authorities`: SHA-1 hashes of keys as in CERTREQ, or subjects in DER.
        """
        found = [
            own for own in map(self._own_of, self._entries(use)) if own is not None and _is_kind(own, use)
        ]
        now = self.clock()

        def preference(own: Own) -> tuple[bool, bool]:
            stale = chains.out_of_date(own.certificate, now) is not None
            return stale, bool(authorities) and not self._is_of(own, authorities)

        return min(found, key=preference, default=None)

    def trusted(self, use: CertificateUse) -> tuple[Certificate, ...]:
        """The authorities that may vouch for the peer."""
        return tuple(dict.fromkeys(anchor for entry in self._entries(use) for anchor in entry.anchors))

    def judge(self, presented: Sequence[bytes], identity: Identity, use: CertificateUse) -> Verdict:
        """May who has sent these certificates, its own first, be called so? Never raises."""
        certificates: list[Certificate] = []
        if not presented:
            return Refused(Reason.NONE_SENT, "no certificate came along")
        if len(presented) > MAX_PRESENTED:
            return Refused(
                Reason.TOO_MANY, f"{len(presented)} certificates came along; {MAX_PRESENTED} are read at most"
            )
        for der in presented:
            try:
                certificates.append(read(der))
            except BadCertificate as bad:
                return Refused(bad.reason, bad.sentence)
        return self._judge(certificates, identity, use)

    def learn(self, fetch: Fetch, data: bytes | None, error: str = "") -> None:
        """What a fetch brought, for the next time one asks."""
        self.revocation.learn(fetch, data, error, self.clock())

    def own_names(self) -> tuple[str, ...]:
        """Entries that can prove who we are."""
        return tuple(
            name for name, e in self.entries.items() if e.key is not None and e.certificate is not None
        )

    def _judge(self, certificates: Sequence[Certificate], identity: Identity, use: CertificateUse) -> Verdict:
        leaf = certificates[0]
        if use.key is not None and not _is_of_kind(leaf.key, use.key):
            return Refused(
                Reason.WRONG_KIND,
                f"{leaf}: its key is {key_text(leaf.key)}, and {use.key.value} is configured",
            )
        entries, now = self._entries(use), self.clock()
        helpers = tuple(c for entry in entries for c in entry.intermediates)
        anchors = self.trusted(use)
        chain = chains.find(leaf, (*certificates[1:], *helpers), anchors, now)
        if isinstance(chain, Refused):
            return chain
        wrong = _wrong_name(leaf, identity, use)
        if wrong is not None:
            return wrong
        extra = next(((e.crl_url, e.ocsp_url) for e in entries if chain[-1] in e.anchors), ("", ""))
        revoked = self.revocation.judge(chain, use.revocation, extra, now)
        if revoked is not None:
            return revoked
        return Accepted(leaf.key, str(leaf))

    def _entries(self, use: CertificateUse) -> list[Entry]:
        if not use.names:
            return list(self.entries.values())
        return [self.entries[name] for name in use.names if name in self.entries]

    def _own_of(self, entry: Entry) -> Own | None:
        if entry.key is None or entry.certificate is None:
            return None
        chain = [entry.certificate]
        others = [*entry.intermediates, *entry.anchors]
        while not chain[-1].is_self_issued and len(chain) < chains.MAX_DEPTH:
            issuer = next((c for c in others if c.subject == chain[-1].issuer and c not in chain), None)
            if issuer is None or issuer.is_self_issued:
                break
            chain.append(issuer)
        return Own(entry.name, entry.key, tuple(chain))

    def _is_of(self, own: Own, authorities: Collection[bytes]) -> bool:
        """Does one of these authorities stand above our certificate, as far as the store knows?"""
        known = [*own.chain[1:], *(a for e in self.entries.values() for a in (*e.anchors, *e.intermediates))]
        issuers = {c.issuer for c in own.chain}
        above = [c for c in known if c.subject in issuers]
        names = {c.issuer.public_bytes() for c in own.chain}
        return any(c.spki_sha1 in authorities for c in above) or any(name in authorities for name in names)


def authority_names(certificates: Iterable[Certificate]) -> tuple[bytes, ...]:
    """The subjects in DER, as CR of IKEv1 names authorities (RFC 2408 section 3.10)."""
    return tuple(dict.fromkeys(c.subject.public_bytes() for c in certificates))


def _wrong_name(leaf: Certificate, identity: Identity, use: CertificateUse) -> Refused | None:
    if use.attributes:
        if any(fits_map(leaf, wanted) for wanted in use.attributes):
            return None
        maps = ", ".join(wanted.name for wanted in use.attributes)
        return Refused(Reason.ATTRIBUTES, f"{leaf}: the certificate map {maps} does not take it")
    if not names_it(leaf, identity):
        return Refused(
            Reason.WRONG_NAME, f"it says it is {identity}, and its certificate names {named_text(leaf)}"
        )
    if use.common_name and leaf.common_name.lower() != identity.text.lower():
        return Refused(
            Reason.WRONG_NAME,
            f"it says it is {identity}, and the CN of its certificate is {leaf.common_name or 'not there'}",
        )
    return None


def _is_kind(own: Own, use: CertificateUse) -> bool:
    return use.key is None or _is_of_kind(own.key.public_key(), use.key)


def _is_of_kind(key: object, kind: KeyKind) -> bool:
    return families(key)[0] in _KINDS[kind]  # type: ignore[arg-type]


__all__ = ["Entry", "Keyring", "Own", "Pending", "Verdict", "authority_names"]
