"""The kinds of value that every router's commands share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.model.address import Hostname, IPAddress, IPInterface, IPNetwork
from kakehashi.model.secret import Secret

# How `?` shows a value. A device that writes one otherwise says so in its `Notation`.
WORD = "WORD"
ADDRESS_FORMS = {4: "A.B.C.D", 6: "X:X::X:X"}
PREFIX_FORMS = {4: "A.B.C.D/M", 6: "X:X::X:X/M"}
_VERSIONS = {4: "IPv4", 6: "IPv6", None: "IP"}
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOSTNAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")


class Unlisted:
    """A kind whose words cannot be listed."""

    __slots__ = ()

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Number(Unlisted):
    """A decimal number from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def expected(self) -> str:
        return f"a number from {self.low} to {self.high}"

    @property
    def forms(self) -> tuple[str, ...]:
        return (f"<{self.low}-{self.high}>",)

    def read(self, word: str) -> int:
        if (
            not (word.isascii() and word.isdigit())
            or len(word) > 20
            or not self.low <= int(word) <= self.high
        ):
            raise ValueRefusedError(self.expected)
        return int(word)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words, each with its value and a sentence; an unambiguous beginning will do."""

    options: Mapping[str, tuple[Any, str]]

    @property
    def expected(self) -> str:
        return "one of " + ", ".join(self.options)

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((word, sentence) for word, (_, sentence) in self.options.items())

    @property
    def forms(self) -> tuple[str, ...]:
        return ()

    def read(self, word: str) -> Any:
        wanted = word.lower()
        exact = self.options.get(wanted)
        if exact is not None:
            return exact[0]
        begun = [value for text, (value, _) in self.options.items() if text.startswith(wanted)]
        if len(begun) != 1 or not wanted:
            raise ValueRefusedError(self.expected)
        return begun[0]


@dataclass(frozen=True, slots=True)
class Address(Unlisted):
    """An address of a host."""

    version: int | None = None

    @property
    def expected(self) -> str:
        return f"an {_VERSIONS[self.version]} address"

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(ADDRESS_FORMS[v] for v in _versions(self.version))

    def read(self, word: str) -> IPAddress:
        try:
            address = ip_address(word)
        except ValueError:
            raise ValueRefusedError(self.expected) from None
        if (self.version and address.version != self.version) or "%" in word:
            raise ValueRefusedError(self.expected)
        return address


@dataclass(frozen=True, slots=True)
class InterfaceAddress(Unlisted):
    """An address with the length of its prefix, `192.0.2.1/24`."""

    version: int

    @property
    def expected(self) -> str:
        example = "192.0.2.1/24" if self.version == 4 else "2001:db8::1/64"
        return f"an {_VERSIONS[self.version]} address with its prefix length, such as {example}"

    @property
    def forms(self) -> tuple[str, ...]:
        return (PREFIX_FORMS[self.version],)

    def read(self, word: str) -> IPInterface:
        _, slash, length = word.partition("/")
        try:
            if not slash or not length.isdigit():
                raise ValueRefusedError(self.expected)
            interface = ip_interface(word)
        except ValueError:
            raise ValueRefusedError(self.expected) from None
        if interface.version != self.version or "%" in word:
            raise ValueRefusedError(self.expected)
        return interface


@dataclass(frozen=True, slots=True)
class Prefix(Unlisted):
    """A network, `192.0.2.0/24`; bits beyond the prefix are refused. A bare address is a host's prefix."""

    version: int | None = None
    bare: bool = False

    @property
    def expected(self) -> str:
        example = "2001:db8::/64" if self.version == 6 else "192.0.2.0/24"
        return f"an {_VERSIONS[self.version]} prefix, such as {example}"

    @property
    def forms(self) -> tuple[str, ...]:
        versions = _versions(self.version)
        alone = tuple(ADDRESS_FORMS[v] for v in versions) if self.bare else ()
        return (*alone, *(PREFIX_FORMS[v] for v in versions))

    def read(self, word: str) -> IPNetwork:
        _, slash, length = word.partition("/")
        try:
            if (not slash and not self.bare) or (slash and not length.isdigit()) or "%" in word:
                raise ValueRefusedError(self.expected)
            network = ip_network(word)
        except ValueError as error:
            beyond = " (bits are set beyond the prefix)" if "host bits" in str(error) else ""
            raise ValueRefusedError(self.expected + beyond) from None
        if self.version and network.version != self.version:
            raise ValueRefusedError(self.expected)
        return network


@dataclass(frozen=True, slots=True)
class HostName(Unlisted):
    """A host's name in the DNS; what looks like an address is refused."""

    @property
    def expected(self) -> str:
        return "a host name"

    @property
    def forms(self) -> tuple[str, ...]:
        return (WORD,)

    def read(self, word: str) -> Hostname:
        if not _HOSTNAME.fullmatch(word) or re.fullmatch(r"[0-9.]+", word):
            raise ValueRefusedError(self.expected)
        return Hostname(word.rstrip("."))


@dataclass(frozen=True, slots=True)
class Text(Unlisted):
    """Any one word."""

    what: str = "a name"

    @property
    def expected(self) -> str:
        return self.what

    @property
    def forms(self) -> tuple[str, ...]:
        return (WORD,)

    def read(self, word: str) -> str:
        return word


@dataclass(frozen=True, slots=True)
class Key(Unlisted):
    """A key or a password as text, of `longest` octets at most."""

    longest: int

    @property
    def expected(self) -> str:
        return f"a key of 1 to {self.longest} octets"

    @property
    def forms(self) -> tuple[str, ...]:
        return (WORD,)

    def read(self, word: str) -> Secret:
        try:
            octets = word.encode()
        except UnicodeEncodeError:
            raise ValueRefusedError(self.expected) from None
        if len(octets) > self.longest:
            raise ValueRefusedError(self.expected)
        return Secret(octets)


@dataclass(frozen=True, slots=True)
class HexKey(Unlisted):
    """A key as hexadecimal digits, two an octet, `0x` before them if you like; `longest` octets at most."""

    longest: int

    @property
    def expected(self) -> str:
        return f"an even number of hexadecimal digits, for 1 to {self.longest} octets"

    @property
    def forms(self) -> tuple[str, ...]:
        return (WORD,)

    def read(self, word: str) -> Secret:
        digits = word[2:] if word[:2].lower() == "0x" else word
        if not re.fullmatch(rf"(?:[0-9A-Fa-f]{{2}}){{1,{self.longest}}}", digits):
            raise ValueRefusedError(self.expected)
        return Secret(bytes.fromhex(digits))


def _versions(version: int | None) -> tuple[int, ...]:
    return (version,) if version else (4, 6)
