"""Kinds of value that only this device has."""

from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address

from kakehashi.dialects.cisco_ios.words import ICMP_TYPES, PORTS, PROTOCOLS
from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.kinds import ADDRESS_FORMS, HexKey, Key, Unlisted

_LONGEST_KEY = 256  # octets
_ALL_ONES = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Mask(Unlisted):
    """A mask of a network, `255.255.255.0`: read as the length of its prefix."""

    @property
    def expected(self) -> str:
        return "a mask such as 255.255.255.0"

    @property
    def forms(self) -> tuple[str, ...]:
        return (ADDRESS_FORMS[4],)

    def read(self, word: str) -> int:
        host_bits = _dotted(word, self.expected) ^ _ALL_ONES
        if host_bits & (host_bits + 1):
            raise ValueRefusedError(f"{self.expected}: its ones stand at the front")
        return 32 - host_bits.bit_length()


@dataclass(frozen=True, slots=True)
class Wildcard(Unlisted):
    """A mask turned round, `0.0.0.255`: a 0 is a bit that counts. It need not be of one piece."""

    @property
    def expected(self) -> str:
        return "a wildcard mask such as 0.0.0.255"

    @property
    def forms(self) -> tuple[str, ...]:
        return (ADDRESS_FORMS[4],)

    def read(self, word: str) -> int:
        return _dotted(word, self.expected)


@dataclass(frozen=True, slots=True)
class ListNumber(Unlisted):
    """The number of an access list: of a standard or of an extended one."""

    extended: bool

    @property
    def _ranges(self) -> tuple[range, range]:
        return (range(100, 200), range(2000, 2700)) if self.extended else (range(1, 100), range(1300, 2000))

    @property
    def expected(self) -> str:
        low, high = self._ranges
        return f"a number from {low[0]} to {low[-1]} or from {high[0]} to {high[-1]}"

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(f"<{numbers[0]}-{numbers[-1]}>" for numbers in self._ranges)

    def read(self, word: str) -> str:
        if not (word.isascii() and word.isdigit()) or not any(
            int(word[:9]) in numbers for numbers in self._ranges
        ):
            raise ValueRefusedError(self.expected)
        return str(int(word[:9]))


@dataclass(frozen=True, slots=True)
class Named:
    """A number up to `highest`, or one of the names that the device has for it."""

    what: str
    names: dict[str, int]
    highest: int

    @property
    def expected(self) -> str:
        return f"{self.what} by name or by its number up to {self.highest}"

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, str(number)) for name, number in self.names.items())

    @property
    def forms(self) -> tuple[str, ...]:
        return (f"<0-{self.highest}>",)

    def read(self, word: str) -> int:
        if word.isascii() and word.isdigit():
            if len(word) > 9 or int(word) > self.highest:
                raise ValueRefusedError(self.expected)
            return int(word)
        wanted = word.lower()
        if wanted in self.names:
            return self.names[wanted]
        begun = {number for name, number in self.names.items() if name.startswith(wanted)}
        if len(begun) != 1:
            raise ValueRefusedError(self.expected)
        return begun.pop()


@dataclass(frozen=True, slots=True)
class Hexadecimal(Unlisted):
    """Octets as hexadecimal digits, two each."""

    @property
    def expected(self) -> str:
        return "hexadecimal digits, two for each octet"

    @property
    def forms(self) -> tuple[str, ...]:
        return ("Hex-data",)

    def read(self, word: str) -> bytes:
        try:
            return bytes.fromhex(word)
        except ValueError:
            raise ValueRefusedError(self.expected) from None


KEY = Key(_LONGEST_KEY)
HEX_KEY = HexKey(_LONGEST_KEY)
PORT = Named("a port", PORTS, 65535)
PROTOCOL = Named("a protocol", PROTOCOLS, 255)
ICMP_TYPE = Named("a type of ICMP", ICMP_TYPES, 255)


def _dotted(word: str, expected: str) -> int:
    try:
        address = ip_address(word)
    except ValueError:
        raise ValueRefusedError(expected) from None
    if not isinstance(address, IPv4Address):
        raise ValueRefusedError(expected)
    return int(address)
