"""Which routes of the configuration are not there, for a watch group stands."""

from collections.abc import Iterable, Iterator

from kakehashi.model.gateway import Gateway, Route
from kakehashi.model.watch import RouteAction, WatchGroup


def withdrawn(gateway: Gateway, standing: Iterable[WatchGroup]) -> dict[Route, str]:
    """The routes that standing groups withdraw and none resumes, each with the reason in a sentence."""
    groups = tuple(standing)
    found = {
        route: f"path monitoring ({group.title}) has withdrawn it"
        for group in groups
        for route in _routes(gateway, group, resumed=False)
    }
    for group in groups:
        for route in _routes(gateway, group, resumed=True):
            found.pop(route, None)
    return found


def _routes(gateway: Gateway, group: WatchGroup, resumed: bool) -> Iterator[Route]:
    for action in group.actions:
        if isinstance(action, RouteAction) and action.resumes == resumed:
            for route in gateway.routes:
                if action.is_about(route.destination, route.interface, route.next_hop):
                    yield route
