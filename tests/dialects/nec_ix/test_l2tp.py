"""People dial in: `tunnel mode l2tp-lns ipsec`, `ppp binding`, `ppp profile` (V1-14, V1-15)."""

from dataclasses import replace
from ipaddress import IPv4Address, ip_address

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.dialects.base import Lowered
from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.encapsulation import EncapsulationMode
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.l2tp_server import AddressRange, Caller, L2tpServer, LoginMethod
from kakehashi.model.secret import Secret
from tests.dialects.nec_ix.reading import codes, found, line, lower

LNS = """\
hostname office
ip access-list everybody permit ip src any dest any
ike nat-traversal
ike proposal strong encryption aes-256 hash sha group 1024-bit
ike proposal weak encryption 3des hash sha group 1024-bit
ike policy phones peer any key shared-by-all strong,weak
ipsec autokey-proposal esp1 esp-aes-256 esp-sha
ipsec autokey-proposal esp2 esp-3des esp-sha
ipsec dynamic-map phones-map everybody esp1,esp2
ppp profile dial-in
  authentication request chap
  authentication password ada Enigma-7
  authentication password bob Purple-9
  lcp pfc
  lcp acfc
  ipcp ip-compression
  ipcp provide-remote-dns 192.168.30.1 192.0.2.53
  ipcp provide-ip-address range 192.168.30.30 192.168.30.50
interface GigaEthernet0.0
  ip address 192.0.2.2/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.30.1/24
  ip proxy-arp
  no shutdown
interface Tunnel0.0
  ppp binding dial-in
  tunnel mode l2tp-lns ipsec
  ip unnumbered GigaEthernet1.0
  ip tcp adjust-mss auto
  ipsec policy transport phones-map
  no shutdown
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
    assert (server.interface, server.name, server.host_name) == ("Tunnel0.0", "dial-in", "office")
    assert server.methods == (LoginMethod.CHAP,)
    assert [(c.name, c.password) for c in server.callers] == [
        ("ada", Secret(b"Enigma-7")),
        ("bob", Secret(b"Purple-9")),
    ]
    assert server.pool == AddressRange(ip_address("192.168.30.30"), ip_address("192.168.30.50"))
    assert [str(a) for a in server.dns] == ["192.168.30.1", "192.0.2.53"]
    assert (server.lender, server.mru, server.echo) == ("GigaEthernet1.0", 1400, 30)
    lan = lowered.gateway.interface("GigaEthernet1.0")
    assert lan
    assert lan.proxy_arp
    (tunnel,) = lowered.gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert tunnel.enabled
    assert not tunnel.starts_phase2
    assert tunnel.ipsec.mode is EncapsulationMode.TRANSPORT
    assert not tunnel.ipsec.sends_identities
    assert [str(s) for s in tunnel.ipsec.local_selectors] == ["0.0.0.0/0 protocol 17 port 1701"]
    assert [str(s) for s in tunnel.ipsec.remote_selectors] == ["0.0.0.0/0 protocol 17"]


def test_the_numbers_of_the_link() -> None:
    text = LNS.replace("  lcp pfc\n", "  lcp mru 1300\n  lcp echo-interval 7\n  lcp echo-retry 2\n")
    server = the_server(lower(text))
    assert (server.mru, server.echo, server.echo_failures) == (1300, 7, 2)
    assert the_server(lower(LNS.replace("  lcp pfc\n", "  no echo\n"))).echo == 0
    both = the_server(lower(LNS.replace("request chap", "request chap-pap")))
    assert both.methods == (LoginMethod.CHAP, LoginMethod.PAP)


def test_a_later_password_of_a_user_holds_and_no_takes_one_away() -> None:
    more = "  authentication password ada Other-1\n  no authentication password bob Purple-9\n  lcp pfc\n"
    server = the_server(lower(LNS.replace("  lcp pfc\n", more)))
    assert [(c.name, c.password) for c in server.callers] == [("ada", Secret(b"Other-1"))]


@pytest.mark.parametrize(
    ("gone", "code", "at"),
    [
        ("ppp binding", "no-ppp-profile", "tunnel mode"),
        ("ppp profile", "undefined-ppp-profile", "ppp binding"),
        ("ipsec policy", "no-ipsec-policy", "tunnel mode"),
        ("authentication password", "no-users", "ppp profile"),
        ("authentication request", "no-login", "ppp profile"),
        ("ipcp provide-ip-address", "no-pool", "ppp profile"),
    ],
)
def test_what_is_missing_is_told_at_its_line(gone: str, code: str, at: str) -> None:
    lowered = without(gone)
    text = [t for t in LNS.splitlines() if not t.strip().startswith(gone)]
    assert text[line(found(lowered, code)) - 1].strip().startswith(at)


@pytest.mark.parametrize(
    "asked", ["radius host 192.168.30.5 key between-us", "aaa authentication login default radius"]
)
def test_nobody_else_is_asked_about_users_and_that_is_told(asked: str) -> None:
    lowered = lower(LNS.replace("interface GigaEthernet0.0", f"{asked}\ninterface GigaEthernet0.0"))
    assert line(found(lowered, "radius-unused")) == LNS.splitlines().index("interface GigaEthernet0.0") + 1
    (wan, *_) = lowered.gateway.interfaces
    assert wan.name == "GigaEthernet0.0"
    nobody = without("ppp binding", "tunnel mode")
    assert "radius-unused" not in codes(nobody)


def test_a_line_that_would_end_idle_sessions_is_told() -> None:
    lowered = lower(LNS.replace("  lcp pfc\n", "  idle-timeout 300\n"))
    told = found(lowered, "profile-line-unused")
    assert line(told) == LNS.splitlines().index("  lcp pfc") + 1
    assert "`dial-in`" in told.message


def test_a_range_the_wrong_way_round() -> None:
    swapped = LNS.replace("range 192.168.30.30 192.168.30.50", "range 192.168.30.50 192.168.30.30")
    lowered = lower(swapped)
    assert found(lowered, "invalid-value").severity is Severity.ERROR


def test_l2tp_needs_transport_mode() -> None:
    lowered = lower(LNS.replace("policy transport", "policy tunnel"))
    assert (
        line(found(lowered, "l2tp-in-tunnel-mode"))
        == LNS.splitlines().index("  ipsec policy transport phones-map") + 1
    )


def test_a_profile_of_pppoe_is_the_hosts_business() -> None:
    wan = "ppp profile provider\n  authentication myname us\n  authentication password us secret\n"
    assert not codes(lower(wan + LNS), Severity.ERROR, Severity.WARNING)


def test_a_profile_for_dialing_in_that_nothing_binds() -> None:
    lowered = without("ppp binding", "tunnel mode")
    assert found(lowered, "unused-ppp-profile").severity is Severity.INFO


def test_in_its_own_language_it_is_written_as_it_was() -> None:
    text = LNS.replace("  lcp pfc\n", "  lcp mru 1300\n  no echo\n")
    gateway = lower(text).gateway
    written = NecIx().render(gateway)
    assert not written.losses
    again = lower(written.text)
    assert not codes(again, Severity.ERROR, Severity.WARNING), again.findings
    assert again.gateway.l2tp_servers == gateway.l2tp_servers
    assert again.gateway.tunnels == gateway.tunnels


def test_two_profiles_on_one_tunnel() -> None:
    lowered = lower(LNS.replace("  ppp binding dial-in\n", "  ppp binding other\n  ppp binding dial-in\n"))
    assert line(found(lowered, "replaced")) == LNS.splitlines().index("  ppp binding dial-in") + 1
    assert the_server(lowered).name == "dial-in"


def test_what_a_profile_has_no_words_for_is_told() -> None:
    gateway = lower(LNS).gateway
    (server,) = gateway.l2tp_servers
    changed = replace(
        server,
        methods=(LoginMethod.MS_CHAP_V2,),
        idle=300,
        sessions_per_user=1,
        secret=Secret(b"between-us"),
        callers=(Caller(name="ada", password=Secret(b"two words"), address=IPv4Address("192.168.30.9")),),
    )
    written = NecIx().render(replace(gateway, l2tp_servers=(changed,)))
    told = " ".join(map(str, written.losses))
    for what in ("MS-CHAPv2", "300 s", "each user", "own password", "the user ada", "192.168.30.9"):
        assert what in told
    assert "two words" not in written.text + told
    assert "authentication request chap\n" in written.text


def test_alliedware_plus_is_no_server_and_no_half_of_it_is_written() -> None:
    written = AwPlus().render(lower(LNS).gateway)
    told = [loss for loss in written.losses if "people dial in to Tunnel0.0" in loss.what]
    assert len(told) == 1
    assert told[0].source
    assert "Enigma" not in written.text
    assert "unnel0" not in written.text
