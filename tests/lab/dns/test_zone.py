"""The lab's name server, by messages alone."""

import random
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.update
import pytest

from kakehashi.lab.dns.server import reply, zones_of
from kakehashi.lab.dns.zone import TTL, Zone

NAMES = (("host1.example.com", ip_address("198.18.1.1")), ("host2.example.com", ip_address("2001:db8::2")))


@pytest.fixture
def zones() -> tuple[Zone, ...]:
    return zones_of(NAMES)


def ask(zones: tuple[Zone, ...], name: str, kind: str = "A") -> dns.message.Message:
    wire = reply(dns.message.make_query(name, kind).to_wire(), zones)
    assert wire is not None
    return dns.message.from_wire(wire)


def send(zones: tuple[Zone, ...], message: dns.message.Message) -> dns.rcode.Rcode:
    wire = reply(message.to_wire(), zones)
    assert wire is not None
    return dns.message.from_wire(wire).rcode()


def addresses(answer: dns.message.Message) -> list[str]:
    return sorted(str(record) for found in answer.answer for record in found)


def test_a_peer_s_name_has_its_address_for_a_short_time(zones: tuple[Zone, ...]) -> None:
    answer = ask(zones, "HOST1.example.com")
    assert addresses(answer) == ["198.18.1.1"]
    assert answer.answer[0].ttl == TTL
    assert answer.flags & dns.flags.AA


def test_a_name_without_that_kind_of_address_is_there_and_another_name_is_not(
    zones: tuple[Zone, ...],
) -> None:
    nodata = ask(zones, "host2.example.com", "A")
    assert (nodata.rcode(), addresses(nodata)) == (dns.rcode.NOERROR, [])
    assert nodata.authority[0].rdtype == dns.rdatatype.SOA
    assert ask(zones, "host3.example.com").rcode() == dns.rcode.NXDOMAIN
    assert ask(zones, "host.elsewhere.example").rcode() == dns.rcode.NXDOMAIN


def test_an_update_moves_a_name_and_the_serial_with_it(zones: tuple[Zone, ...]) -> None:
    before = ask(zones, "example.com", "SOA").answer[0][0].serial
    update = dns.update.UpdateMessage("example.com")
    update.replace("host1", 30, "A", "198.18.1.2")
    assert send(zones, update) == dns.rcode.NOERROR
    answer = ask(zones, "host1.example.com")
    assert (addresses(answer), answer.answer[0].ttl) == (["198.18.1.2"], 30)
    assert ask(zones, "example.com", "SOA").answer[0][0].serial == before + 1


def test_an_update_adds_and_deletes_single_addresses_and_whole_names(zones: tuple[Zone, ...]) -> None:
    update = dns.update.UpdateMessage("example.com")
    update.add("host1", 5, "A", "198.18.1.9")
    update.delete("host1", "A", "198.18.1.1")
    update.delete("host2")
    assert send(zones, update) == dns.rcode.NOERROR
    assert addresses(ask(zones, "host1.example.com")) == ["198.18.1.9"]
    assert ask(zones, "host2.example.com", "AAAA").rcode() == dns.rcode.NXDOMAIN


def test_an_update_whose_prerequisite_does_not_hold_changes_nothing(zones: tuple[Zone, ...]) -> None:
    for prerequisite, code in (
        (("host1", "A", "198.18.9.9"), dns.rcode.NXRRSET),
        (("host3",), dns.rcode.NXDOMAIN),
    ):
        update = dns.update.UpdateMessage("example.com")
        update.present(*prerequisite)
        update.replace("host1", 5, "A", "198.18.1.2")
        assert send(zones, update) == code
    absent = dns.update.UpdateMessage("example.com")
    absent.absent("host1")
    absent.replace("host1", 5, "A", "198.18.1.2")
    assert send(zones, absent) == dns.rcode.YXDOMAIN
    assert addresses(ask(zones, "host1.example.com")) == ["198.18.1.1"]


def test_an_update_of_another_zone_is_refused(zones: tuple[Zone, ...]) -> None:
    update = dns.update.UpdateMessage("example.net")
    update.replace("host1", 5, "A", "198.18.1.2")
    assert send(zones, update) == dns.rcode.NOTAUTH
    beyond = dns.update.UpdateMessage("example.com")
    beyond.add(dns.name.from_text("host1.example.net."), 5, "A", "198.18.1.2")
    assert send(zones, beyond) == dns.rcode.NOTZONE


def test_an_update_that_would_fill_the_memory_is_refused_whole(zones: tuple[Zone, ...]) -> None:
    update = dns.update.UpdateMessage("example.com")
    for number in range(60):
        update.add("host1", 5, "A", f"198.18.2.{number}")
    assert send(zones, update) == dns.rcode.REFUSED
    assert addresses(ask(zones, "host1.example.com")) == ["198.18.1.1"]


def test_no_datagram_makes_it_fail(zones: tuple[Zone, ...]) -> None:
    whole = dns.message.make_query("host1.example.com", "A").to_wire()
    update = dns.update.UpdateMessage("example.com")
    update.replace("host1", 5, "A", "198.18.1.2")
    chance = random.Random(1)
    for message in (whole, update.to_wire()):
        for end in range(len(message)):
            reply(message[:end], zones)
        for _ in range(2000):
            broken = bytearray(message)
            for _ in range(chance.randint(1, 4)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            reply(bytes(broken), zones)


def test_an_answer_is_not_answered_and_nonsense_with_a_header_is_told_so(zones: tuple[Zone, ...]) -> None:
    query = dns.message.make_query("host1.example.com", "A")
    assert reply(dns.message.make_response(query).to_wire(), zones) is None
    assert reply(b"short", zones) is None
    wire = reply(query.to_wire()[:12] + b"\xff" * 20, zones)
    assert wire is not None
    assert wire[3] & 0x0F == dns.rcode.FORMERR


def test_what_is_too_long_for_a_datagram_is_asked_for_by_tcp(zones: tuple[Zone, ...]) -> None:
    update = dns.update.UpdateMessage("example.com")
    for number in range(45):
        update.add("host1", 5, "A", f"198.18.2.{number}")
    assert send(zones, update) == dns.rcode.NOERROR
    query = dns.message.make_query("host1.example.com", "A").to_wire()
    short, whole = reply(query, zones), reply(query, zones, stream=True)
    assert short is not None
    assert whole is not None
    assert dns.message.from_wire(short).flags & dns.flags.TC
    assert len(addresses(dns.message.from_wire(whole))) == 46
