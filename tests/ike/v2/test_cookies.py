"""Cookies (RFC 7296 section 2.6)."""

import random
from ipaddress import ip_address

from kakehashi.ike.v2.cookies import Cookies
from kakehashi.model.address import Path, SocketAddress

NONCE, SPI = b"n" * 32, b"initiatr"


def path(address: str, port: int = 500) -> Path:
    return Path(SocketAddress(ip_address("10.0.0.1"), 500), SocketAddress(ip_address(address), port))


def test_a_cookie_is_good_for_its_initiator_only() -> None:
    cookies = Cookies(random.Random(1).randbytes, 60)
    cookie = cookies.make(NONCE, SPI, path("10.9.9.9"), 100)
    assert 1 <= len(cookie) <= 64
    assert cookies.is_good(cookie, NONCE, SPI, path("10.9.9.9"), 101)
    # A NAT may give the second message another port.
    assert cookies.is_good(cookie, NONCE, SPI, path("10.9.9.9", 1024), 101)
    assert not cookies.is_good(cookie, NONCE, SPI, path("10.9.9.8"), 101)
    assert not cookies.is_good(cookie, b"m" * 32, SPI, path("10.9.9.9"), 101)
    assert not cookies.is_good(cookie, NONCE, b"another!", path("10.9.9.9"), 101)
    assert not cookies.is_good(b"", NONCE, SPI, path("10.9.9.9"), 101)
    assert not cookies.is_good(cookie[:-1], NONCE, SPI, path("10.9.9.9"), 101)


def test_a_cookie_outlives_one_change_of_the_secret_and_not_two() -> None:
    cookies = Cookies(random.Random(1).randbytes, 60)
    cookie = cookies.make(NONCE, SPI, path("10.9.9.9"), 119)
    cookies.make(NONCE, SPI, path("10.9.9.9"), 121)
    assert cookies.is_good(cookie, NONCE, SPI, path("10.9.9.9"), 179)
    cookies.make(NONCE, SPI, path("10.9.9.9"), 181)
    assert not cookies.is_good(cookie, NONCE, SPI, path("10.9.9.9"), 181)
