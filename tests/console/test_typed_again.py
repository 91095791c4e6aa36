"""What is typed again replaces what it is about, and nothing else: as a file with the last lines says."""

import pytest

from kakehashi.dialects.nec_ix import NecIx
from tests.console.desk import Desk

# Each line is about something else, and all of them hold.
SIDE_BY_SIDE = [
    (
        "",
        "ipsec rekey remaining-lifetime default second 120",
        "ipsec rekey remaining-lifetime policy osaka second 180",
        "ipsec rekey remaining-lifetime policy nara second 190",
    ),
    ("", "ike rekey remaining-lifetime default second 20", "ike rekey remaining-lifetime policy p second 30"),
    ("", "ike nat-traversal keepalive 30", "ike nat-traversal policy osaka keepalive 40"),
    ("", "network-monitor way enable", "network-monitor way startup-delay 30"),
    ("", "ip route default 192.0.2.1", "ip route default 192.0.2.9"),
    (
        "interface GigaEthernet0.0",
        "ip filter first 1 in",
        "ip filter second 2 in",
        "ip filter third 1 out",
        "ip address 192.0.2.2/24",
        "ip address 192.0.3.2/24 secondary",
        "ip address 192.0.4.2/24 secondary",
        "ip nat static 192.168.1.1 192.0.2.9",
        "ip nat static 192.168.1.2 192.0.2.10",
        "ip napt service web 192.168.1.1 80 tcp 80",
        "ip napt service mail 192.168.1.2 25 tcp 25",
    ),
    (
        "interface Tunnel0.0",
        "ikev2 cert cacert name one",
        "ikev2 cert cacert name two",
        "tunnel source 192.0.2.2",
        "tunnel destination 198.51.100.2",
    ),
    (
        "watch-group way 10",
        "event 10 ip unreach-host 10.1.1.1 Tunnel0.0",
        "event 20 ip unreach-host 10.1.1.2 Tunnel0.0",
        "action 10 ip shutdown-route 10.1.1.0/24 Tunnel0.0",
        "action 20 ip shutdown-route 10.1.2.0/24 Tunnel0.0",
    ),
]
# The second is about the same, and holds alone.
REPLACED = [
    (
        "",
        "ipsec rekey remaining-lifetime policy m second 90",
        "ipsec rekey remaining-lifetime policy m second 9",
    ),
    ("", "ipsec local-id osaka 10.0.0.0/8", "ipsec local-id osaka 10.1.0.0/16"),
    ("", "ike nat-traversal keepalive 30", "ike nat-traversal"),
    ("", "ip route 10.0.0.0/8 Tunnel0.0", "ip route 10.0.0.0/8 Tunnel0.0 metric 100"),
    ("interface Tunnel0.0", "tunnel mode ipsec", "tunnel mode ipsec-ikev2"),
    ("interface Tunnel0.0", "tunnel mode gre ip", "tunnel mode 4-over-6"),
    ("interface Tunnel0.0", "description to Osaka", "description to Nara"),
    ("interface GigaEthernet0.0", "ip filter first 1 in", "ip filter second 1 in"),
    ("interface GigaEthernet0.0", "ip address 192.0.2.2/24", "ip address dhcp receive-default"),
    (
        "watch-group way 10",
        "event 10 ip unreach-host 10.1.1.1 Tunnel0.0",
        "event 10 ipv6 unreach-host 2001:db8::1 Tunnel0.0",
    ),
]


# A file that somebody wrote in a hurry, what is typed, and what the device shows then.
SHORTENED = [
    (
        "cisco-ios",
        """\
int gi0/0
 ip addr 192.0.2.1 255.255.255.0
cry isakmp pol 10
 encr aes
cry isakmp key old addr 198.51.100.1
usern joe pass 0 old
enab sec old
""",
        (
            "interface GigabitEthernet0/0",
            "ip address 192.0.2.2 255.255.255.0",
            "exit",
            "no crypto isakmp policy 10",
            "crypto isakmp key new address 198.51.100.1",
            "username joe password 0 new",
            "enable secret 5 $1$new",
        ),
        [
            "interface GigabitEthernet0/0",
            "ip address 192.0.2.2 255.255.255.0",
            "crypto isakmp key new address 198.51.100.1",
            "username joe password 0 new",
            "enable secret 5 $1$new",
        ],
    ),
    (
        "awplus",
        "usern joe pass old\nen pass old\nint eth1\n ip addr 192.0.2.1/24\n no shut\n",
        (
            "interface eth1",
            "ip address 192.0.2.2/24",
            "exit",
            "username joe password 8 new",
            "enable password 8 new",
        ),
        [
            "username joe password 8 new",
            "enable password 8 new",
            "interface eth1",
            "ip address 192.0.2.2/24",
            "no shutdown",
        ],
    ),
    (
        "nec-ix",
        "usern joe pass plain old adm\nike prop p enc aes hash sha\nint Gi0.0\n  ip addr 192.0.2.1/24\n  no shut\n",
        (
            "interface GigaEthernet0.0",
            "ip address 192.0.2.2/24",
            "exit",
            "username joe password plain new administrator",
            "no ike proposal p",
        ),
        [
            "username joe password plain new administrator",
            "interface GigaEthernet0.0",
            "ip address 192.0.2.2/24",
            "no shutdown",
        ],
    ),
]


