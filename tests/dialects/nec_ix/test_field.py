"""What the IX2000 and IX3000 write, and what configurations in service have besides."""

from ipaddress import ip_network

import pytest

from kakehashi.dialects.nec_ix import NecIx
from kakehashi.dialects.registry import recognise
from kakehashi.model.address import Hostname
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.model.selector import ANY_IPV6, TrafficSelector
from tests.dialects.nec_ix.reading import FILE, codes, found, line, lower, the_ikev1, the_tunnel, whole

BRANCH = """\
ip route default GigaEthernet0.1
ip route 192.168.2.0/24 Tunnel0.0
{lists}
ike initial-contact always
ike nat-traversal
ike proposal first encryption aes-256 hash sha2-256 group 2048-bit
ike policy center peer 203.0.113.2 key between-us first
ipsec autokey-proposal second esp-aes-256 esp-sha2-256
ipsec autokey-map center {map} peer 203.0.113.2 second
{ids}
no ipsec ike-passthru
ppp profile isp
  authentication myname me@isp.example
device GigaEthernet0
interface GigaEthernet0.1
  encapsulation pppoe
  auto-connect
  ppp binding isp
  ip address ipcp
  ip napt enable
  ip napt static GigaEthernet0.1 50
  ip napt static GigaEthernet0.1 udp 500
  ip napt static GigaEthernet0.1 udp 4500
  no shutdown
interface GigaEthernet2.0
  ip address 192.168.1.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec
  ip unnumbered GigaEthernet2.0
  ipsec policy tunnel center out
  no shutdown
"""
ALL = "ip access-list all permit ip src any dest any"


def branch(*, lists: str = ALL, map: str = "all", ids: str = "") -> str:  # noqa: A002
    return BRANCH.format(lists=lists, map=map, ids=ids)


def selectors(text: str) -> tuple[TrafficSelector, TrafficSelector]:
    _, tunnel = the_ikev1(NecIx().lower(text, FILE))
    (local,), (remote,) = tunnel.ipsec.local_selectors, tunnel.ipsec.remote_selectors
    return local, remote


def test_a_map_with_an_access_list_of_everything_is_a_map_of_that_ip_version() -> None:
    older, newer = (NecIx().lower(branch(map=m), FILE).gateway for m in ("all", "ipv4"))
    assert older == newer
    assert codes(NecIx().lower(branch(), FILE), Severity.ERROR, Severity.WARNING) == []
    v6 = branch(lists="ipv6 access-list six permit ip src any dest any", map="six")
    assert selectors(v6) == (ANY_IPV6, ANY_IPV6)


def test_a_narrow_list_gives_the_identities_that_nothing_else_gives() -> None:
    lists = "ip access-list lans permit ip src 192.168.1.0/24 dest 192.168.2.0/24"
    ours, theirs = TrafficSelector.of("192.168.1.0/24"), TrafficSelector.of("192.168.2.0/24")
    assert selectors(branch(lists=lists, map="lans")) == (ours, theirs)
    written = branch(lists=lists, map="lans", ids="ipsec remote-id center 10.0.0.0/8")
    assert selectors(written) == (ours, TrafficSelector.of("10.0.0.0/8"))
    lowered = NecIx().lower(written, FILE)
    assert "`ipsec local-id center 192.168.1.0/24`" in found(lowered, "map-list").message
    assert line(found(lowered, "not-yet")) == 9


def test_what_a_map_with_a_list_says_is_written_and_read_again() -> None:
    lists = "ip access-list lans permit ip src 192.168.1.0/24 dest 192.168.2.0/24"
    gateway = NecIx().lower(branch(lists=lists, map="lans"), FILE).gateway
    (again,) = NecIx().lower(NecIx().render(gateway).text, FILE).gateway.tunnels
    (tunnel,) = gateway.tunnels
    assert isinstance(tunnel, Ikev1Tunnel)
    assert again == tunnel


def test_a_list_that_is_not_there_is_an_error_with_the_name_that_was_meant() -> None:
    finding = found(NecIx().lower(branch(map="al"), FILE), "undefined-access-list")
    assert (finding.severity, line(finding), finding.remedy) == (Severity.ERROR, 9, "did you mean `all`?")


def test_a_list_that_permits_nothing_is_an_error() -> None:
    lists = "ip access-list all deny ip src any dest any"
    assert line(found(NecIx().lower(branch(lists=lists), FILE), "selector-empty")) == 3


