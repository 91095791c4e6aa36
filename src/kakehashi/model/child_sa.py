"""A pair of ESP SAs as a data plane needs it."""

from dataclasses import dataclass

from kakehashi.model.address import Path
from kakehashi.model.algorithms import Cipher
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.secret import Secret
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import IntegrityId

_NOTHING = Secret(b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class EspKeys:
    """Key material of one direction. `encryption` includes the salt where the cipher has one, at its end.

    `ah`: the key of the Authentication Header, where there is one.
    """

    encryption: Secret
    integrity: Secret
    ah: Secret = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSa:
    """One Child SA: an inbound and an outbound ESP SA (RFC 4301 section 4.4.2.1), or AH, or ESP inside AH.

    `spi_in` was chosen by us and is unique in the gateway, so it names the Child SA; AH and ESP have the
    same. `cipher` None: no ESP. `integrity` is that of ESP, IntegrityId.NONE for AEAD; `ah` NONE: no AH.
    `spi_out` is ESP's, or AH's where that is alone; `ah_spi_out` is that of AH around ESP. In transport mode
    the packets go from one end of `path` to the other.
    Lifetimes, which each direction counts by itself, octets being those of the IP packets before ESP: at
    `soft_packets` or `soft_bytes` the data plane reports `Expire` once; at `hard_packets` or `hard_bytes` it
    does so again, and stops using the direction. `peer` names who is at the other end, and stays the same
    when the SA is replaced; "" where the tunnel has no more than one.
    """

    tunnel: str
    spi_in: int
    spi_out: int
    serial_in: int
    serial_out: int
    cipher: Cipher | None
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
    peer: str = ""
    ah: IntegrityId = IntegrityId.NONE
    ah_spi_out: int | None = None

    def without_keys(self) -> "ChildSa":
        """The same without what must not be kept."""
        return ChildSa(
            tunnel=self.tunnel,
            spi_in=self.spi_in,
            spi_out=self.spi_out,
            serial_in=self.serial_in,
            serial_out=self.serial_out,
            cipher=self.cipher,
            integrity=self.integrity,
            keys_in=_NO_KEYS,
            keys_out=_NO_KEYS,
            esn=self.esn,
            local_selectors=self.local_selectors,
            remote_selectors=self.remote_selectors,
            path=self.path,
            udp_encapsulation=self.udp_encapsulation,
            replay_window=self.replay_window,
            soft_packets=self.soft_packets,
            soft_bytes=self.soft_bytes,
            hard_packets=self.hard_packets,
            hard_bytes=self.hard_bytes,
            mode=self.mode,
            peer=self.peer,
            ah=self.ah,
            ah_spi_out=self.ah_spi_out,
        )


_NO_KEYS = EspKeys(encryption=_NOTHING, integrity=_NOTHING)
