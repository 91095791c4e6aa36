"""`aaa accounting update [newinfo] [periodic MINUTES]`: how often who keeps accounts is told of a session."""

from kakehashi.dialects.document import Document, Statement


def interim_of(document: Document) -> int:
    """Seconds; 0: at the begin and at the end alone."""
    found = 0
    for statement in document.statements("aaa accounting"):
        if is_interim(statement):
            words = statement.get("rest", ())
            minutes = words[words.index("periodic") + 1 :][:1] if "periodic" in words else ()
            found = 0 if statement.negated else int("".join(w for w in minutes if w.isdigit()) or 0) * 60
    return found


def is_interim(statement: Statement) -> bool:
    """Is it about that?"""
    return tuple(statement.get("rest", ()))[:1] == ("update",)
