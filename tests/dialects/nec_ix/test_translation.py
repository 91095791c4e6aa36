"""`ip napt`, `ip nat` and `ip filter` on an interface."""

from ipaddress import IPv4Address

from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.gateway import Interface
from kakehashi.model.translation import Timeouts, Translation
from tests.dialects.nec_ix.reading import codes, found, line, lower

HOST = IPv4Address("192.168.10.5")


def wan(lines: str, lists: str = "") -> Interface:
    lowered = lower(f"{lists}interface GigaEthernet0.0\n{lines}  no shutdown\n")
    assert codes(lowered) == []
    again = NecIx().lower(NecIx().render(lowered.gateway).text, "f").gateway
    assert again == lowered.gateway or again.interfaces == lowered.gateway.interfaces, "as it is written back"
    return lowered.gateway.interfaces[0]


def translation(lines: str, lists: str = "") -> Translation:
    made = wan(f"  ip napt enable\n{lines}", lists).translation
    assert made is not None
    return made


def test_napt_is_closed_and_forgets_as_the_device() -> None:
    made = translation("")
    assert (made.closed, made.hairpinning) == (True, False)
    assert made.timeouts == Timeouts(tcp=900, tcp_opening=30, tcp_closing=60, udp=300)
    assert translation("  ip napt translation udp-timeout 60\n").timeouts.udp == 60


def test_entries_for_the_device_and_for_hosts_inside() -> None:
    made = translation(
        "  ip napt static GigaEthernet0.0 udp 500\n"
        "  ip napt static 192.168.10.5 tcp 80\n"
        "  ip napt service http 192.168.10.5\n"
        "  ip napt service game 192.168.10.5 7001 udp 8001\n"
        "  ip napt static GigaEthernet0.0 1\n"
    )
    assert [(s.protocol, s.port, s.inside, s.inside_port) for s in made.static] == [
        (17, 500, None, None),
        (6, 80, HOST, None),
        (6, 80, HOST, None),
        (17, 8001, HOST, 7001),
        (1, None, None, None),
    ]


def test_a_service_without_a_port_that_nobody_knows_is_told() -> None:
    text = "interface GigaEthernet0.0\n  ip napt enable\n  ip napt service game 192.168.10.5\n  no shutdown\n"
    assert line(found(lower(text), "incomplete")) == 3


def test_only_what_a_list_permits() -> None:
    lists = "ip access-list INSIDE permit ip src 192.168.10.0/24 dest any\n"
    (source,) = translation("  ip napt inside list INSIDE\n", lists).sources
    assert source.access_list == "INSIDE"
    nowhere = "interface GigaEthernet0.0\n  ip napt enable\n  ip napt inside list X\n  no shutdown\n"
    assert line(found(lower(nowhere), "undefined-access-list")) == 3


def test_nat_is_one_to_one_and_closes_nothing() -> None:
    made = wan("  ip nat enable\n  ip nat static 192.168.10.5 192.0.2.9\n").translation
    assert made
    assert (made.closed, made.sources) == (False, ())
    (entry,) = made.static
    assert (entry.inside, str(entry.outside), entry.reversed) == (HOST, "192.0.2.9", True)


def test_what_counts_only_with_enable_is_told_without_it() -> None:
    lowered = lower("interface GigaEthernet0.0\n  ip napt hairpinning\n  no shutdown\n")
    assert line(found(lowered, "napt-off")) == 2


def test_filters_go_by_their_numbers_and_look_at_what_the_device_sends() -> None:
    lists = "".join(f"ip access-list {n} permit ip src any dest any\n" for n in ("A", "B"))
    (inbound, outbound) = wan(
        "  ip filter B 20 in\n  ip filter A 10 in\n  ip filter A 1 out\n", lists
    ).filters
    assert (inbound.lists, inbound.inbound) == (("A", "B"), True)
    assert (outbound.lists, outbound.own, outbound.missing_passes) == (("A",), True, False)
    again = wan("  ip filter A 10 in\n  ip filter B 20 in\n  no ip filter A 10 in\n", lists).filters
    assert [f.lists for f in again] == [("B",)]


def test_a_filter_whose_list_is_not_there_permits_nothing_and_is_told() -> None:
    lowered = lower("interface GigaEthernet0.0\n  ip filter NONE 1 in\n  no shutdown\n")
    assert "permits nothing" in found(lowered, "undefined-access-list").message
