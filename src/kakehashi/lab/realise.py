"""Builds the network of a plan: namespaces, links, routes, translation, loss."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pyroute2 import NetlinkError

from kakehashi.lab.blueprint import INTERNET, Plan
from kakehashi.lab.errors import LabError
from kakehashi.lab.kernel import MS_BIND, mount
from kakehashi.lab.netns import NetworkNamespace, connect
from kakehashi.lab.programs import nft
from kakehashi.lab.signals import held
from kakehashi.lab.translation import loss_rules, nat_rules

_HOSTS = "/etc/hosts"


@contextmanager
def built_network(plan: Plan, loss: float, directory: Path) -> Iterator[Mapping[str, NetworkNamespace]]:
    """The namespaces of the plan by name, joined and routed; only inside the sandbox. LabError.

    `loss`: probability that the internet loses a packet, 0 to 1. `directory`: for files of the lab's own.
    """
    with ExitStack() as stack:
        with held():
            try:
                namespaces = _build(plan, loss, stack)
                _tell_names(plan, directory)
            except (OSError, NetlinkError) as error:
                raise LabError(f"the network of the lab cannot be built: {error}") from error
        yield namespaces


def _build(plan: Plan, loss: float, stack: ExitStack) -> dict[str, NetworkNamespace]:
    namespaces = _namespaces(plan, stack)
    for link in plan.links:
        connect(link, namespaces[link.a.namespace], namespaces[link.b.namespace])
    for route in plan.routes:
        namespaces[route.namespace].add_route(route)
    _translate(plan, namespaces)
    if loss:
        nft(namespaces[INTERNET], loss_rules(loss))
    return namespaces


def _namespaces(plan: Plan, stack: ExitStack) -> dict[str, NetworkNamespace]:
    routers = {INTERNET, *(t.namespace for t in plan.translations)}
    namespaces: dict[str, NetworkNamespace] = {}
    for name in plan.namespaces:
        namespace = NetworkNamespace(name, router=name in routers)
        stack.callback(namespace.close)
        namespaces[name] = namespace
    return namespaces


def _translate(plan: Plan, namespaces: Mapping[str, NetworkNamespace]) -> None:
    for name in dict.fromkeys(t.namespace for t in plan.translations):
        nft(namespaces[name], nat_rules(t for t in plan.translations if t.namespace == name))


def _tell_names(plan: Plan, directory: Path) -> None:
    """Peers known by name: their addresses stand in a hosts file that only the lab sees."""
    if not plan.names:
        return
    lines = [f"{address} {name}" for name, address in plan.names]
    with tempfile.NamedTemporaryFile("w", dir=directory, prefix="hosts-", delete=False) as file:
        file.write("\n".join(["127.0.0.1 localhost", "::1 localhost", *lines, ""]))
        os.fchmod(file.fileno(), 0o644)
    mount(file.name, _HOSTS, MS_BIND)
