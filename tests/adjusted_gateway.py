"""The `kakehashi` command with a configuration that the dialect alone cannot say: algorithms that the device does not
have, lifetimes of seconds, cookies always. For tests and measurements against other implementations.

    python -m tests.adjusted_gateway ADJUSTMENTS run FILE ...      ADJUSTMENTS: a pickled `Adjustments`
"""

import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from kakehashi import cli
from kakehashi.gateway import configuration, daemon
from kakehashi.ike.endpoint import Endpoint
from kakehashi.ike.limits import Limits
from kakehashi.ike.v1 import features
from kakehashi.ike.v2 import sealing
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.gateway import Gateway
from kakehashi.model.ikev1 import Ikev1IpsecPolicy, Ikev1Peer, Ikev1Tunnel
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey, ResponderSelectors
from kakehashi.model.status import NatMethod
from kakehashi.model.tunnel import Ikev2Tunnel, Tunnel
from tests.pickling import dump


@dataclass(frozen=True)
class Adjustments:
    ike_algorithms: IkeAlgorithms | None = None
    child_algorithms: ChildAlgorithms | None = None
    mode: EncapsulationMode | None = None
    ike_rekey: Rekey | None = None
    child_rekey: Rekey | None = None
    dpd_interval: int | None = None
    narrow: bool = False
    cookies_always: bool = False
    fragment_size: int | None = None
    phase1: Mapping[str, Any] = field(default_factory=dict)  # of every Phase1Proposal
    phase2: Mapping[str, Any] = field(default_factory=dict)  # of every Phase2Proposal
    ikev1_peer: Mapping[str, Any] = field(default_factory=dict)
    ikev1_ipsec: Mapping[str, Any] = field(default_factory=dict)
    nat_methods: tuple[NatMethod, ...] = ()

    def ike(self, policy: IkePolicy) -> IkePolicy:
        return replace(
            policy,
            algorithms=self.ike_algorithms or policy.algorithms,
            rekey=self.ike_rekey or policy.rekey,
            dpd_interval=self.dpd_interval or policy.dpd_interval,
        )

    def ipsec(self, policy: IpsecPolicy) -> IpsecPolicy:
        return replace(
            policy,
            algorithms=self.child_algorithms or policy.algorithms,
            mode=self.mode or policy.mode,
            rekey=self.child_rekey or policy.rekey,
            responder_selectors=ResponderSelectors.NARROW if self.narrow else policy.responder_selectors,
        )

    def peer(self, peer: Ikev1Peer) -> Ikev1Peer:
        changed = replace(peer, proposals=tuple(replace(p, **self.phase1) for p in peer.proposals))
        if self.dpd_interval and changed.dpd:
            dpd = replace(changed.dpd, interval=self.dpd_interval, retry_interval=self.dpd_interval)
            changed = replace(changed, dpd=dpd)
        return replace(changed, **self.ikev1_peer)

    def ikev1(self, policy: Ikev1IpsecPolicy) -> Ikev1IpsecPolicy:
        proposals = tuple(replace(p, **self.phase2) for p in policy.proposals)
        changed = replace(policy, proposals=proposals, mode=self.mode or policy.mode)
        return replace(changed, **self.ikev1_ipsec)

    def tunnel(self, tunnel: Tunnel) -> Tunnel:
        match tunnel:
            case Ikev1Tunnel():
                return replace(tunnel, ipsec=self.ikev1(tunnel.ipsec))
            case Ikev2Tunnel():
                return replace(tunnel, ike=self.ike(tunnel.ike), ipsec=self.ipsec(tunnel.ipsec))
        return tunnel

    def gateway(self, gateway: Gateway) -> Gateway:
        return replace(
            gateway,
            tunnels=tuple(self.tunnel(t) for t in gateway.tunnels),
            ikev1_peers=tuple(self.peer(p) for p in gateway.ikev1_peers),
            unknown_peer_policy=self.ike(gateway.unknown_peer_policy),
        )

    def write(self, file: Path) -> None:
        with file.open("wb") as stream:
            dump(self, stream)


def main() -> None:
    adjustments: Adjustments = pickle.loads(Path(sys.argv.pop(1)).read_bytes())
    load = configuration.load

    def adjusted_load(file: Path, dialect: str | None) -> configuration.Configuration:
        loaded = load(file, dialect)
        return replace(loaded, gateway=adjustments.gateway(loaded.gateway))

    configuration.load = adjusted_load
    if adjustments.cookies_always:
        daemon.Endpoint = partial(Endpoint, limits=Limits(cookie_total=0))  # type: ignore[misc]
    if adjustments.fragment_size:
        sealing.MAX_MESSAGE = adjustments.fragment_size
    if adjustments.nat_methods:
        known = features.NAT_METHODS
        features.NAT_METHODS = tuple(k for k in known if k[0] in adjustments.nat_methods)
    cli.main()


if __name__ == "__main__":
    main()
