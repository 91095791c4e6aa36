"""The Responder Address extension: who has answered (RFC 2332 section 5.3.1). Empty in a request."""

from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.registry import ExtensionType


def responder(entry: Cie | None = None) -> Extension:
    """The extension; without an entry it asks for one."""
    return Extension(ExtensionType.RESPONDER_ADDRESS, entry.encode() if entry else b"")
