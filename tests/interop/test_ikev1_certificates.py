"""Main mode with RSA signatures and strongSwan, from the configuration of a Cisco IOS router (CI-01)."""

from pathlib import Path

import pytest

from kakehashi.gateway.pki_store import Store
from tests.interop.certificates import OURS, PEER, files_of_strongswan, now, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_cisco import INTERFACES, configuration
from tests.interop.test_first_tunnel import assert_passes_both_ways
from tests.pki.authority import Authority

pytestmark = [pytest.mark.root, pytest.mark.interop]

LINES = """\
ip domain name example.com
crypto pki trustpoint CA
 enrollment terminal
 revocation-check none
crypto isakmp identity hostname
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication rsa-sig
 group 14
"""


@pytest.mark.parametrize("begins", ["ours", "peer"])
def test_both_sign_in_main_mode(tmp_path: Path, begins: str) -> None:
    root = Authority(kind="rsa", now=now())
    store = Store(tmp_path / "ours" / "state" / "router.pki", now)
    store.authenticate("CA", root.pem)
    store.import_certificate("CA", root.issue(f"CN={OURS}", kind="rsa").pem)
    files_of_strongswan(tmp_path / "peer", root.issue(f"CN={PEER}", kind="rsa"), root)
    text = LINES + configuration(transform="esp-aes 256 esp-sha256-hmac").replace(
        f"crypto isakmp key one-secret-for-both address {Network.PEER}\n", ""
    )
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, version=1)) as peer,
        Ours(network, tmp_path / "ours", text, interfaces=INTERFACES) as ours,
    ):
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert "RSA signature" in peer.log or "with RSA" in peer.log
        assert "Certificate configured." in ours.command("show", "crypto", "pki", "trustpoints")
        assert "CA Certificate" in ours.command("show", "crypto", "pki", "certificates")
