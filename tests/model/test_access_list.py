"""Access lists decide by their first entry that fits."""

from ipaddress import ip_address, ip_network

import pytest

from kakehashi.model.access_list import TCP, UDP, AccessEntry, AccessList, AddressMatch, Packet

ANYWHERE = AddressMatch.of(ip_network("0.0.0.0/0"))
LAN = AddressMatch.of(ip_network("192.168.1.0/24"))


def packet(source: str, destination: str, protocol: int = 50, port: int | None = None) -> Packet:
    return Packet(
        source_address=ip_address(source),
        destination_address=ip_address(destination),
        protocol=protocol,
        source_port=port,
        destination_port=port,
    )


def test_a_wildcard_may_leave_out_bits_in_between() -> None:
    odd = AddressMatch(ip_address("10.0.0.1"), int(ip_address("0.0.255.254")))
    assert ip_address("10.0.77.3") in odd
    assert ip_address("10.0.77.4") not in odd
    assert odd.network is None
    assert str(odd) == "10.0.0.1 wildcard 0.0.255.254"


def test_a_wildcard_at_the_end_is_a_network() -> None:
    match = AddressMatch(ip_address("192.168.1.77"), 255)
    assert match.network == ip_network("192.168.1.0/24")
    assert ip_address("192.168.1.1") in match
    assert ip_address("2001:db8::1") not in match
    assert AddressMatch(ip_address("10.1.1.1")).network == ip_network("10.1.1.1/32")
    assert AddressMatch.of(ip_network("2001:db8::/32")).network == ip_network("2001:db8::/32")


def test_the_first_entry_that_fits_decides_and_the_end_denies() -> None:
    rules = AccessList(
        name="in",
        entries=(
            AccessEntry(permit=False, source_address=LAN, destination_address=ANYWHERE, protocol=TCP),
            AccessEntry(
                permit=True,
                source_address=ANYWHERE,
                destination_address=ANYWHERE,
                protocol=UDP,
                destination_ports=((500, 500), (4500, 4500)),
            ),
            AccessEntry(permit=True, source_address=LAN, destination_address=ANYWHERE),
        ),
    )
    assert rules.permits(packet("198.51.100.1", "192.0.2.1", UDP, 4500))
    assert not rules.permits(packet("198.51.100.1", "192.0.2.1", UDP, 53))
    assert not rules.permits(packet("198.51.100.1", "192.0.2.1"))
    assert rules.permits(packet("192.168.1.9", "192.0.2.1"))
    assert not rules.permits(packet("192.168.1.9", "192.0.2.1", TCP, 80))


def test_an_empty_list_lets_all_pass() -> None:
    assert AccessList(name="nothing").permits(packet("10.0.0.1", "10.0.0.2"))


@pytest.mark.parametrize("only", [{"established": True}, {"fragments": True}, {"icmp_type": 8}])
def test_an_entry_about_what_a_packet_does_not_tell_fits_none(only: dict[str, int]) -> None:
    entry = AccessEntry(permit=True, source_address=ANYWHERE, destination_address=ANYWHERE, **only)  # type: ignore[arg-type]
    assert not entry.fits(packet("10.0.0.1", "10.0.0.2"))
