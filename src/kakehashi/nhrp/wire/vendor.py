"""The Vendor-Private extension (RFC 2332 section 5.3.5): three octets of a vendor's OUI, then its own data.

We send none and act on none; what routers put there (groups, attributes) stays as it is in what we forward.
"""

from kakehashi.nhrp.drops import Drop, Malformed
from kakehashi.nhrp.wire.extension import Extension

_OUI = 3


def vendor_of(extension: Extension) -> tuple[bytes, bytes]:
    """The OUI and the data. Malformed if there is not even an OUI."""
    if len(extension.value) < _OUI:
        raise Malformed(Drop.EXTENSION)
    return extension.value[:_OUI], extension.value[_OUI:]
