"""The walk-through with certificates, typed at the pseudo-terminals of routers that run (AW-09)."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.console.person import Person
from tests.console.printed import Step, played, sessions, steps
from tests.console.test_console_root import console
from tests.gateway.two_routers import Router, TwoRouters, until
from tests.interop.certificates import OURS, PEER, files_of_ours, files_of_strongswan, nec, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_awplus import INTERFACES, assert_passes_both_ways
from tests.interop.test_cisco import configuration
from tests.pki.authority import Authority

pytestmark = pytest.mark.root

# What stands in the other router's place.
OTHER = {
    "192.0.2.2": "198.51.100.2", "192.0.2.1": "198.51.100.1", "192.168.10.": "192.168.20.",
    "192.168.254.1/": "192.168.254.2/", "test1": "test2",
}  # fmt: skip


def exchanged(text: str, pairs: dict[str, str]) -> str:
    """Each in the place of its other."""
    for number, (one, other) in enumerate(pairs.items()):
        text = text.replace(one, f"<{number}>").replace(other, one).replace(f"<{number}>", other)
    return text


def printed(dialect: str) -> tuple[str, str]:
    return next((start, shown) for name, start, shown in sessions() if name == dialect)


def authority() -> Authority:
    return Authority("C=JP,O=EXAMPLE,CN=SampleRootCA", kind="rsa", now=datetime.now(UTC))


def types(person: Person, root: Authority, shown: str) -> None:
    """The session, line by line, as somebody pastes who waits for the prompt."""

    def say(step: Step, answers: Sequence[str]) -> str:
        before = len(person.screen)
        if not answers:
            person.says(step.command, "#")
            return person.screen[before:]
        person.types(step.command + "\r")
        for line in answers:
            if line == answers[-1] and len(answers) > 1:
                person.sees("(y/n): ")
            person.types(line + "\r")
        person.sees("awplus#")
        return person.screen[before:]

    played(shown, root, say)


def test_two_routers_that_one_authority_has_certified(tmp_path: Path) -> None:
    start, shown = printed("awplus")
    root = authority()
    world = TwoRouters(tmp_path, lambda name, _: start if name == "tokyo" else exchanged(start, OTHER))
    for router in (world.tokyo, world.osaka):
        router.interfaces = INTERFACES
    with world:
        for router, session in ((world.tokyo, shown), (world.osaka, exchanged(shown, OTHER))):
            with Person(console(router)) as person:
                person.sees("awplus#")
                types(person, root, session)
                assert "PRIVATE KEY" not in person.raw
        until(lambda: world.tokyo.ping("192.168.20.10", wait=1, host=True), "the tunnel")
        until(lambda: world.osaka.ping("192.168.10.10", wait=1, host=True), "the other way")
        # Both ends begin by themselves: of two IKE SAs one goes again.
        until(lambda: len(both := world.tokyo.spis()) == 1 and both == world.osaka.spis(), "one IKE SA")
        before = world.tokyo.spis()
        assert_keys_are_hidden(world.tokyo)
        # Another certificate is trusted; nothing that stands is touched.
        with Person(console(world.tokyo)) as person:
            person.sees("awplus#")
            types(
                person,
                authority(),
                shown[shown.index("awplus#crypto pki auth") : shown.index("awplus#crypto pki enr")],
            )
        assert world.tokyo.spis() == before
        world.tokyo.end()
        world.tokyo.start()
        until(lambda: world.tokyo.ping("192.168.20.10", wait=1, host=True), "the tunnel after the restart")


def assert_keys_are_hidden(router: Router) -> None:
    folder = router.state_dir / "tokyo.pki"
    assert {path.name for path in folder.iterdir()} >= {"vpn_trust.key.pem", "vpn_trust.ca.pem"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert "PRIVATE KEY" not in router.log
    assert "PRIVATE KEY" not in router.command("show", "crypto", "pki", "certificates")


SWAN = f"""connections {{ kkt {{
  version = 2
  local_addrs = {Network.PEER}
  remote_addrs = {Network.OURS}
  proposals = aes256-sha256-modp2048
  local {{
    auth = pubkey
    id = test2.example.com
    certs = own.pem
  }}
  remote {{
    auth = pubkey
    id = test1.example.com
  }}
  children {{ net {{
    local_ts = 0.0.0.0/0
    remote_ts = 0.0.0.0/0
    esp_proposals = aes256-sha256
  }} }}
}} }}
"""


def swan_conf(local: str, remote: str) -> str:
    return SWAN.replace("test2.example.com", local).replace("test1.example.com", remote)


def pastes(person: Person, root: Authority, shown: str) -> None:
    """The session as somebody pastes who does not wait for questions."""

    def say(step: Step, answers: Sequence[str]) -> str:
        before = len(person.screen)
        if answers:
            person.types("\r".join([step.command, *answers]) + "\r")
            person.sees("#")
        else:
            person.says(step.command, "#")
        return person.screen[before:]

    played(shown, root, say)


def at_our_place(text: str) -> str:
    """The documents' router where the test's network has one."""
    text = text.replace("ip route 0.0.0.0 0.0.0.0 192.0.2.1\n", "")
    return text.replace("192.0.2.2", Network.OURS).replace("198.51.100.2", Network.PEER)


@pytest.mark.interop
def test_a_cisco_router_is_typed_and_meets_strongswan(tmp_path: Path) -> None:
    start, shown = map(at_our_place, printed("cisco-ios"))
    root = authority()
    files_of_strongswan(tmp_path / "peer", root.issue("CN=R2.example.com", kind="rsa"), root)
    swan = swan_conf("R2.example.com", "R1.example.com")
    swan = swan.replace("aes256-sha256-modp2048", "aes256-sha512-ecp256")
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan),
        Ours(network, tmp_path / "ours", start, interfaces=CISCO) as ours,
    ):
        with Person(console_at(network, ours)) as person:
            person.sees("R1#")
            pastes(person, root, shown)
            assert "PRIVATE KEY" not in person.raw
        carries_both_ways(network)
        assert "Certificate configured." in ours.command("show", "crypto", "pki", "trustpoints")


@pytest.mark.interop
def test_main_mode_with_certificates_that_were_typed(tmp_path: Path) -> None:
    """IKEv1 with `rsa-sig` (CI-01)."""
    _, shown = printed("cisco-ios")
    shown = shown[: shown.index("R1(config)#crypto ikev2 profile")]
    root = authority()
    files_of_strongswan(tmp_path / "peer", root.issue(f"CN={PEER}", kind="rsa"), root)
    text = MAIN_MODE + configuration(transform="esp-aes 256 esp-sha256-hmac").replace(
        f"crypto isakmp key one-secret-for-both address {Network.PEER}\n", ""
    )
    text = text.replace("hostname ours\n", "")
    swan = strongswan(Network(), version=1).replace(OURS, "R1.example.com")
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", swan) as peer,
        Ours(network, tmp_path / "ours", text, interfaces=CISCO) as ours,
    ):
        with Person(console_at(network, ours)) as person:
            person.sees("R1#")
            pastes(person, root, shown)
        assert "successfully" in peer.initiate()
        carries_both_ways(network)


def carries_both_ways(network: Network) -> None:
    """As soon as the tunnel stands, which the first packet asks for."""
    until(
        lambda: network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=2), "an answer of the peer"
    )
    until(lambda: network.ping(network.peer, network.PEER_LAN, network.OUR_LAN, wait=2), "an answer of ours")


CISCO = ("GigabitEthernet0/0", "GigabitEthernet0/1")
MAIN_MODE = """\
hostname R1
ip domain name example.com
crypto pki trustpoint CA
 revocation-check none
