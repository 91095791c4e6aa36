"""RADIUS with FreeRADIUS in a namespace: who comes in, on which terms, and what it is told of the session."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.access.freeradius import PROGRAM, FreeRadius
from tests.gateway.access.world import FIRST, LAN_HOST, OPEN, World, world
from tests.interop.network import Network

pytestmark = [pytest.mark.root, pytest.mark.interop, pytest.mark.timeout(240)]
SECRET = "between-the-two"
NOBODY = "192.168.10.8"  # an address in the LAN where nobody is


def asking(secret: str = SECRET, *first: str) -> str:
    """The gateway's configuration: it asks `first`, then the server in the LAN."""
    servers = "".join(
        f"radius server R{number}\n address ipv4 {address} auth-port 1812 acct-port 1813\n"
        f" timeout 1\n retransmit 1\n key {secret}\n"
        for number, address in enumerate((*first, LAN_HOST))
    )
    return (
        OPEN
        + servers
        + "aaa new-model\naaa authentication ppp default group radius local\n"
        + "aaa accounting network default start-stop group radius\n"
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[World]:
    if not Path(PROGRAM).exists():
        if os.environ.get("CI"):
            pytest.fail("needs freeradius")
        pytest.skip("needs freeradius")
    with world(tmp_path / "ours") as made:
        yield made


@pytest.fixture
def radius(office: World, tmp_path: Path) -> Iterator[FreeRadius]:
    with FreeRadius(office.lan, tmp_path / "radius", Network.OUR_LAN, SECRET) as server:
        yield server


@pytest.mark.parametrize("method", ["pap", "md5", "mschapv2"])
def test_who_the_server_knows_comes_in_with_the_address_it_says(
    method: str, office: World, radius: FreeRadius
) -> None:
    with office.gateway(asking()) as ours:
        nemo = office.laptop("nemo", "arctangent", method=method, ipv6=True).come_in()
        assert nemo.address == "192.168.30.77"
        assert nemo.ping(LAN_HOST)
        if method == "pap":
            nemo.until(lambda: nemo.prefix, "a prefix")
            assert str(nemo.prefix) == "2001:db8:77::/64"
        eve = office.laptop("nemo", "a guess", method=method).dial()
        eve.until(lambda: "the login of `nemo`" in ours.log, "a refusal")
        assert not eve.address
        nemo.until(lambda: radius.of("nemo", "Interim-Update"), "an interim account")
        ours.stop()
        (start,), (stop,) = radius.of("nemo", "Start"), radius.of("nemo", "Stop")
        interim = radius.of("nemo", "Interim-Update")[-1]
    for told in (start, interim, stop):
        assert told["Acct-Session-Id"] == start["Acct-Session-Id"]
        assert told["Framed-IP-Address"] == "192.168.30.77"
        assert told["Calling-Station-Id"] == Network.PEER
        assert told["Class"] == "0x676f6c64", "the server's own words come back"
    assert int(interim["Acct-Input-Packets"]) >= 1
    assert int(stop["Acct-Input-Octets"]) >= 84
    assert int(stop["Acct-Output-Packets"]) >= 1
    assert int(stop["Acct-Session-Time"]) >= 3
    assert stop["Acct-Terminate-Cause"] == "NAS-Reboot"
    whole = [a["Acct-Status-Type"] for a in radius.accounts if "User-Name" not in a]
    assert whole == ["Accounting-On", "Accounting-Off"]


def test_the_servers_terms_end_a_session(office: World, radius: FreeRadius) -> None:
    with office.gateway(asking()):
        brief = office.laptop("brief", "arctangent").come_in()
        silent = office.laptop("silent", "arctangent").come_in()
        assert (brief.address, silent.address) == (FIRST, "192.168.30.101")
        talking = office.laptop().come_in()
        silent.until(
            lambda: (talking.ping(LAN_HOST, 0.5), brief.pump(0.2), radius.of("silent", "Stop"))[2],
            "an end",
        )
        brief.until(lambda: radius.of("brief", "Stop"), "an end")
        assert radius.of("silent", "Stop")[0]["Acct-Terminate-Cause"] == "Idle-Timeout"
        assert radius.of("brief", "Stop")[0]["Acct-Terminate-Cause"] == "Session-Timeout"
        assert talking.ping(LAN_HOST), "who is known here has no such terms"
        assert silent.ppp.ended


def test_a_silent_server_is_passed_over_and_then_asked_last(office: World, radius: FreeRadius) -> None:
    with office.gateway(asking(SECRET, NOBODY)) as ours:
        nemo = office.laptop("nemo", "arctangent").come_in()
        assert nemo.address == "192.168.30.77"
        said = f"the RADIUS server {NOBODY} does not answer at port 1812"
        assert ours.log.count(said) == 1
        office.laptop("brief", "arctangent").come_in()
        assert ours.log.count(said) == 1
        nemo.until(lambda: radius.of("nemo", "Start"), "an account")


def test_a_server_that_does_not_sign_is_not_believed_and_the_operator_is_told_why(
    office: World, tmp_path: Path
) -> None:
    with (
        FreeRadius(office.lan, tmp_path / "radius", Network.OUR_LAN, SECRET, signs=False) as server,
        office.gateway(asking()) as ours,
    ):
        nemo = office.laptop("nemo", "arctangent", method="pap").dial()
        nemo.until(lambda: f"{LAN_HOST} does not sign its answers" in ours.log, "a word about it")
        assert "Sent Access-Accept" in server.log
        nemo.until(lambda: "the login of `nemo`" in ours.log, "a refusal")
        assert not nemo.address


def test_with_another_secret_nobody_comes_in_and_nothing_is_given_away(
    office: World, radius: FreeRadius
) -> None:
    with office.gateway(asking("not-the-secret")) as ours:
        nemo = office.laptop("nemo", "arctangent", method="pap").dial()
        nemo.until(lambda: "the login of `nemo`" in ours.log, "a refusal")
        assert not nemo.address
        assert f"the RADIUS server {LAN_HOST} does not answer at port 1812" in ours.log
        assert "arctangent" not in ours.log
        assert office.laptop().come_in().ping(LAN_HOST), "who is known here needs nobody else"
    assert not radius.accounts