def shown(desk: Desk) -> list[str]:
    return [line.strip() for line in desk.changes.text.splitlines()]


@pytest.mark.parametrize(("block", "lines"), [(block, lines) for block, *lines in SIDE_BY_SIDE])
def test_what_is_about_something_else_stays(block: str, lines: list[str]) -> None:
    desk = Desk("nec-ix")
    desk.type("configure", *filter(None, [block]), *lines)
    assert [line for line in lines if line not in shown(desk)] == []


@pytest.mark.parametrize(("block", "first", "second"), REPLACED)
def test_what_is_about_the_same_replaces_it(block: str, first: str, second: str) -> None:
    desk = Desk("nec-ix")
    desk.type("configure", *filter(None, [block]), first, second)
    assert second in shown(desk)
    assert first not in shown(desk)


@pytest.mark.parametrize(("dialect", "text", "typed", "lines"), SHORTENED)
def test_a_line_that_the_file_shortens_is_the_one_that_is_typed_in_full(
    dialect: str, text: str, typed: tuple[str, ...], lines: list[str]
) -> None:
    desk = Desk(dialect, text)
    desk.type("configure terminal", *typed, "end")
    assert [line for line in shown(desk) if not line.startswith("!") and line not in ("", "end")] == lines


def test_what_is_spelled_out_keeps_the_blanks_of_a_text() -> None:
    desk = Desk("cisco-ios", "int gi0/0\n desc to  the   north\n")
    desk.type("configure terminal", "hostname r1", "end")
    assert "description to  the   north" in shown(desk)


@pytest.mark.parametrize("mode", ["ipsec", "ipsec-ikev2", "gre ip", "ether-ip ip", "4-over-6"])
def test_no_tunnel_mode_takes_back_whichever_it_is(mode: str) -> None:
    desk = Desk("nec-ix")
    desk.type("configure", "interface Tunnel0.0", f"tunnel mode {mode}", "no tunnel mode", "no shutdown")
    assert shown(desk)[2:] == ["interface Tunnel0.0", "no shutdown", "!"]


def test_one_of_several_settings_of_a_name_is_taken_back_and_the_others_stay() -> None:
    desk = Desk("nec-ix")
    desk.type("configure", "network-monitor way enable", "network-monitor way startup-delay 30")
    desk.type("configure", "no network-monitor way enable")
    assert "network-monitor way startup-delay 30" in shown(desk)
    assert "network-monitor way enable" not in shown(desk)


def test_without_its_interval_nat_traversal_goes_on() -> None:
    desk = Desk("nec-ix")
    desk.type("configure", "ikev2 default-profile", "nat-traversal keepalive 33")
    desk.type("configure", "ikev2 default-profile", "no nat-traversal keepalive")
    assert "nat-traversal" not in desk.changes.text
    assert desk.gateway.unknown_peer_policy.nat_keepalive == 20
    desk.type("configure", "ikev2 default-profile", "no nat-traversal", "no nat-traversal keepalive")
    assert not desk.gateway.unknown_peer_policy.nat_traversal


@pytest.mark.parametrize("dialect", ["cisco-ios", "awplus"])
def test_several_secondary_addresses_stand_beside_the_first(dialect: str) -> None:
    desk = Desk(dialect)
    length = " 255.255.255.0" if dialect == "cisco-ios" else "/24"
    name = "GigabitEthernet0/0" if dialect == "cisco-ios" else "eth1"
    addresses = [f"ip address 192.0.{n}.2{length}" + " secondary" * (n > 2) for n in (2, 3, 4)]
    desk.type("configure terminal", f"interface {name}", *addresses, f"ip address 192.0.9.2{length}")
    assert [line for line in shown(desk) if line.startswith("ip address")] == [
        f"ip address 192.0.9.2{length}",
        *addresses[1:],
    ]


@pytest.mark.parametrize("dialect", ["cisco-ios", "awplus"])
def test_an_address_and_a_borrowed_one_take_each_others_place(dialect: str) -> None:
    desk = Desk(dialect)
    length = " 255.255.255.0" if dialect == "cisco-ios" else "/24"
    own = f"ip address 192.0.2.2{length}"
    desk.type("configure terminal", "interface tunnel1", own, f"ip address 192.0.3.2{length} secondary")
    desk.type("configure terminal", "interface tunnel1", "ip unnumbered tunnel2")
    assert [line.split()[:2] for line in shown(desk) if line.startswith("ip")] == [["ip", "unnumbered"]]
    desk.type("configure terminal", "interface tunnel1", own)
    assert [line for line in shown(desk) if line.startswith("ip")] == [own]


def test_no_tunnel_mode_in_a_file_leaves_the_tunnel_down() -> None:
    text = """interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ikev2 peer 198.51.100.2 authentication psk id keyid there
  no tunnel mode
  no shutdown
"""
    (tunnel,) = NecIx().lower(text, "router.cfg").gateway.tunnels
    assert not tunnel.enabled