crypto isakmp identity hostname
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication rsa-sig
 group 14
"""


@pytest.mark.interop
def test_a_router_and_strongswan_that_one_authority_has_certified(tmp_path: Path) -> None:
    start, shown = printed("awplus")
    start = start.replace("ip route 0.0.0.0/0 192.0.2.1\n", "")
    places = {"192.0.2.2": Network.OURS, "198.51.100.2": Network.PEER}
    for one, other in places.items():
        start, shown = start.replace(one, other), shown.replace(one, other)
    root = authority()
    files_of_strongswan(tmp_path / "peer", root.issue("CN=test2.example.com", kind="rsa"), root)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", SWAN),
        Ours(network, tmp_path / "ours", start, interfaces=INTERFACES) as ours,
    ):
        with Person(console_at(network, ours)) as person:
            person.sees("awplus#")
            types(person, root, shown)
        assert_passes_both_ways(network, ours)


def console_at(network: Network, ours: Ours) -> list[str]:
    return [
        "ip", "netns", "exec", network.ours, sys.executable, "-m", "kakehashi.cli",
        "console", "--control", str(ours.control),
    ]  # fmt: skip


def center(shown: list[str]) -> list[str]:
    """What is typed at the other end of the documents' site: its certificate, and the site's key."""
    swapped = {
        "pki cert import pem name caCert url file:caCert.pem": "pki pkcs12 import name myCert url file:my.p12 password cherry",
        "ikev2 cert cacert name caCert": "ikev2 cert mycert name myCert",
        "ikev2 local-authentication psk id fqdn site1.example.com": "ikev2 local-authentication rsa id fqdn center.example.com",
        "ikev2 peer 198.51.100.2 authentication rsa id fqdn center.example.com": (
            "ikev2 peer 192.0.2.2 authentication psk id fqdn site1.example.com"
        ),
    }  # fmt: skip
    lines = [swapped.get(line, line) for line in shown]
    return [exchanged(line, OTHER) if line not in swapped.values() else line for line in lines]


@pytest.mark.parametrize("begins", ["site", "center"])
def test_a_certificate_on_one_side_and_a_key_on_the_other(tmp_path: Path, begins: str) -> None:
    start, shown = printed("nec-ix")
    root = authority()
    world = TwoRouters(
        tmp_path,
        lambda name, _: (
            "! NEC Portable Internetwork\n" + (start if name == "tokyo" else exchanged(start, OTHER))
        ),
    )
    (tmp_path / "caCert.pem").write_bytes(root.pem)
    (tmp_path / "my.p12").write_bytes(root.issue("CN=center.example.com", kind="rsa").pkcs12("cherry", root))
    typed = [step.command for step in steps(shown)]
    with world:
        sides = [(world.tokyo, typed), (world.osaka, center(typed))]
        for router, lines in sides:
            with Person(console(router)) as person:
                person.sees("Router#")
                for line in lines:
                    said = person.says(line, "#")
                    assert "Invalid" not in said, said
                assert "PRIVATE KEY" not in person.raw
        first, target = (world.tokyo, "192.168.20.10") if begins == "site" else (world.osaka, "192.168.10.10")
        until(lambda: first.ping(target, wait=2, host=True), "the tunnel")
        until(lambda: len(world.tokyo.spis()) == 1, "one IKE SA")


@pytest.mark.interop
@pytest.mark.parametrize("certified", ["ours", "peer"])
def test_a_key_on_one_side_with_strongswan(tmp_path: Path, certified: str) -> None:
    root, by_us = authority(), certified == "ours"
    own = root.issue(f"CN={OURS if by_us else PEER}", kind="rsa")
    files_of_ours(tmp_path / "ours", own if by_us else None, None if by_us else root)
    files_of_strongswan(tmp_path / "peer", None if by_us else own, root if by_us else None)
    here, there = (("rsa", "psk"), ("psk", "pubkey")) if by_us else (("psk", "rsa"), ("pubkey", "psk"))
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, local=there[0], remote=there[1])),
        Ours(network, tmp_path / "ours", "! NEC Portable Internetwork\nhostname ours\n") as ours,
    ):
        with Person(console_at(network, ours)) as person:
            person.sees("ours#")
            for line in ("configure", *nec(local=here[0], peer=here[1]).splitlines()):
                assert "Invalid" not in person.says(line, "#")
        carries_both_ways(network)
