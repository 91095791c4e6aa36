"""One look for the addresses of a name: whatever servers say."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.nameserver
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from kakehashi.gateway import lookup
from kakehashi.gateway.lookup import MOST_ADDRESSES, Answer, LookupFailedError, look_up
from kakehashi.gateway.name_servers import ask
from kakehashi.model.names import NameService

NAME = "a.example"
BOTH = frozenset({4, 6})
FIRST, SECOND, SIXTH = ip_address("10.2.0.1"), ip_address("10.2.0.2"), ip_address("2001:db8::1")
Zone = dict[tuple[str, str], Any]


class Server(dns.nameserver.Nameserver):
    """Answers from `zone`: by name and type the records with their TTL, an rcode, or a kind of exception."""

    def __init__(self, name: str, zone: Zone) -> None:
        super().__init__()
        self.name, self.zone = name, zone
        self.asked: list[tuple[str, str]] = []

    def __str__(self) -> str:
        return self.name

    def kind(self) -> str:
        return "Do53"

    def is_always_max_size(self) -> bool:
        return False

    def answer_nameserver(self) -> str:
        return self.name

    def answer_port(self) -> int:
        return 53

    async def async_query(self, request: Any, timeout: float, *_: Any, **__: Any) -> dns.message.Message:  # type: ignore[override]
        (question,) = request.question
        key = (question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(key)
        what = self.zone.get(key, dns.rcode.NXDOMAIN)
        if isinstance(what, type):
            raise what
        response = dns.message.make_response(request)
        if isinstance(what, dns.rcode.Rcode):
            response.set_rcode(what)
            return response
        response.answer = [dns.rrset.from_text(*rrset) for rrset in what]
        return dns.message.from_wire(response.to_wire())


def a(*addresses: str, ttl: int = 300, name: str = NAME, kind: str = "A") -> tuple[Any, ...]:
    return (f"{name}.", ttl, "IN", kind, *addresses)


def found(*servers: Server, name: str = NAME, versions: frozenset[int] = BOTH) -> Answer:
    async def story() -> Answer:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = list(servers)
        resolver.lifetime = 0.5
        return await ask(name, versions, resolver)

    return asyncio.run(story())


def refused(look: Callable[[], Answer]) -> str:
    with pytest.raises(LookupFailedError) as caught:
        look()
    return str(caught.value)


def test_addresses_of_both_kinds_come_with_the_shorter_time() -> None:
    zone = {
        (NAME, "A"): [a("10.2.0.2", "10.2.0.1", ttl=300)],
        (NAME, "AAAA"): [a("2001:db8::1", ttl=40, kind="AAAA")],
    }
    assert found(Server("10.0.0.53", zone)) == Answer((FIRST, SECOND, SIXTH), 40, "10.0.0.53")


def test_only_what_counts_is_asked_for() -> None:
    server = Server("10.0.0.53", {(NAME, "A"): [a("10.2.0.1")]})
    assert found(server, versions=frozenset({4})).addresses == (FIRST,)
    assert server.asked == [(NAME, "A")]


def test_an_alias_is_followed_and_its_time_counts() -> None:
    alias = a("b.example.", ttl=7, kind="CNAME")
    zone = {(NAME, "A"): [alias, a("10.2.0.1", name="b.example")], (NAME, "AAAA"): [alias]}
    assert found(Server("10.0.0.53", zone)) == Answer((FIRST,), 7, "10.0.0.53")


def test_a_ring_of_aliases_ends() -> None:
    ring = [a("b.example.", kind="CNAME"), a(f"{NAME}.", kind="CNAME", name="b.example")]
    assert refused(lambda: found(Server("10.0.0.53", {(NAME, "A"): ring, (NAME, "AAAA"): ring})))


@pytest.mark.parametrize("trouble", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.exception.DNSException])
def test_where_one_server_fails_the_next_is_asked(trouble: Any) -> None:
    bad = Server("10.0.0.1", {(NAME, "A"): trouble, (NAME, "AAAA"): trouble})
    good = Server("10.0.0.2", {(NAME, "A"): [a("10.2.0.1")], (NAME, "AAAA"): []})
    assert found(bad, good) == Answer((FIRST,), 300, "10.0.0.2")
    assert bad.asked


def test_a_name_that_there_is_not_is_told_with_who_says_so() -> None:
    assert refused(lambda: found(Server("10.0.0.53", {}))) == f"10.0.0.53: there is no address of {NAME}"


def test_servers_without_an_answer_of_use_are_told() -> None:
    broken = Server("10.0.0.53", {(NAME, "A"): dns.rcode.REFUSED, (NAME, "AAAA"): dns.rcode.REFUSED})
    assert refused(lambda: found(broken)) == "no name server gives an answer of use (10.0.0.53)"


def test_silence_about_one_ip_version_is_not_taken_for_its_absence() -> None:
    zone = {(NAME, "A"): [a("10.2.0.1")], (NAME, "AAAA"): dns.rcode.REFUSED}
    assert found(Server("10.0.0.53", zone)).missing == {6}


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255", "169.254.1.1", "240.0.0.1"]
)
def test_an_address_that_no_peer_can_have_is_none(address: str) -> None:
    zone = {(NAME, "A"): [a(address)]}
    assert "that a peer could have" in refused(lambda: found(Server("s", zone), versions=frozenset({4})))
    zone = {(NAME, "A"): [a(address, "10.2.0.1")]}
    assert found(Server("s", zone), versions=frozenset({4})).addresses == (FIRST,)


@pytest.mark.parametrize("address", ["::", "::1", "ff02::1", "fe80::1", "::ffff:10.2.0.1"])
def test_nor_is_one_of_ipv6(address: str) -> None:
    zone = {(NAME, "AAAA"): [a(address, kind="AAAA")]}
    assert "that a peer could have" in refused(lambda: found(Server("s", zone), versions=frozenset({6})))


def test_of_very_many_addresses_a_few_are_taken() -> None:
    many = [f"10.2.{n >> 8}.{n & 255}" for n in range(1, 1000)]
    answer = found(Server("s", {(NAME, "A"): [a(*many)]}), versions=frozenset({4}))
    assert [str(address) for address in answer.addresses] == many[:MOST_ADDRESSES]


def test_the_configurations_own_table_is_asked_before_any_server() -> None:
    service = NameService(hosts=((NAME, (FIRST, SIXTH)),), enabled=False)
    assert asyncio.run(look_up("A.Example", BOTH, service)) == Answer(
        (FIRST, SIXTH), None, "the configuration"
    )
    assert asyncio.run(look_up(NAME, frozenset({6}), service)).addresses == (SIXTH,)


def test_where_the_configuration_forbids_it_nobody_is_asked() -> None:
    reason = refused(lambda: asyncio.run(look_up(NAME, BOTH, NameService(enabled=False))))
    assert "forbids" in reason


def test_the_hosts_table_counts_where_the_hosts_servers_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "HOSTS", tmp_path / "hosts")
    text = "# a.example\n127.0.0.1 localhost\nnonsense a.example\n10.2.0.1 b.example A.EXAMPLE # c\n\n"
    (tmp_path / "hosts").write_text(text)
    assert asyncio.run(look_up(NAME, BOTH, NameService())) == Answer((FIRST,), None, str(tmp_path / "hosts"))
