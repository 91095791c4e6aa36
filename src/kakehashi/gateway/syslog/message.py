"""An event as a syslog message (RFC 5424).

    <PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID [SD-ELEMENT]... BOM MSG

APP-NAME is the name of V2-52 (`ikev2`, `IPsec`), MSGID the name of the event; both are stable for machines.
"""

from collections.abc import Iterator, Mapping
from importlib.metadata import version

from kakehashi.gateway.log import Entry
from kakehashi.model.logging import Facility

# RFC 5424 section 6.3.2 wants an enterprise number behind a name that is not registered with IANA; we have
# none, and this one is set aside for examples (RFC 5612). The name tells us apart.
SD_ID = "kakehashi@32473"
LONGEST_DATAGRAM = 2048  # octets that any receiver should take (RFC 5426 section 3.2)
LONGEST_MESSAGE = 8192  # octets that a receiver over TLS should take (RFC 5425 section 4.3.1)
_BOM = b"\xef\xbb\xbf"
_LAST_SEQUENCE_ID = 2**31 - 1  # RFC 5424 section 7.3.1
_LONGEST_VALUE = 512  # octets, so that no value crowds the sentence out
_VERSION = version("kakehashi")
_KNOWN = frozenset({"tunnel", "peer", "local", "spi_i", "spi_r"})


def encode(entry: Entry, facility: Facility, hostname: str, number: int, longest: int) -> bytes:
    """At most `longest` octets: what is too long loses the end of its sentence. `number` counts from 1."""
    head = " ".join(
        (
            f"<{facility * 8 + entry.level}>1",
            entry.time.isoformat(timespec="milliseconds"),
            header_field(hostname, 255),
            header_field(entry.subject, 48),
            "-",
            header_field(entry.name, 32),
            _structured_data(entry, number),
        )
    )
    text = entry.text
    # MSG-UTF8 begins with a BOM, MSG-ANY without one is what plain ASCII may be (section 6.4).
    body = text.encode() if text.isascii() else _BOM + text.encode(errors="replace")
    return cut(f"{head} ".encode() + body, longest)


def header_field(text: str, longest: int) -> str:
    """PRINTUSASCII without spaces (section 6); `-` is NILVALUE."""
    return "".join(c if "!" <= c <= "~" else "_" for c in text)[:longest] or "-"


def cut(message: bytes, longest: int) -> bytes:
    """No longer than that, and no half character at the end (section 6.1)."""
    if len(message) <= longest:
        return message
    end = longest
    while end and message[end] & 0xC0 == 0x80:
        end -= 1
    return message[:end]


def _structured_data(entry: Entry, number: int) -> str:
    sequence = (number - 1) % _LAST_SEQUENCE_ID + 1
    elements = [
        f'[meta sequenceId="{sequence}"]',
        f'[origin software="kakehashi" swVersion="{escape(_VERSION)}"]',
    ]
    if parameters := "".join(f' {name}="{escape(value)}"' for name, value in _parameters(entry)):
        elements.append(f"[{SD_ID}{parameters}]")
    return "".join(elements)


def _parameters(entry: Entry) -> Iterator[tuple[str, str]]:
    """The tunnel, both ends and the SPIs first, then what the event has of its own."""
    details: Mapping[str, str | int] = entry.details
    known = {
        "tunnel": entry.tunnel,
        "peer": str(entry.path.remote.ip) if entry.path else details.get("peer", ""),
        "local": str(entry.path.local.ip) if entry.path else "",
        "spi_i": entry.spi_i.hex() if any(entry.spi_i) else "",
        "spi_r": entry.spi_r.hex() if any(entry.spi_r) else "",
    }
    yield from ((name, str(value)) for name, value in known.items() if value)
    for key, value in details.items():
        name = header_field("".join("_" if c in '="]' else c for c in key), 32)
        if name not in _KNOWN:
            yield name, str(value)


def escape(value: str) -> str:
    r"""PARAM-VALUE: `"`, `\` and `]` behind a backslash (section 6.3.3), control characters written out."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
    octets = cut(shown.encode(errors="replace"), _LONGEST_VALUE).decode()
    return octets.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
