"""Which data plane is chosen, and what its operator is told where it cannot be."""

import errno
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from kakehashi.dataplane import xfrm_probe
from kakehashi.gateway import backends, xfrm
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.host.items import LinkUp, Mtu
from kakehashi.gateway.mtu import fit_devices
from kakehashi.gateway.options import Backend, parse_backend
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Gre
from kakehashi.model.policy import DfBit
from kakehashi.wire.registry.ikev2 import EncryptionId
from tests.gateway.builders import gateway, tunnel


def with_ipsec(**changed: object) -> Gateway:
    plain = tunnel()
    return gateway(replace(plain, ipsec=replace(plain.ipsec, **changed)))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the kernel of the test has."""
    has: dict[str, object] = {"lack": "", "refused": set()}
    monkeypatch.setattr(xfrm_probe, "lack", lambda: has["lack"])
    monkeypatch.setattr(xfrm_probe, "takes", lambda cipher, integrity, keys: cipher.id not in has["refused"])
    return has


def test_a_name_that_is_no_backend_is_refused_with_those_that_are():
    assert parse_backend("auto") is Backend.AUTO
    with pytest.raises(GatewayError, match="native, xfrm, auto"):
        parse_backend("kernel")


def test_userspace_asks_the_kernel_nothing(kernel):
    kernel["lack"] = "IPsec"
    assert backends.choose(Backend.NATIVE, gateway()).backend is Backend.NATIVE


def test_a_kernel_without_esp_is_one_error_that_says_what_mends_it(kernel):
    kernel["lack"] = "xfrm interfaces"
    with pytest.raises(GatewayError, match=r"no xfrm interfaces.*modprobe"):
        backends.choose(Backend.XFRM, gateway())


def test_auto_takes_the_kernel_where_it_can_do_everything(kernel):
    assert backends.choose(Backend.AUTO, gateway()).backend is Backend.XFRM
    kernel["refused"] = set(EncryptionId)
    chosen = backends.choose(Backend.AUTO, gateway())
    assert chosen.backend is Backend.NATIVE
    assert "this kernel has no" in chosen.why
    assert chosen.findings == ()
    kernel["lack"] = "IPsec (XFRM)"
    assert "no IPsec" in backends.choose(Backend.AUTO, gateway()).why


@pytest.mark.parametrize(
    ("changed", "code", "severity"),
    [
        ({"gre": Gre()}, "xfrm-gre", Severity.ERROR),
        ({"mode": EncapsulationMode.TRANSPORT}, "xfrm-transport", Severity.ERROR),
        ({"df_bit": DfBit.SET}, "xfrm-df-bit", Severity.WARNING),
        ({"mtu_ignore": True}, "xfrm-mtu-ignore", Severity.WARNING),
        ({"replay_window": 8192}, "xfrm-replay-window", Severity.WARNING),
    ],
)
def test_what_the_kernel_cannot_do_of_a_configuration_is_told(changed, code, severity):
    (finding,) = xfrm.findings(with_ipsec(**changed), lambda *_: True)
    assert (finding.code, finding.severity) == (code, severity)


def test_an_algorithm_that_the_kernel_has_not_is_an_error():
    (finding, *_) = xfrm.findings(gateway(), lambda *_: False)
    assert (finding.code, finding.severity) == ("xfrm-algorithm", Severity.ERROR)


def test_without_a_tun_device_it_is_said_before_anything_else(monkeypatch, tmp_path):
    monkeypatch.setattr(backends, "TUN", tmp_path / "tun")
    with pytest.raises(GatewayError, match=r"no .*/tun.*modprobe tun"):
        backends.start(Backend.NATIVE, gateway())


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.EADDRINUSE, "UDP port 500: in use"), "does another IKE daemon run"),
        (PermissionError(errno.EPERM, "not permitted"), "NET_ADMIN"),
    ],
)
def test_ports_in_use_and_rights_that_are_missing_are_two_things(monkeypatch, error, remedy):
    def refuse(**_: object) -> None:
        raise error

    monkeypatch.setattr(backends, "_form", lambda backend: refuse)
    monkeypatch.setattr(backends, "TUN", Path("/"))
    with pytest.raises(GatewayError, match=remedy):
        backends.start(Backend.NATIVE, gateway())


def test_fewer_open_files_than_tunnels_are_told_with_the_number_that_is_needed(monkeypatch):
    many = gateway(*(tunnel(f"Tunnel{n}.0") for n in range(100)))
    monkeypatch.setattr(backends, "TUN", Path("/"))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 100))
    with pytest.raises(GatewayError, match="100 tunnels need 164 open files, and no more than 100"):
        backends.start(Backend.NATIVE, many)


def test_the_soft_limit_of_open_files_is_raised(monkeypatch):
    raised: list[object] = []
    monkeypatch.setattr(backends, "TUN", Path("/"))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: raised.append(limit))
    monkeypatch.setattr(backends, "_form", lambda backend: lambda **_: "started")
    assert backends.start(Backend.NATIVE, gateway()) == "started"
    assert raised == [(resource.RLIMIT_NOFILE, (4096, 4096))]


def test_devices_are_made_to_fit_where_the_kernel_fragments():
    wanted = (LinkUp("a"), Mtu("a", 9000), Mtu("b", 9000))
    assert fit_devices(wanted, {"a": 1400}) == (LinkUp("a"), Mtu("a", 1400), Mtu("b", 9000))
