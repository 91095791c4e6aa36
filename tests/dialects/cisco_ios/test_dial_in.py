"""People dial in: `vpdn-group` with `accept-dialin`, `interface Virtual-Template`, `ip local pool`, `username`."""

from ipaddress import ip_address

import pytest

from kakehashi.dialects.base import Lowered
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp_server import AddressRange, L2tpServer, LoginMethod
from kakehashi.model.secret import Secret
from tests.dialects.cisco_ios.reading import codes, found, line, lower

LNS = """\
hostname office
username admin privilege 15 secret 9 $9$hidden
username ada password 0 Enigma-7
username bob password 7 094F471A1A0A
vpdn enable
vpdn-group L2TP
 ! Default L2TP VPDN group
 accept-dialin
  protocol l2tp
  virtual-template 1
 session-limit 20
 no l2tp tunnel authentication
crypto isakmp policy 10
 encryption aes 256
 hash sha
 authentication pre-share
 group 14
crypto isakmp key shared-by-all address 0.0.0.0 0.0.0.0
crypto ipsec transform-set PHONES esp-aes 256 esp-sha-hmac
 mode transport
crypto dynamic-map PHONES-MAP 10
 set transform-set PHONES
crypto map OUTSIDE 10 ipsec-isakmp dynamic PHONES-MAP
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map OUTSIDE
interface GigabitEthernet0/1
 ip address 192.168.30.1 255.255.255.0
interface Virtual-Template1
 ip unnumbered GigabitEthernet0/1
 ip mtu 1400
 ip tcp adjust-mss 1360
 peer default ip address pool Callers
 ppp authentication ms-chap-v2 chap
 ppp ipcp dns 192.168.30.1 192.0.2.53
 ppp timeout idle 1800
ip local pool Callers 192.168.30.30 192.168.30.50
ip route 0.0.0.0 0.0.0.0 192.0.2.1
"""


def without(*beginnings: str) -> Lowered:
    lines = LNS.splitlines(keepends=True)
    return lower("".join(text for text in lines if not text.strip().startswith(beginnings)))


def the_server(lowered: Lowered) -> L2tpServer:
    (server,) = lowered.gateway.l2tp_servers
    return server


def test_a_device_that_people_dial_in_to() -> None:
    lowered = lower(LNS)
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    server = the_server(lowered)
    assert (server.name, server.host_name, server.lender) == ("L2TP", "office", "GigabitEthernet0/1")
    assert server.methods == (LoginMethod.MS_CHAP_V2, LoginMethod.CHAP)
    assert [(c.name, c.password) for c in server.callers] == [
        ("ada", Secret(b"Enigma-7")),
        ("bob", Secret(b"cisco")),
    ]
    assert server.pool == AddressRange(ip_address("192.168.30.30"), ip_address("192.168.30.50"))
    assert [str(a) for a in server.dns] == ["192.168.30.1", "192.0.2.53"]
    assert (server.mru, server.idle, server.sessions, server.secret) == (1400, 1800, 20, None)
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert server.interface == tunnel.interface
    assert tunnel.enabled
    assert tunnel.peer_address is ANY
    assert not tunnel.policy_based
    assert tunnel.ipsec.mode is EncapsulationMode.TRANSPORT
    assert [str(s) for s in tunnel.ipsec.local_selectors] == ["0.0.0.0/0 protocol 17 port 1701"]
    interface = lowered.gateway.interface(tunnel.interface)
    assert interface
    assert (interface.unnumbered, interface.adjust_mss) == ("GigabitEthernet0/1", 1360)


def test_no_line_of_it_is_called_the_hosts_or_nobodys() -> None:
    lowered = lower(LNS)
    assert "not-ours" not in codes(lowered)
    assert "the-hosts" not in codes(lowered)


@pytest.mark.parametrize(
    ("gone", "code"),
    [
        ("vpdn enable", "vpdn-off"),
        ("interface Virtual-Template1", "undefined-virtual-template"),
        ("peer default", "no-pool"),
        ("ip local pool", "no-pool"),
        ("ppp authentication", "no-login"),
        ("no l2tp tunnel", "tunnel-authentication"),
        ("mode transport", "no-transport"),
    ],
)
def test_what_is_missing_is_told(gone: str, code: str) -> None:
    assert line(found(without(gone), code))


def test_the_tunnels_own_password() -> None:
    text = LNS.replace(" no l2tp tunnel authentication", " l2tp tunnel password 0 between-us")
    assert the_server(lower(text)).secret == Secret(b"between-us")


def test_a_password_that_cannot_be_read() -> None:
    lowered = lower(LNS.replace("password 0 Enigma-7", "password 6 gAGXhc"))
    assert line(found(lowered, "unreadable-password")) == 3
    assert [c.name for c in the_server(lowered).callers] == ["bob"]


def test_without_it_the_lines_are_the_hosts() -> None:
    lowered = without("accept-dialin", "protocol l2tp")
    assert not lowered.gateway.l2tp_servers
    assert "the-hosts" in codes(lowered)


RADIUS = """\
aaa new-model
aaa authentication ppp default group radius local
aaa accounting network default start-stop group radius
radius server ONE
 address ipv4 192.168.30.5 auth-port 1812 acct-port 1813
 key 7 094F471A1A0A
radius server TWO
 address ipv4 192.168.30.6
 timeout 2
 retransmit 1
 key between-us
"""


def test_radius_servers_are_asked_before_and_told() -> None:
    lowered = lower(RADIUS + LNS)
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    assert "not-ours" not in codes(lowered)
    server = the_server(lowered)
    assert (server.local_users, server.accounting) == (True, True)
    one, two = server.radius
    assert (str(one.address), one.secret, one.port, one.accounting_port) == (
        "192.168.30.5", Secret(b"cisco"), 1812, 1813,
    )  # fmt: skip
    assert (two.secret, two.port, two.timeout, two.retries) == (Secret(b"between-us"), 1645, 2, 1)


def test_users_of_the_configuration_only_where_local_is_said() -> None:
    server = the_server(lower(RADIUS.replace(" radius local", " radius") + LNS))
    assert not server.local_users
    none = the_server(lower("aaa new-model\naaa authentication ppp default local\n" + LNS))
    assert none.local_users
    assert not none.radius
    assert not none.accounting


def test_a_radius_server_without_a_key() -> None:
    lowered = lower(RADIUS.replace(" key between-us\n", "") + LNS)
    assert line(found(lowered, "radius-incomplete")) == 7
