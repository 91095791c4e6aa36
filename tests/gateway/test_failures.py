"""What is remembered of a negotiation that failed, and until when."""

from datetime import UTC, datetime
from ipaddress import IPv4Address

from kakehashi.gateway.failures import Failures
from kakehashi.ike.effects import Event, EventName, Level
from kakehashi.model.address import IKE_PORT, IPAddress, Path, SocketAddress

OURS, OSLO, BERN = (IPv4Address(a) for a in ("192.0.2.1", "198.51.100.2", "203.0.113.2"))
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def failed(tunnel: str, peer: IPAddress) -> Event:
    return Event(
        level=Level.ERROR,
        name=EventName.NEGOTIATION_FAILED,
        facility="ikev2",
        message=f"no answer from {peer}",
        tunnel=tunnel,
        path=Path(SocketAddress(OURS, IKE_PORT), SocketAddress(peer, IKE_PORT)),
        details={"stage": "IKE_SA_INIT", "cause": "timeout"},
    )


def of_two() -> Failures:
    failures = Failures()
    for tunnel, peer in (("tunnel0", OSLO), ("tunnel0", BERN), ("tunnel1", BERN)):
        failures.note(failed(tunnel, peer), TIME)
    return failures


def test_each_peer_of_a_tunnel_has_its_own() -> None:
    failures = of_two()
    failures.mended("tunnel0", OSLO)
    assert failures.with_peer("tunnel0", OSLO) is None
    still = failures.with_peer("tunnel0", BERN)
    assert still is not None
    assert still.message == "no answer from 203.0.113.2"


def test_with_a_tunnel_go_the_failures_of_all_its_peers() -> None:
    failures = of_two()
    failures.forget("tunnel0")
    assert failures.last("tunnel0") == ""
    assert failures.with_peer("tunnel0", OSLO) is None
    assert failures.with_peer("tunnel0", BERN) is None
    assert failures.with_peer("tunnel1", BERN) is not None, "of another tunnel"
