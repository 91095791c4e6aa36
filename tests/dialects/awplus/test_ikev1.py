"""Profiles of version 1: peers and tunnels of IKEv1."""

from ipaddress import ip_address

from kakehashi.model.address import ANY
from kakehashi.model.algorithms import Cipher
from kakehashi.model.identity import Identity
from kakehashi.model.ikev1 import DeadPeerDetection, DpdStyle, ExchangeMode, PeerIdentity
from kakehashi.model.secret import Secret
from kakehashi.model.selector import ANY_IPV4, TrafficSelector
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, IntegrityId, KeyExchangeId
from tests.dialects.awplus.reading import VERSION_1, codes, found, line, the_ikev1, version_1, whole

AES128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)


def test_a_profile_of_version_1_makes_phase_1_in_main_mode() -> None:
    lowered = version_1()
    assert codes(lowered) == []
    peer, tunnel = the_ikev1(lowered)
    assert tunnel.peers == (peer.name,)
    assert (peer.address, peer.secret) == (ip_address("198.51.100.2"), Secret(b"between-us"))
    assert (peer.mode, peer.accepts_aggressive) == (ExchangeMode.MAIN, False)
    assert (peer.local_identity, peer.peer_identity) == (None, PeerIdentity.ADDRESS)
    assert peer.nat_traversal
    (proposal,) = peer.proposals
    assert (proposal.cipher, proposal.hash, proposal.group, proposal.lifetime) == (
        AES128,
        HashAlgorithm.SHA,
        KeyExchangeId.MODP_1024,
        86400,
    )


def test_the_default_ipsec_profile_holds_in_version_1_as_well() -> None:
    _, tunnel = the_ikev1(version_1())
    assert len(tunnel.ipsec.proposals) == 8
    first = tunnel.ipsec.proposals[0]
    assert (first.integrity, first.lifetime) == (IntegrityId.AUTH_HMAC_SHA2_256_128, 28800)
    assert tunnel.ipsec.pfs == KeyExchangeId.NONE
    assert tunnel.ipsec.local_selectors == tunnel.ipsec.remote_selectors == (ANY_IPV4,)
    assert tunnel.ipsec.rekey_unused


def test_aggressive_mode_with_names_meets_a_peer_of_unknown_address() -> None:
    lines = VERSION_1.format(profile=" version 1 mode aggressive").replace(
        "peer address 198.51.100.2", "peer dynamic"
    )
    lowered = whole(
        lines + "crypto isakmp key of-branch hostname branch\n",
        tunnel=" tunnel destination dynamic\n tunnel remote name branch\n tunnel local name centre",
    )
    peer, tunnel = the_ikev1(lowered)
    assert (peer.address, peer.mode, peer.accepts_aggressive) == (ANY, ExchangeMode.AGGRESSIVE, True)
    assert peer.local_identity == Identity(IdType.ID_FQDN, b"centre")
    assert peer.peer_identity == Identity(IdType.ID_FQDN, b"branch")
    assert peer.secret == Secret(b"of-branch")
    assert tunnel.enabled
    # What answers strangers of version 2 is the default profile all the same.
    assert lowered.gateway.unknown_peer_policy.name == "default"


def test_main_mode_with_a_peer_of_unknown_address_is_told() -> None:
    lines = VERSION_1.format(profile="").replace("peer address 198.51.100.2", "peer policy tunnel0")
    lowered = whole(
        lines + "crypto isakmp key k hostname branch",
        tunnel=" tunnel destination dynamic\n tunnel remote name branch",
    )
    assert "aggressive" in found(lowered, "main-mode").remedy


def test_dead_peer_detection_asks_periodically_until_the_time_is_over() -> None:
    peer, _ = the_ikev1(version_1())
    # Asked after 30, 60, 90 and 120 seconds, given up after 150.
    assert peer.dpd == DeadPeerDetection(30, 3, 30, DpdStyle.PERIODIC)
    peer, _ = the_ikev1(version_1(" dpd-interval 10\n dpd-timeout 20"))
    assert peer.dpd == DeadPeerDetection(10, 0, 10, DpdStyle.PERIODIC)


def test_a_timeout_shorter_than_the_interval_is_told() -> None:
    assert line(found(version_1(" dpd-timeout 20"), "dpd-timeout")) == 6


def test_each_pair_of_selectors_is_a_pair_of_identities() -> None:
    _, tunnel = the_ikev1(
        version_1(
            tunnel=" tunnel local selector 1 10.1.0.0/16\n tunnel remote selector 1 10.2.0.0/16\n"
            " tunnel local selector 2 10.1.0.0/16\n tunnel remote selector 2 10.3.0.0/16"
        )
    )
    one, two, three = (TrafficSelector.of(f"10.{n}.0.0/16") for n in (1, 2, 3))
    assert tunnel.ipsec.local_selectors == (one, one)
    assert tunnel.ipsec.remote_selectors == (two, three)


def test_unused_sas_are_not_renewed_on_demand() -> None:
    lowered = version_1(" rekey on-demand")
    _, tunnel = the_ikev1(lowered)
    assert not tunnel.ipsec.rekey_unused
    assert codes(lowered) == []
