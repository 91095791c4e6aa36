"""Bad certificates that strongSwan presents: each is refused with its reason, and revocation is asked for."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL
from ipaddress import ip_address
from pathlib import Path

import pytest

from kakehashi.gateway.pki_store import Store
from kakehashi.lab.pki.responder import serving_statements
from kakehashi.lab.pki.statements import Statements
from tests.interop.certificates import OURS, PEER, files_of_ours, files_of_strongswan, nec, now, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_cisco import INTERFACES, configuration
from tests.interop.test_first_tunnel import assert_passes_both_ways
from tests.pki.authority import Authority, asks, lists
from tests.pki.bad import BAD, Bad

pytestmark = [pytest.mark.root, pytest.mark.interop]

PRESENTED = [bad for bad in BAD if bad.on_disk and not bad.name.startswith("revoked")]
PLACE = f"http://{Network.PEER}/"


@pytest.mark.parametrize("bad", PRESENTED, ids=lambda bad: bad.name)
def test_what_strongswan_presents_is_refused_with_its_reason(tmp_path: Path, bad: Bad) -> None:
    root = Authority(kind="rsa", now=now())
    presented = bad.make(root, PEER)
    files_of_ours(tmp_path / "ours", root.issue(f"CN={OURS}", kind="rsa"), root)
    files_of_strongswan(tmp_path / "peer", presented.own, root, *presented.through)
    options = "send_cert = always"
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, options=options)) as peer,
        Ours(network, tmp_path / "ours", nec()) as ours,
    ):
        assert "AUTHENTICATION_FAILED" in peer.initiate(check=False) + peer.log
        ours.until_logged(bad.words)
        told = [json.loads(line) for line in ours.log.splitlines() if line.startswith("{")]
        failure = next(event for event in told if event["event"] == "negotiation-failed")
        assert failure["details"]["reason"] == bad.reason
        assert failure["details"]["stage"] == "IKE_AUTH"
        assert f"{ours.file}:" in failure["message"]
        assert ours.status()["ike_sas"] == []


class _Namespace:
    """One that `ip netns` has made, for the lab's responder."""

    def __init__(self, name: str) -> None:
        self._name = name

    @contextmanager
    def entered(self) -> Iterator[None]:
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self._name}", os.O_RDONLY)
        try:
            assert CDLL(None).setns(there, 0) == 0
            yield
        finally:
            assert CDLL(None).setns(home, 0) == 0
            os.close(there)
            os.close(home)


def cisco(check: str) -> str:
    lines = f"""\
ip domain name example.com
crypto pki trustpoint CA
 enrollment terminal
 revocation-check {check}
crypto isakmp identity hostname
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication rsa-sig
 group 14
"""
    key = f"crypto isakmp key one-secret-for-both address {Network.PEER}\n"
    return lines + configuration(transform="esp-aes 256 esp-sha256-hmac").replace(key, "")


class Certified:
    """Both sides with certificates of one authority, that of the peer with places to ask about it."""

    def __init__(self, folder: Path) -> None:
        self.root = Authority(kind="rsa", now=now())
        self.own = self.root.issue(
            f"CN={PEER}", kind="rsa", extensions=[lists(PLACE + "ca.crl"), asks(PLACE + "ocsp")]
        )
        store = Store(folder / "ours" / "state" / "router.pki", now)
        store.authenticate("CA", self.root.pem)
        store.import_certificate("CA", self.root.issue(f"CN={OURS}", kind="rsa").pem)
        files_of_strongswan(folder / "peer", self.own, self.root)
        self.statements = Statements(self.root.certificate, self.root.key, folder / "revoked")

    def serving(self, network: Network):  # type: ignore[no-untyped-def]
        place = (ip_address(Network.PEER), 80)
        return serving_statements(_Namespace(network.peer), [place], self.statements)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "how"), [("crl", "its authority's list"), ("ocsp", "OCSP"), ("ocsp crl", "OCSP")]
)
def test_who_is_revoked_is_refused_at_its_next_authentication(tmp_path: Path, check: str, how: str) -> None:
    certified = Certified(tmp_path)
    with (
        Network() as network,
        certified.serving(network),
        StrongSwan(network, tmp_path / "peer", strongswan(network, version=1)) as peer,
        Ours(network, tmp_path / "ours", cisco(check), interfaces=INTERFACES) as ours,
    ):
        assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        ours.stop()
        certified.statements.revoke(certified.own.certificate)
        ours.start()
        peer.initiate(check=False, timeout=8)
        ours.until_logged(f"it is revoked by {how} since")
        assert ours.status()["isakmp_sas"] == []


@pytest.mark.parametrize(
    ("check", "comes_up"), [("crl none", True), ("ocsp none", True), ("crl", False), ("ocsp", False)]
)
def test_where_the_responder_is_away_the_configuration_decides(
    tmp_path: Path, check: str, comes_up: bool
) -> None:
    Certified(tmp_path)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, version=1)) as peer,
        Ours(network, tmp_path / "ours", cisco(check), interfaces=INTERFACES) as ours,
    ):
        if comes_up:
            assert "successfully" in peer.initiate()
            assert_passes_both_ways(network)
        else:
            peer.initiate(check=False, timeout=8)
            ours.until_logged("whether it is revoked cannot be learned")
            assert ours.status()["isakmp_sas"] == []
        kind = check.split()[0].upper()
        ours.until_logged(
            f"{kind} of {PLACE}{'ca.crl' if kind == 'CRL' else 'ocsp'}: {Network.PEER} port 80: "
        )
