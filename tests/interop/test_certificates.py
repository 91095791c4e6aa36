"""Certificates with strongSwan in both roles: each kind of key, mixed methods, intermediates, refusals."""

from pathlib import Path

import pytest

from tests.interop.certificates import OURS, PEER, files_of_ours, files_of_strongswan, nec, now, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.interop.test_first_tunnel import assert_passes_both_ways
from tests.pki.authority import DAY, Authority

pytestmark = [pytest.mark.root, pytest.mark.interop]

# Our key, its key, and how it is told to prove itself.
KINDS = [
    ("rsa", "rsa", "pubkey"),
    ("rsa", "rsa", "rsa/pss-sha256"),
    ("ecdsa-256", "ecdsa-256", "pubkey"),
    ("ecdsa-384", "ecdsa-521", "pubkey"),
    ("ed25519", "ed25519", "pubkey"),
    ("rsa", "ed25519", "pubkey"),
]


@pytest.mark.parametrize("begins", ["ours", "peer"])
@pytest.mark.parametrize(("ours_kind", "peer_kind", "local"), KINDS)
def test_both_prove_themselves(
    tmp_path: Path, ours_kind: str, peer_kind: str, local: str, begins: str
) -> None:
    root = Authority(kind="rsa", now=now())
    files_of_ours(tmp_path / "ours", root.issue(f"CN={OURS}", kind=ours_kind), root)
    files_of_strongswan(tmp_path / "peer", root.issue(f"CN={PEER}", kind=peer_kind), root)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, local=local)) as peer,
        Ours(network, tmp_path / "ours", nec()) as ours,
    ):
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        shown = ours.command("show", "pki", "cert")
        assert "Certificate myCert\n  Type         : my certificate, with private key" in shown
        assert f"CN={OURS}" in shown
        assert "PRIVATE KEY" not in shown + ours.log
        if local.startswith("rsa/pss") and begins == "peer":
            # Who has signed with PSS itself is answered so.
            assert f"authentication of '{OURS}' with RSA_EMSA_PSS_SHA2_256" in peer.log


@pytest.mark.parametrize("begins", ["ours", "peer"])
@pytest.mark.parametrize("certified", ["ours", "peer"])
def test_a_certificate_on_one_side_and_a_key_on_the_other(
    tmp_path: Path, certified: str, begins: str
) -> None:
    root = Authority(kind="rsa", now=now())
    by_us = certified == "ours"
    files_of_ours(
        tmp_path / "ours", root.issue(f"CN={OURS}", kind="rsa") if by_us else None, None if by_us else root
    )
    files_of_strongswan(
        tmp_path / "peer", None if by_us else root.issue(f"CN={PEER}", kind="rsa"), root if by_us else None
    )
    words = ("psk", "pubkey") if by_us else ("pubkey", "psk")
    lines = ("rsa", "psk") if by_us else ("psk", "rsa")
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, local=words[0], remote=words[1])) as peer,
        Ours(network, tmp_path / "ours", nec(local=lines[0], peer=lines[1])),
    ):
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)


@pytest.mark.parametrize("begins", ["ours", "peer"])
def test_intermediates_of_both_sides_in_fragments(tmp_path: Path, begins: str) -> None:
    root = Authority(kind="rsa", now=now())
    middle = [Authority(f"CN=Middle {i}", root, kind="rsa", now=now()) for i in (1, 2)]
    files_of_ours(tmp_path / "ours", middle[0].issue(f"CN={OURS}", kind="rsa"), root, middle[0])
    files_of_strongswan(tmp_path / "peer", middle[1].issue(f"CN={PEER}", kind="rsa"), root, middle[1])
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, options="send_cert = always")) as peer,
        Ours(network, tmp_path / "ours", nec()),
    ):
        if begins == "peer":
            assert "successfully" in peer.initiate()
        assert_passes_both_ways(network)
        assert 'received issuer cert "CN=Middle 1"' in peer.log


def test_an_expired_certificate_of_the_peer_is_refused_with_the_reason(tmp_path: Path) -> None:
    root = Authority(kind="rsa", now=now())
    files_of_ours(tmp_path / "ours", root.issue(f"CN={OURS}", kind="rsa"), root)
    bad = root.issue(f"CN={PEER}", kind="rsa", valid=(-9 * DAY, -DAY))
    files_of_strongswan(tmp_path / "peer", bad, root)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network)) as peer,
        Ours(network, tmp_path / "ours", nec()) as ours,
    ):
        assert "AUTHENTICATION_FAILED" in peer.initiate(check=False) + peer.log
        ours.until_logged("it was valid until")
        assert ours.status()["ike_sas"] == []


def test_what_expires_soon_is_told_at_the_start(tmp_path: Path) -> None:
    root = Authority(kind="rsa", now=now())
    own = root.issue(f"CN={OURS}", kind="rsa", valid=(-DAY, 6.5 * DAY))
    files_of_ours(tmp_path / "ours", own, root)
    with Network() as network, Ours(network, tmp_path / "ours", nec()) as ours:
        ours.until_logged(f"the certificate CN={OURS} (myCert) expires within 7 days")
