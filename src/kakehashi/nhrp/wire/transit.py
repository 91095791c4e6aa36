"""The Transit NHS Record extensions: which servers a packet has passed (RFC 2332 sections 5.3.2 and 5.3.3).

Each that forwards the packet appends its own entry, and who finds itself there already knows of a loop.
"""

from kakehashi.nhrp.wire.cie import Cie
from kakehashi.nhrp.wire.extension import Extension
from kakehashi.nhrp.wire.registry import ExtensionType


def forward_transit() -> Extension:
    """Of a request, empty as its sender makes it."""
    return Extension(ExtensionType.FORWARD_TRANSIT)


def reverse_transit() -> Extension:
    """Of its answer."""
    return Extension(ExtensionType.REVERSE_TRANSIT)


def passed(extension: Extension, entry: Cie) -> Extension:
    """The record with one more server."""
    return Extension(extension.type, extension.value + entry.encode(), extension.compulsory)
