"""Builds the network of a plan: namespaces, links, routes, translation, loss."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from ipaddress import ip_interface
from pathlib import Path

from pyroute2 import NetlinkError

from kakehashi.lab.blueprint import INTERNET, LinkEnd, Plan
from kakehashi.lab.errors import LabError
from kakehashi.lab.kernel import MS_BIND, mount
from kakehashi.lab.netns import NetworkNamespace, connect
from kakehashi.lab.programs import nft
from kakehashi.lab.refusals import told
from kakehashi.lab.signals import held
from kakehashi.lab.translation import loss_rules, nat_rules, port_rules

_HOSTS, _RESOLVER = "/etc/hosts", "/etc/resolv.conf"


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
                raise LabError(f"the network of the lab cannot be built: {told(error, 'veth')}") from error
        yield namespaces


def _build(plan: Plan, loss: float, stack: ExitStack) -> dict[str, NetworkNamespace]:
    namespaces = _namespaces(plan, stack)
    for link in plan.links:
        connect(link, namespaces[link.a.namespace], namespaces[link.b.namespace])
    for route in plan.routes:
        namespaces[route.namespace].add_route(route)
    if plan.name_servers:
        own = tuple(ip_interface(server) for server in plan.name_servers)
        namespaces[INTERNET].complete(LinkEnd(namespace=INTERNET, interface="lo", addresses=own))
    for way in plan.answer_ways:
        namespaces[way.namespace].answer_through(way)
    for name in dict.fromkeys(way.namespace for way in plan.answer_ways):
        ports = dict.fromkeys((w.port, w.number) for w in plan.answer_ways if w.namespace == name)
        nft(namespaces[name], port_rules(ports))
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
    """Peers known by name: a name server of the lab tells where they are, and nothing else does."""
    if not plan.names:
        return
    servers = [f"nameserver {server}" for server in plan.name_servers]
    _put(_RESOLVER, ["options timeout:1 attempts:2", *servers], directory)
    _put(_HOSTS, ["127.0.0.1 localhost", "::1 localhost"], directory)


def _put(place: str, lines: Sequence[str], directory: Path) -> None:
    """In the place of a file of the host, for the lab alone."""
    target = Path(place).resolve()
    if not target.exists():
        raise LabError(f"{place} is not there, and so no gateway can find a name: touch {target}")
    with tempfile.NamedTemporaryFile("w", dir=directory, prefix=f"{target.name}-", delete=False) as file:
        file.write("\n".join([*lines, ""]))
        os.fchmod(file.fileno(), 0o644)
    mount(file.name, str(target), MS_BIND)
