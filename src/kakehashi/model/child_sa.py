"""A pair of ESP SAs as a data plane needs it."""

from dataclasses import dataclass

from kakehashi.model.address import Path
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import IntegrityId


@dataclass(frozen=True, slots=True, kw_only=True)
class EspKeys:
    """Key material of one direction. `encryption` includes the salt where the cipher has one, at its end."""

    encryption: Secret
    integrity: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSa:
    """One Child SA: an inbound and an outbound ESP SA (RFC 4301 section 4.4.2.1).

    `spi_in` was chosen by us and is unique in the gateway, so it names the Child SA. `integrity` is
    IntegrityId.NONE for AEAD. In transport mode the packets go from one end of `path` to the other.
    Lifetimes, which each direction counts by itself, octets being those of the IP packets before ESP: at
    `soft_packets` or `soft_bytes` the data plane reports `Expire` once; at `hard_packets` or `hard_bytes` it
    does so again, and stops using the direction.
    """

    tunnel: str
    spi_in: int
    spi_out: int
    serial_in: int
    serial_out: int
    cipher: Cipher
    integrity: IntegrityId
    keys_in: EspKeys
    keys_out: EspKeys
    esn: bool
    local_selectors: tuple[TrafficSelector, ...]
    remote_selectors: tuple[TrafficSelector, ...]
    path: Path
    udp_encapsulation: bool
    replay_window: int
    soft_packets: int | None = None
    soft_bytes: int | None = None
    hard_packets: int | None = None
    hard_bytes: int | None = None
    mode: EncapsulationMode = EncapsulationMode.TUNNEL
