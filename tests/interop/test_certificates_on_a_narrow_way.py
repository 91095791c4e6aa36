"""Chains of RSA-4096 over IPv6 whose way takes 1,280 octets: IKE_AUTH is five of its packets long."""

from pathlib import Path

import pytest

from tests.interop.certificates import OURS, PEER, files_of_ours, files_of_strongswan, nec, now, strongswan
from tests.interop.network import Network
from tests.interop.ours import Ours
from tests.interop.strongswan import StrongSwan
from tests.pki.authority import Authority

pytestmark = [pytest.mark.root, pytest.mark.interop]

LARGE = "rsa-4096"
NARROW = 1280


def narrow(network: Network, says_so: bool) -> None:
    """The peer's link; its router tells us of it, or loses what is too large without a word."""
    network.inside(network.peer, "ip", "link", "set", "wan0", "mtu", str(NARROW))
    network.inside(network.router, "ip", "link", "set", "r-peer", "mtu", str(NARROW))
    if not says_so:
        rule = f"iifname r-ours ip6 length > {NARROW - 40} counter drop"
        chain = f"table inet narrow {{ chain c {{ type filter hook prerouting priority -450; {rule}; }}; }}"
        network.inside(network.router, "nft", chain)


def issued(folder: Path) -> Authority:
    """Writes what both ends have below `folder`: each a chain of two. Their root."""
    root = Authority("C=JP,O=EXAMPLE,CN=Large root", kind=LARGE, now=now())
    middle = [Authority(f"CN=Large middle {i}", root, kind=LARGE, now=now()) for i in (1, 2)]
    files_of_ours(folder / "ours", middle[0].issue(f"CN={OURS}", kind=LARGE), root, middle[0])
    files_of_strongswan(folder / "peer", middle[1].issue(f"CN={PEER}", kind=LARGE), root, middle[1])
    return root


@pytest.mark.parametrize("says_so", [True, False], ids=["told", "silent"])
@pytest.mark.parametrize("nat_traversal", [True, False], ids=["4500", "500"])
@pytest.mark.parametrize("fragmentation", [True, False], ids=["rfc7383", "ipv6"])
@pytest.mark.parametrize("begins", ["ours", "peer"])
def test_both_prove_themselves(
    tmp_path: Path, begins: str, fragmentation: bool, nat_traversal: bool, says_so: bool
) -> None:
    """With IKE's fragments (RFC 7383), and with those of IPv6 alone where the peer does not know IKE's.

    Where we have no NAT traversal there is no Child SA: strongSwan's userspace has ESP in UDP alone.
    """
    issued(tmp_path)
    options = f"send_cert = always\n  fragmentation = {'yes' if fragmentation else 'no'}"
    ends = (Network.PEER_6, Network.OURS_6)
    with (
        Network() as network,
        StrongSwan(network, tmp_path / "peer", strongswan(network, ends=ends, options=options)) as peer,
        Ours(network, tmp_path / "ours", nec(at=Network.PEER_6, nat_traversal=nat_traversal)) as ours,
    ):
        narrow(network, says_so)
        if begins == "peer":
            peer.initiate(check=nat_traversal)
        else:
            # Whatever comes of it, it is the packet that asks for the tunnel.
            network.ping(network.ours, network.OUR_LAN, network.PEER_LAN, wait=10 if nat_traversal else 1)
        ours.until_logged(f"(ID_FQDN {PEER}) is established")
        ours.until(lambda: f"authentication of '{OURS}' with RSA" in peer.log, "our proof at the peer's")
        assert 'received issuer cert "CN=Large middle 1"' in peer.log
        assert ("EF(1/" in peer.log) is ("splitting IKE message" in peer.log) is fragmentation
        assert (f"{Network.OURS_6}[4500]" in peer.log) is nat_traversal
        if nat_traversal:
            assert network.ping(network.ours, network.OUR_LAN, network.PEER_LAN)
