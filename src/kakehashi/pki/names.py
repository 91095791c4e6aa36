"""Whom a certificate names: the identity of IKE (RFC 4945 section 3.1), name constraints (RFC 5280)."""

import unicodedata
from ipaddress import IPv4Network, IPv6Network, ip_address

from cryptography import x509
from cryptography.x509.oid import NameOID

from kakehashi.model.certificate import CertificateMap, MapOperator, MapRule
from kakehashi.model.identity import Identity
from kakehashi.pki.certificate import Certificate, name_text
from kakehashi.wire.registry.ikev2 import IdType


def names_it(certificate: Certificate, identity: Identity) -> bool:
    """Is the identity one that the certificate vouches for?

    A name of the DNS or a mail address that stands in no alternative name may stand in the subject, as the
    devices write it (AW-10); an address may not (RFC 4945 section 3.1.1).
    """
    data, names = identity.data, certificate.names
    match identity.type:
        case IdType.ID_IPV4_ADDR | IdType.ID_IPV6_ADDR:
            return any(address == _address(data) for address in names.addresses)
        case IdType.ID_FQDN:
            name = _text(data)
            return any(_same_dns(name, other) for other in names.dns or (certificate.common_name,))
        case IdType.ID_RFC822_ADDR:
            return any(
                _same_mail(_text(data), other) for other in names.emails or _mails(certificate.subject)
            )
        case IdType.ID_DER_ASN1_DN:
            return data == certificate.subject.public_bytes() or _same_name(data, certificate.subject)
        case IdType.ID_KEY_ID:
            # Nothing in a certificate is a key ID but the identifier of its key.
            return bool(certificate.key_identifier) and data == certificate.key_identifier
    return False


def named_text(certificate: Certificate) -> str:
    """Whom a certificate names, in a sentence."""
    names = certificate.names
    found = [*names.dns, *names.emails, *map(str, names.addresses)][:8]
    return f"{name_text(certificate.subject)} ({', '.join(found) or 'no alternative name'})"


def distinguished(data: bytes) -> x509.Name | None:
    """The name of an ID_DER_ASN1_DN; None if it is none."""
    try:
        return x509.Name.from_bytes(data)
    except (ValueError, TypeError):
        return None


def violates(certificate: Certificate, authority: Certificate) -> str:
    """The first name of a certificate that its authority must not vouch for, "" if there is none."""
    permitted, excluded = authority.permitted, authority.excluded
    if not permitted and not excluded:
        return ""
    names = certificate.names
    for name in names.dns:
        if not _is_free(name, permitted.dns, excluded.dns, _below_dns):
            return name
    for name in names.emails:
        if not _is_free(name, permitted.emails, excluded.emails, _below_mail):
            return name
    for address in names.addresses:
        if not _is_free(address, permitted.addresses, excluded.addresses, _below_network):
            return str(address)
    if certificate.subject.rdns and not _is_free(
        certificate.subject, permitted.directory, excluded.directory, _below_directory
    ):
        return name_text(certificate.subject)
    return ""


def fits_map(certificate: Certificate, wanted: CertificateMap) -> bool:
    """Do all rules hold (Cisco: `crypto pki certificate map`)?"""
    return all(_fits(certificate, rule) for rule in wanted.rules)


def _fits(certificate: Certificate, rule: MapRule) -> bool:
    value = _folded(rule.value)
    fields = _fields(certificate, rule.field)
    match rule.operator:
        case MapOperator.CONTAINS:
            return any(value in found for found in fields)
        case MapOperator.EQUAL:
            return any(value == found for found in fields)
        case MapOperator.NOT_CONTAINS:
            return all(value not in found for found in fields)
        case MapOperator.NOT_EQUAL:
            return all(value != found for found in fields)


def _fields(certificate: Certificate, field: str) -> list[str]:
    names = certificate.names
    match field:
        case "subject-name":
            found = [name_text(certificate.subject, ",")]
        case "issuer-name":
            found = [name_text(certificate.issuer, ",")]
        case "alt-subject-name":
            found = [*names.dns, *names.emails, *map(str, names.addresses)]
        case "unstructured-subject-name":
            attributes = certificate.subject.get_attributes_for_oid(NameOID.UNSTRUCTURED_NAME)
            found = [str(a.value) for a in attributes]
        case "serial-number":
            found = [f"{certificate.serial:x}"]
        case _:
            found = [name_text(certificate.subject, ","), *names.dns, *names.emails]
    return [_folded(text) for text in found]


def _is_free(name, permitted, excluded, below) -> bool:  # type: ignore[no-untyped-def]
    """Is the name below none that is excluded, and below one that is permitted, if any is?"""
    if any(below(name, tree) for tree in excluded):
        return False
    return not permitted or any(below(name, tree) for tree in permitted)


def _below_dns(name: str, tree: str) -> bool:
    name, tree = name.lower().rstrip("."), tree.lower().strip(".")
    return not tree or name == tree or name.endswith(f".{tree}")


def _below_mail(name: str, tree: str) -> bool:
    host = name.rpartition("@")[2].lower()
    if "@" in tree:
        return _same_mail(name, tree)
    return host.endswith(tree.lower()) if tree.startswith(".") else host == tree.lower()


def _below_network(name: object, tree: object) -> bool:
    if isinstance(name, IPv4Network | IPv6Network) or not isinstance(tree, IPv4Network | IPv6Network):
        return name == tree
    return name in tree


def _below_directory(name: x509.Name, tree: x509.Name) -> bool:
    return [_rdn(r) for r in name.rdns[: len(tree.rdns)]] == [_rdn(r) for r in tree.rdns]


def _same_dns(one: str, other: str) -> bool:
    """Without regard to case; `*` names nothing (RFC 4945 section 3.1.2)."""
    return bool(one) and "*" not in one and one.lower().rstrip(".") == other.lower().rstrip(".")


def _same_mail(one: str, other: str) -> bool:
    """The host without regard to case, the mailbox with it (RFC 5280 section 7.5)."""
    mailbox, _, host = one.rpartition("@")
    other_mailbox, _, other_host = other.rpartition("@")
    return bool(one) and mailbox == other_mailbox and host.lower() == other_host.lower()


def _mails(name: x509.Name) -> list[str]:
    return [str(a.value) for a in name.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]


def _same_name(data: bytes, name: x509.Name) -> bool:
    """Names that differ only in how their texts are encoded, in case and in spaces (RFC 5280 section 7.1)."""
    other = distinguished(data)
    return other is not None and [_rdn(r) for r in other.rdns] == [_rdn(r) for r in name.rdns]


def _rdn(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str]]:
    return frozenset((a.oid.dotted_string, _folded(str(a.value))) for a in rdn)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _address(data: bytes) -> object:
    try:
        return ip_address(data)
    except ValueError:
        return None
