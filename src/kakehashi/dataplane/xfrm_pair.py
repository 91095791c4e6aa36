"""A Child SA as the kernel has it: two SAs for each of its protocols, ESP inside and AH around it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from kakehashi.dataplane.protocol import BetweenEnds
from kakehashi.dataplane.xfrm_algorithms import ah_attributes, algorithm_attributes
from kakehashi.dataplane.xfrm_messages import AH, ESP, NewState, State, Template
from kakehashi.dataplane.xfrm_policies import BETWEEN_ENDS
from kakehashi.dataplane.xfrm_selectors import KernelSelector, between, outbound
from kakehashi.model.address import IPAddress, Path
from kakehashi.model.child_sa import ChildSa
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.policy import DfBit
from kakehashi.wire.registry.ikev2 import IntegrityId

LARGEST_WINDOW = 4096  # XFRMA_REPLAY_ESN_MAX
LAST_SEQUENCE = (1 << 32) - (1 << 28)  # without ESN: time for a rekey, whatever the rate


@dataclass(frozen=True, slots=True)
class Layer:
    """One protocol of a Child SA. In the kernel's words AH around ESP is in transport mode."""

    protocol: int
    mode: EncapsulationMode
    spi_in: int
    spi_out: int


@dataclass(slots=True)
class Pair:
    """A Child SA in the kernel. `layers`: the innermost first, whose packets are counted.

    `if_id`: of the tunnel's interface, BETWEEN_ENDS for packets that do not go through it. `expired`: what
    has been told, by `hard`; `seen` and `used`: packets and when, of either direction.
    """

    tunnel: str
    if_id: int
    spi_in: int
    layers: tuple[Layer, ...]
    path: Path
    reqid: int
    selectors: tuple[KernelSelector, ...]
    awaited: bool = True
    expired: set[bool] = field(default_factory=set)
    installed: float = field(default_factory=time.monotonic)
    seen: list[int] = field(default_factory=lambda: [0, 0])
    used: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @classmethod
    def of(cls, sa: ChildSa, if_id: int, has_gre: bool, reqid: int) -> "Pair":
        """`if_id`: of the tunnel. ValueError: its selectors are too many for the kernel's form."""
        layers = []
        if sa.cipher is not None:
            layers.append(Layer(ESP, sa.mode, sa.spi_in, sa.spi_out))
        if sa.ah != IntegrityId.NONE:
            mode = EncapsulationMode.TRANSPORT if layers else sa.mode
            layers.append(Layer(AH, mode, sa.spi_in, sa.ah_spi_out or sa.spi_out))
        local, remote = sa.local_selectors, sa.remote_selectors
        if has_gre:
            local, remote = gre_ends(sa).local_selectors, gre_ends(sa).remote_selectors
        if sa.mode is EncapsulationMode.TRANSPORT or has_gre:
            if_id = BETWEEN_ENDS
            selectors = between(sa.path.local.ip, sa.path.remote.ip, local, remote)
        else:
            selectors = outbound(local, remote)
        return cls(sa.tunnel, if_id, sa.spi_in, tuple(layers), sa.path, reqid, selectors)

    def counts(self, state: State) -> bool:
        """Is it the SA whose packets are those of the pair?"""
        return state.protocol == self.layers[0].protocol

    def inbound(self) -> tuple[Template, ...]:
        """What packets have to be like that may come in."""
        version = self.path.remote.ip.version
        return tuple(Template(layer.mode, layer.protocol, version=version) for layer in self.layers)

    def outbound(self) -> tuple[Template, ...]:
        """By which SAs packets leave. In transport mode their ends are those of the packet itself."""
        ends = (self.path.local.ip, self.path.remote.ip)
        return tuple(
            Template(
                layer.mode,
                layer.protocol,
                self.reqid,
                ends if layer.mode is EncapsulationMode.TUNNEL else None,
                self.path.remote.ip.version,
            )
            for layer in self.layers
        )

    def states(self) -> Iterator[tuple[bool, IPAddress, int, int]]:
        """Of each SA: is it inbound, its destination, its SPI, its protocol."""
        for layer in self.layers:
            yield True, self.path.local.ip, layer.spi_in, layer.protocol
            yield False, self.path.remote.ip, layer.spi_out, layer.protocol

    def new_states(self, sa: ChildSa, df_bit: DfBit) -> Iterator[NewState]:
        """Both directions of each protocol. ValueError: the kernel has no name for an algorithm."""
        for layer in self.layers:
            for inbound in (True, False):
                yield self._new_state(sa, layer, inbound, df_bit)

    def _new_state(self, sa: ChildSa, layer: Layer, inbound: bool, df_bit: DfBit) -> NewState:
        near, far = sa.path.local, sa.path.remote
        source, destination = (far, near) if inbound else (near, far)
        window = min(sa.replay_window, LARGEST_WINDOW)
        if sa.esn and not window:
            window = LARGEST_WINDOW  # the kernel has no ESN without one
        soft = sa.soft_packets
        if not sa.esn:
            soft = LAST_SEQUENCE if soft is None else min(soft, LAST_SEQUENCE)
        limited = layer is self.layers[0]
        # Of several the policies take the union, whichever SA a packet came by.
        chosen = inbound and len(self.selectors) == 1 and layer.mode is EncapsulationMode.TUNNEL
        return NewState(
            source=source.ip,
            destination=destination.ip,
            spi=layer.spi_in if inbound else layer.spi_out,
            reqid=self.reqid,
            if_id=self.if_id,
            algorithms=_algorithms(sa, layer, inbound),
            ports=(source.port, destination.port) if sa.udp_encapsulation else None,
            protocol=layer.protocol,
            mode=layer.mode,
            selector=self.selectors[0].reversed() if chosen else None,
            replay_window=window,
            esn=sa.esn,
            clear_df=df_bit is DfBit.CLEAR,
            soft_packets=soft if limited else None,
            soft_bytes=sa.soft_bytes if limited else None,
            hard_packets=sa.hard_packets if limited else None,
            hard_bytes=sa.hard_bytes if limited else None,
        )


def gre_ends(sa: ChildSa) -> BetweenEnds:
    """What the SA of a tunnel with GRE takes."""
    return BetweenEnds.of_gre(sa.path.local.ip, sa.path.remote.ip, sa.mode, only_ah=sa.cipher is None)


def _algorithms(sa: ChildSa, layer: Layer, inbound: bool) -> bytes:
    keys = sa.keys_in if inbound else sa.keys_out
    if layer.protocol == AH or sa.cipher is None:
        return ah_attributes(sa.ah, keys)
    return algorithm_attributes(sa.cipher, sa.integrity, keys)
