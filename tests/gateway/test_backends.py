"""Which data plane is chosen, and what its operator is told where it cannot be."""

import errno
import resource
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from kakehashi.dataplane import xfrm_probe
from kakehashi.gateway import backends, configuration, xfrm
from kakehashi.gateway.errors import GatewayError
from kakehashi.gateway.host.items import LinkUp, Mtu
from kakehashi.gateway.mtu import fit_devices
from kakehashi.gateway.options import Backend, parse_backend
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Finding, Severity
from kakehashi.model.gateway import Gateway
from kakehashi.model.gre import Gre
from kakehashi.model.l2tp_server import L2tpServer
from kakehashi.model.policy import DfBit
from kakehashi.model.selector import TrafficSelector
from kakehashi.wire.registry.ikev2 import EncryptionId
from tests.gateway.builders import gateway, tunnel


def with_ipsec(**changed: object) -> Gateway:
    plain = tunnel()
    return gateway(replace(plain, ipsec=replace(plain.ipsec, **changed)))


def found(configured: Gateway) -> tuple[Finding, ...]:
    """By a kernel that has everything."""
    return xfrm.findings(configured, lambda *_: True, lambda _: True)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the kernel of the test has."""
    has: dict[str, object] = {"lack": "", "refused": set(), "gre": True}
    monkeypatch.setattr(xfrm_probe, "lack", lambda: has["lack"])
    monkeypatch.setattr(
        xfrm_probe, "takes", lambda protection, keys: protection.cipher.id not in has["refused"]
    )
    monkeypatch.setattr(xfrm_probe, "makes_gre", lambda version: has["gre"])
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
        ({"df_bit": DfBit.SET}, "xfrm-df-bit", Severity.WARNING),
        ({"mtu_ignore": True}, "xfrm-mtu-ignore", Severity.WARNING),
        ({"replay_window": 8192}, "xfrm-replay-window", Severity.WARNING),
    ],
)
def test_what_the_kernel_cannot_do_of_a_configuration_is_told(changed, code, severity):
    (finding,) = found(with_ipsec(**changed))
    assert (finding.code, finding.severity) == (code, severity)


@pytest.mark.parametrize("mode", list(EncapsulationMode))
def test_the_kernel_does_gre_and_transport_mode_where_it_has_such_devices(mode):
    assert not found(with_ipsec(mode=mode))
    wrapped = with_ipsec(mode=mode, gre=Gre(key=7))
    assert not found(wrapped)
    (finding,) = xfrm.findings(wrapped, lambda *_: True, lambda _: False)
    assert (finding.code, finding.severity) == ("xfrm-gre", Severity.ERROR)
    assert "IPv4" in finding.message


def test_two_tunnels_of_the_same_ends_need_packets_that_differ():
    one, other = tunnel("Tunnel0.0"), tunnel("Tunnel1.0")
    assert not found(gateway(one, other)), "an interface each"
    wrapped = [replace(t, ipsec=replace(t.ipsec, gre=Gre(key=n))) for n, t in enumerate((one, other))]
    (finding,) = found(gateway(*wrapped))
    assert (finding.code, finding.severity) == ("xfrm-ends", Severity.ERROR)
    assert finding.message.startswith("Tunnel1.0")
    elsewhere = replace(wrapped[1], source_address="Loopback0")
    assert not found(gateway(wrapped[0], elsewhere))


def test_who_dials_in_is_not_the_kernels_business():
    dialed = replace(
        with_ipsec(mode=EncapsulationMode.TRANSPORT), l2tp_servers=(L2tpServer(interface="Tunnel0.0"),)
    )
    (finding,) = found(dialed)
    assert (finding.code, finding.severity) == ("xfrm-l2tp", Severity.ERROR)
    assert "behind one NAT" in finding.message


PLAIN = """\
hostname ours
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
interface Tunnel0
 ip address 10.0.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel destination 198.51.100.2
 tunnel key 7
"""


def test_gre_without_ipsec_is_refused_with_its_line_and_what_to_do(kernel, tmp_path):
    file = tmp_path / "router.cfg"
    file.write_text(PLAIN)
    configured = configuration.load(file, None).gateway
    (finding,) = backends.choose(Backend.XFRM, configured).findings
    assert (finding.code, finding.severity) == ("xfrm-plain", Severity.ERROR)
    assert finding.source.line == 1 + PLAIN.splitlines().index("interface Tunnel0")
    assert str(file) in str(finding.source.file)
    assert finding.remedy == "run it without --backend xfrm"
    chosen = backends.choose(Backend.AUTO, configured)
    assert (chosen.backend, chosen.findings) == (Backend.NATIVE, ())
    assert "nothing without IPsec" in chosen.why


EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("nec-ix-l2tp/kobe.cfg", "xfrm-l2tp"),
        ("nec-ix-etherip/akita.cfg", "xfrm-ethernet"),
        ("awplus-l2tpv3/aomori.cfg", "xfrm-ethernet"),
        ("ios-dmvpn/hub.cfg", "xfrm-multipoint"),
        ("awplus-multipoint/hub.cfg", "xfrm-multipoint"),
        ("ios-awplus-gre/uwajima.cfg", "xfrm-plain"),
    ],
)
def test_what_is_done_in_userspace_alone_is_refused_at_its_line(kernel, file, code):
    configured = configuration.load(EXAMPLES / file, None).gateway
    (finding,) = backends.choose(Backend.XFRM, configured).findings
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    line = (EXAMPLES / file).read_text().splitlines()[finding.source.line - 1]
    name = finding.message.partition(":")[0]
    assert line in (f"interface {name}", "  tunnel mode l2tp-lns ipsec")
    assert backends.choose(Backend.AUTO, configured).why == f"backend native: {finding.message}"


def test_selectors_that_are_too_many_prefixes_for_the_kernel_are_an_error():
    odd = TrafficSelector(ip_address("0.0.0.1"), ip_address("255.255.255.254"))
    (finding,) = found(with_ipsec(local_selectors=(odd,), remote_selectors=(odd,)))
    assert (finding.code, finding.severity) == ("xfrm-selectors", Severity.ERROR)


def test_an_algorithm_that_the_kernel_has_not_is_an_error():
    (finding, *_) = xfrm.findings(gateway(), lambda *_: False, lambda _: True)
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
