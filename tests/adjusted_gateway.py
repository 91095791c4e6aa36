"""The `kakehashi` command with a configuration that the dialect alone cannot say: algorithms that the device does not
have, lifetimes of seconds, cookies always. For tests and measurements against other implementations.

    python -m tests.adjusted_gateway ADJUSTMENTS run FILE ...      ADJUSTMENTS: a pickled `Adjustments`
"""

import pickle
import sys
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from kakehashi import cli
from kakehashi.gateway import configuration, daemon
from kakehashi.ike.endpoint import Endpoint
from kakehashi.ike.limits import Limits
from kakehashi.ike.v2 import sealing
from kakehashi.model.algorithms import ChildAlgorithms, IkeAlgorithms
from kakehashi.model.gateway import Gateway
from kakehashi.model.policy import IkePolicy, IpsecPolicy, Rekey, ResponderSelectors


@dataclass(frozen=True)
class Adjustments:
    ike_algorithms: IkeAlgorithms | None = None
    child_algorithms: ChildAlgorithms | None = None
    ike_rekey: Rekey | None = None
    child_rekey: Rekey | None = None
    dpd_interval: int | None = None
    narrow: bool = False
    cookies_always: bool = False
    fragment_size: int | None = None

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
            rekey=self.child_rekey or policy.rekey,
            responder_selectors=ResponderSelectors.NARROW if self.narrow else policy.responder_selectors,
        )

    def gateway(self, gateway: Gateway) -> Gateway:
        tunnels = tuple(replace(t, ike=self.ike(t.ike), ipsec=self.ipsec(t.ipsec)) for t in gateway.tunnels)
        return replace(gateway, tunnels=tunnels, unknown_peer_policy=self.ike(gateway.unknown_peer_policy))


    def write(self, file: Path) -> None:
        with file.open("wb") as stream:
            _Pickler(stream).dump(self)


class _Pickler(pickle.Pickler):
    """A compiled frozen dataclass can be pickled only as the call that makes it."""

    def reducer_override(self, value: Any) -> Any:
        if not is_dataclass(value) or isinstance(value, type):
            return NotImplemented
        return partial(type(value), **{field.name: getattr(value, field.name) for field in fields(value)}), ()


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
    cli.main()


if __name__ == "__main__":
    main()