@pytest.mark.parametrize(
    "entry",
    [
        "ip access-list x permit udp src any sport any dest any dport eq 500",
        "ip access-list x permit udp src any sport range 1024 65535 dest 10.0.0.1/32 dport eq 4500",
        "ip access-list x permit 50 src 10.0.0.0/8 dest any",
        "ip access-list x permit icmp type 8",
        "ip access-list x deny tcp src any sport gt 1023 dest any dport neq 22",
        "ip access-list x permit ip src 10.0.0.161/24 dest 10.0.0.160/24",
        "ipv6 access-list x permit icmp src any dest any",
        "ip access-list dynamic cache 65535",
        "ip access-list dynamic d permit-list",
    ],
)
def test_entries_of_access_lists_are_understood(entry: str) -> None:
    assert codes(lower(entry + "\n"), Severity.ERROR, Severity.WARNING) == []


def test_bits_beyond_a_prefix_do_not_count_in_identities_of_phase_2() -> None:
    ids = "ipsec local-id center 192.168.1.1/24\nipsec remote-id center 192.168.2.1"
    local, remote = selectors(branch(ids=ids))
    assert local == TrafficSelector.of(ip_network("192.168.1.0/24"))
    assert remote == TrafficSelector.of(ip_network("192.168.2.1/32"))


def test_an_address_from_ppp_is_the_host_s() -> None:
    lowered = NecIx().lower(branch(), FILE)
    wan = lowered.gateway.interface("GigaEthernet0.1")
    assert wan is not None
    assert (wan.dhcp, wan.dhcp_default_route) == (True, False)
    told = [f for f in lowered.findings if f.code == "the-hosts"]
    assert [line(f) for f in told if "gets its address from PPP" in f.message] == [19]


def test_a_peer_by_name_over_one_ip_version() -> None:
    lowered = whole(tunnel="ikev2 peer-fqdn-ipv6 Far.example.net authentication psk id keyid there")
    assert the_tunnel(lowered).peer_address == Hostname("Far.example.net", 6)
    again = lower(NecIx().render(lowered.gateway).text)
    assert the_tunnel(again).peer_address == Hostname("Far.example.net", 6)


@pytest.mark.parametrize("mode", ["gre ipv6", "4-over-6", "map-e", "map-e ocn"])
def test_a_tunnel_of_another_kind_is_told_of_once(mode: str) -> None:
    lowered = lower(
        f"interface Tunnel0.0\n  tunnel mode {mode}\n  tunnel source GigaEthernet0.0\n  tunnel key 5\n"
        "  tunnel destination 2001:db8::1\n  ip address map-e\n  no shutdown\n"
    )
    assert codes(lowered) == ["not-yet"]
    assert "the tunnel stays down" in found(lowered, "not-yet").message


@pytest.mark.parametrize("routing", ["router bgp 65000", "ip router ospf 1"])
def test_where_routes_are_learnt_none_is_missing(routing: str) -> None:
    text = branch().replace("ip route 192.168.2.0/24 Tunnel0.0\n", "")
    assert "no-route" in codes(NecIx().lower(text, FILE))
    assert "no-route" not in codes(NecIx().lower(f"{text}{routing}\n  network 10.0.0.0/8\n", FILE))


def test_what_a_terminal_adds_does_no_harm() -> None:
    plain = branch()
    modes = "Router(config-GigaEthernet0.1)# "
    typed = "".join(f"{modes}{text.strip()}\n" for text in plain.splitlines() if text)
    pages = plain.replace("ike nat", "--More-- \b\b\b\b\b\b\b\b\b         \b\b\b\b\b\b\b\b\bike nat")
    headed = "Router(config)# show running-config\n! NEC Portable\nCurrent configuration:\n" + plain
    expected = lower(plain).gateway
    for text in (
        typed,
        pages,
        headed,
        "enable-config\nEnter configuration commands, one per line.\n" + plain,
    ):
        assert lower(text).gateway == expected
        assert codes(lower(text), Severity.ERROR, Severity.WARNING) == []


@pytest.mark.parametrize(
    "text",
    [
        "timezone +09 00\nproxy-dns ip enable\nip route default GigaEthernet0.1\n",
        "ix(config)# interface GigaEthernet0.1\nix(config-GigaEthernet0.1)# ip address ipcp\n",
        "interface Tunnel0.0\n  tunnel mode map-e\n",
        "ip access-list a permit ip src any dest any\n",
    ],
)
def test_a_configuration_without_ipsec_is_recognised_as_well(text: str) -> None:
    assert recognise(text).name == "nec-ix"


def test_the_df_bit_ignored_is_the_mtu_ignored() -> None:
    plain = branch()
    older = plain.replace("policy tunnel center out", "policy tunnel center df-bit ignore pre-fragment out")
    newer = plain.replace("policy tunnel center out", "policy tunnel center mtu ignore pre-fragment")
    assert lower(older).gateway == lower(newer).gateway
    _, tunnel = the_ikev1(lower(older))
    assert (tunnel.ipsec.mtu_ignore, tunnel.ipsec.pre_fragment) == (True, True)
