"""The database of identities and keys (`ikev2 authentication`)."""

from dataclasses import dataclass

from kakehashi.dialects.document import Document, Statement
from kakehashi.dialects.nec_ix.words import identity_word
from kakehashi.dialects.report import Report
from kakehashi.dialects.spelling import close
from kakehashi.model.identity import Identity
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import IdType


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys by identity."""

    secrets: dict[Identity, Secret]

    def find(self, identity: Identity) -> Secret | None:
        """The key of an identity, or None."""
        return self.secrets.get(identity)

    def names(self) -> str:
        """The identities that have a key, for a message."""
        return ", ".join(name_of(identity) for identity in self.secrets) or "none"

    def close_to(self, identity: Identity) -> str:
        """The identity that was meant, as it is written, or ""."""
        names = {name_of(known).lower(): name_of(known) for known in self.secrets}
        return names.get(close(name_of(identity), names), "")


def name_of(identity: Identity) -> str:
    """An identity as the configuration writes it."""
    return f"{identity_word(identity.type)} {identity.text}"


def read_keys(document: Document, report: Report) -> Keys:
    """Collect the keys; a later line replaces an earlier one of the same identity."""
    secrets: dict[Identity, Secret] = {}
    for statement in document.statements("ikev2 authentication"):
        identity = read_identity(statement, report) if "id" in statement.values else None
        if statement.negated:
            if identity is None or secrets.pop(identity, None) is None:
                report.info(statement.line, "nothing-removed", "there is no such key that `no` could remove")
            continue
        if identity is None:
            continue
        if secrets.get(identity, statement.get("secret")) != statement.get("secret"):
            report.warning(
                statement.line, "replaced", f"{name_of(identity)} has another key further up; this one holds"
            )
        secrets[identity] = statement.get("secret")
    return Keys(secrets)


def read_identity(statement: Statement, report: Report) -> Identity | None:
    """The identity that a line names with `id TYPE VALUE`; None and an error if the value does not fit."""
    id_type, text = statement.get("id_type"), statement.get("id")
    try:
        return Identity.of(id_type, text)
    except ValueError:
        version = "IPv4" if id_type == IdType.ID_IPV4_ADDR else "IPv6"
        report.error(
            statement.line,
            "invalid-value",
            f"`{text}` is wrong: `id {identity_word(id_type)}` takes an {version} address",
            "for a name write `id fqdn` or `id keyid`",
        )
        return None
