"""Networks as identities of phase 2 and access lists name them."""

from dataclasses import dataclass
from ipaddress import ip_network

from kakehashi.dialects.grammar import ValueRefusedError
from kakehashi.dialects.kinds import Prefix
from kakehashi.model.address import IPNetwork


@dataclass(frozen=True, slots=True)
class Network:
    """A prefix whose bits beyond its length do not count, `192.0.2.1/24`; a bare address is a host's."""

    version: int | None = None

    @property
    def expected(self) -> str:
        return Prefix(self.version).expected

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        return ()

    @property
    def forms(self) -> tuple[str, ...]:
        return Prefix(self.version, bare=True).forms

    def read(self, word: str) -> IPNetwork:
        _, slash, length = word.partition("/")
        try:
            if "%" in word or (slash and not length.isdigit()):
                raise ValueRefusedError(self.expected)
            network = ip_network(word, strict=False)
        except ValueError:
            raise ValueRefusedError(self.expected) from None
        if self.version and network.version != self.version:
            raise ValueRefusedError(self.expected)
        return network
