"""People dial in: `vpdn-group` with `accept-dialin`, `interface Virtual-Template`, `ip local pool`, `username`."""

from dataclasses import replace
from ipaddress import IPv6Network, ip_address

import pytest

from kakehashi.bridge.adapt import adapt
from kakehashi.dialects.base import Lowered
from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.address import ANY
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp_server import AddressRange, L2tpServer, LoginMethod, PrefixPool
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import Ikev2Tunnel
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


def test_the_device_would_ask_radius_first_and_that_is_told() -> None:
    told = found(lower(RADIUS + LNS), "local-first")
    assert "(ada, bob)" in told.message
    assert "local-first" not in codes(lower(RADIUS.replace("group radius local", "local group radius") + LNS))
    assert "local-first" not in codes(lower(LNS))


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


def radius_of(text: str) -> list[tuple[str, bytes, int, int]]:
    server = the_server(lower(text + LNS))
    return [(str(r.address), r.secret.octets, r.port, r.timeout) for r in server.radius]


OLD = """\
aaa new-model
aaa authentication ppp default group radius
radius-server host 192.168.30.5 auth-port 1812 acct-port 1813 key Between-Us
radius-server host 192.168.30.6
radius-server key 7 094F471A1A0A
radius-server timeout 2
"""


def test_servers_as_older_devices_write_them() -> None:
    lowered = lower(OLD + LNS)
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    assert "not-ours" not in codes(lowered)
    assert radius_of(OLD) == [
        ("192.168.30.5", b"Between-Us", 1812, 2),
        ("192.168.30.6", b"cisco", 1645, 2),
    ]
    assert radius_of(OLD.replace("group radius", "radius"))


GROUPS = """\
aaa new-model
aaa group server radius FOR-PHONES
 server name Two
 server 192.168.30.5 auth-port 1812 acct-port 1813
 server-private 192.168.30.7 auth-port 1812 acct-port 1813 key Between-Us
aaa authentication ppp PHONES group FOR-PHONES local
aaa authentication ppp default local
aaa accounting network default
 action-type start-stop
 group FOR-PHONES
radius-server host 192.168.30.5 key One
radius server Two
 address ipv4 192.168.30.6 auth-port 1812 acct-port 1813
 key Two
radius server Three
 address ipv4 192.168.30.8
 key Three
"""


def test_the_list_of_the_template_and_its_group_say_who_is_asked() -> None:
    text = GROUPS + LNS.replace("ms-chap-v2 chap", "ms-chap-v2 chap PHONES")
    lowered = lower(text)
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    assert "not-ours" not in codes(lowered)
    server = the_server(lowered)
    assert [str(r.address) for r in server.radius] == ["192.168.30.6", "192.168.30.5", "192.168.30.7"]
    assert [r.secret.octets for r in server.radius] == [b"Two", b"One", b"Between-Us"]
    assert (server.local_users, server.accounting) == (True, True)
    assert server.methods == (LoginMethod.MS_CHAP_V2, LoginMethod.CHAP)
    default = the_server(lower(GROUPS + LNS))
    assert (default.radius, default.local_users) == ((), True)


def test_a_list_or_a_group_that_is_not_there() -> None:
    nowhere = lower(LNS.replace("ms-chap-v2 chap", "ms-chap-v2 chap PHONES"))
    wanted = next(n for n, t in enumerate(LNS.splitlines(), start=1) if "ppp authentication" in t)
    assert line(found(nowhere, "undefined-list")) == wanted
    lowered = lower("aaa new-model\naaa authentication ppp default group NOBODY local\n" + LNS)
    assert line(found(lowered, "undefined-group")) == 2


def test_who_has_only_a_hash_cannot_dial_in() -> None:
    told = found(lower(LNS), "hashed-password")
    assert (line(told), told.severity) == (2, Severity.INFO)
    nobody = without("username ada", "username bob")
    assert found(nobody, "no-users").severity is Severity.WARNING


def test_the_second_group_has_no_effect_and_that_is_told() -> None:
    second = "vpdn-group OTHER\n accept-dialin\n  protocol l2tp\n  virtual-template 2\n"
    lowered = lower(LNS + second)
    assert line(found(lowered, "second-group")) == LNS.count("\n") + 1
    assert len(lowered.gateway.l2tp_servers) == 1


def test_in_its_own_language_it_is_written_as_it_was() -> None:
    text = RADIUS + LNS.replace(" ppp timeout idle 1800\n", " ppp timeout idle 1800\n keepalive 20 3\n")
    server = the_server(lower(text))
    assert (server.echo, server.echo_failures) == (20, 3)
    written = CiscoIos().render(adapt(lower(text).gateway, "cisco-ios").gateway)
    again = lower(written.text)
    assert not codes(again, Severity.ERROR, Severity.WARNING), again.findings
    made = the_server(again)
    assert replace(made, interface=server.interface) == server
    assert written.text.count("interface Virtual-Template1") == 1


def test_no_keepalive_and_the_device_s_own() -> None:
    assert (the_server(lower(LNS)).echo, the_server(lower(LNS)).echo_failures) == (10, 5)
    off = lower(LNS.replace(" ppp timeout idle 1800\n", " no keepalive\n"))
    assert the_server(off).echo == 0


def test_prefixes_and_accounts_are_written() -> None:
    gateway = lower(RADIUS + LNS).gateway
    (server,) = gateway.l2tp_servers
    more = replace(server, ipv6=True, prefixes=PrefixPool(IPv6Network("2001:db8:5::/48")), interim=600)
    text = CiscoIos().render(adapt(replace(gateway, l2tp_servers=(more,)), "cisco-ios").gateway).text
    for wanted in (
        "aaa accounting update periodic 10",
        " ipv6 enable",
        " peer default ipv6 pool L2TP",
        "ipv6 local pool L2TP 2001:db8:5::/48 64",
    ):
        assert wanted in text.splitlines()


OPEN = "".join(
    line
    for line in LNS.splitlines(keepends=True)
    if not line.strip().startswith(("crypto", "mode tr", "set tr"))
)
_ISAKMP = LNS[LNS.index("crypto isakmp policy") : LNS.index("crypto ipsec")]
OPEN = OPEN.replace("".join(line for line in _ISAKMP.splitlines(keepends=True) if line.startswith(" ")), "")
IPV6 = LNS.replace(
    " ppp timeout idle 1800\n", " ipv6 enable\n peer default ipv6 pool Prefixes\n ppp timeout idle 1800\n"
)


def test_without_a_dynamic_crypto_map_people_dial_in_in_the_clear_and_it_is_told() -> None:
    lowered = lower(OPEN)
    assert line(found(lowered, "l2tp-in-the-clear")) == 6
    server = the_server(lowered)
    assert not server.protected
    assert server.interface == "Virtual-Template1"
    assert lowered.gateway.open_servers == (server,)
    assert not lowered.gateway.tunnels
    interface = lowered.gateway.interface("Virtual-Template1")
    assert interface
    assert (interface.unnumbered, interface.adjust_mss) == ("GigabitEthernet0/1", 1360)
    off = lower(OPEN.replace("interface Virtual-Template1\n", "interface Virtual-Template1\n shutdown\n"))
    assert not off.gateway.open_servers
    assert not lower(OPEN.replace("vpdn enable\n", "")).gateway.l2tp_servers
    assert the_server(lower(LNS)).protected


def test_ipv6_with_prefixes_and_without() -> None:
    lowered = lower(IPV6 + "ipv6 local pool Prefixes 2001:db8:30::/48 64\n")
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    server = the_server(lowered)
    assert server.ipv6
    assert server.prefixes == PrefixPool(IPv6Network("2001:db8:30::/48"))
    alone = the_server(lower(IPV6.replace(" peer default ipv6 pool Prefixes\n", "")))
    assert (alone.ipv6, alone.prefixes) == (True, None)
    assert not the_server(lower(LNS)).ipv6
    assert line(found(lower(IPV6), "undefined-pool"))
    assert line(found(lower(IPV6 + "ipv6 local pool Prefixes 2001:db8:30::/48 56\n"), "prefix-length"))


def test_people_dial_in_by_ikev2_whoever_they_say_they_are() -> None:
    lowered = lower(
        LNS.replace(
            _ISAKMP,
            "crypto ikev2 keyring KEYS\n peer ALL\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key shared-by-all\n"
            "crypto ikev2 profile PHONES\n match identity remote any\n authentication remote pre-share\n"
            " authentication local pre-share\n keyring local KEYS\n",
        ).replace(" set transform-set PHONES\n", " set transform-set PHONES\n set ikev2-profile PHONES\n")
    )
    assert not codes(lowered, Severity.ERROR, Severity.WARNING), lowered.findings
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    assert tunnel.enabled
    assert tunnel.peer_address is ANY
    assert tunnel.peer.anybody
    assert tunnel.peer.secret == Secret(b"shared-by-all")
    assert tunnel.ipsec.mode is EncapsulationMode.TRANSPORT
    assert the_server(lowered).interface == tunnel.interface


def test_accounts_every_so_many_minutes() -> None:
    assert the_server(lower(LNS)).interim == 0
    lines = "aaa new-model\naaa accounting update newinfo periodic 15\n"
    assert the_server(lower(LNS + lines)).interim == 900
