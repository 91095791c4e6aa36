"""`ike ...` lines: with whom phase 1 is made, and with what (V1-01 to V1-07)."""

from ipaddress import ip_address

import pytest

from kakehashi.model.address import ANY, Hostname
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Severity
from kakehashi.model.identity import AuthenticationMethod, Identity
from kakehashi.model.ikev1 import (
    DeadPeerDetection,
    DpdStyle,
    ExchangeMode,
    Ikev1Peer,
    PeerIdentity,
    Phase1Proposal,
)
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev1 import HashAlgorithm
from kakehashi.wire.registry.ikev2 import EncryptionId, IdType, KeyExchangeId
from tests.dialects.nec_ix.reading import codes, found, ikev1, line, lower, the_ikev1

AES_128 = Cipher(EncryptionId.ENCR_AES_CBC, 128)
DES = Cipher(EncryptionId.ENCR_DES)


def peer(words: str, *more: str) -> Ikev1Peer:
    """The only peer of a file with these lines."""
    (only,) = lower("\n".join([words, *more])).gateway.ikev1_peers
    return only


def proposal(words: str) -> Phase1Proposal:
    (only,) = peer(f"ike proposal p1 {words}", "ike policy x peer any key k p1").proposals
    return only


def test_a_policy_is_a_peer_with_its_key_and_its_proposals_in_order() -> None:
    lowered = lower(
        """\
        ike proposal first encryption aes-256 hash sha2-512 group 2048-bit lifetime 7200
        ike proposal second encryption 3des hash sha group 1024-bit
        ike policy site peer 192.0.2.9 key To-The-Site second first
        """
    )
    (only,) = lowered.gateway.ikev1_peers
    assert (only.name, only.address, only.secret) == ("site", ip_address("192.0.2.9"), Secret(b"To-The-Site"))
    assert only.proposals == (
        Phase1Proposal(
            cipher=Cipher(EncryptionId.ENCR_3DES),
            hash=HashAlgorithm.SHA,
            group=KeyExchangeId.MODP_1024,
            lifetime=28800,
        ),
        Phase1Proposal(
            cipher=Cipher(EncryptionId.ENCR_AES_CBC, 256),
            hash=HashAlgorithm.SHA2_512,
            group=KeyExchangeId.MODP_2048,
            lifetime=7200,
        ),
    )
    assert [p.name for p in only.proposals] == ["second", "first"]
    assert [p.source.line for p in only.proposals if p.source] == [2, 1]
    assert all(p.authentication is AuthenticationMethod.PSK for p in only.proposals)


def test_without_a_word_a_peer_has_the_devices_defaults() -> None:
    only = peer("ike proposal p1", "ike policy x peer 192.0.2.9 key k p1")
    assert only.proposals == (
        Phase1Proposal(cipher=DES, hash=HashAlgorithm.MD5, group=KeyExchangeId.MODP_768, lifetime=28800),
    )
    assert only.mode is ExchangeMode.MAIN
    assert only.accepts_aggressive is True
    assert (only.nat_traversal, only.nat_keepalive) == (False, None)
    assert (only.local_identity, only.peer_identity) == (None, PeerIdentity.ADDRESS)
    assert only.dpd is None
    assert only.retransmit == (2, 4, 8, 16)
    assert only.suppress_dangling is False
    assert only.vendor_ids == ()


@pytest.mark.parametrize(
    ("words", "cipher"),
    [
        ("des", DES),
        ("3des", Cipher(EncryptionId.ENCR_3DES)),
        ("aes", AES_128),
        ("aes-192", Cipher(EncryptionId.ENCR_AES_CBC, 192)),
        ("AES-256", Cipher(EncryptionId.ENCR_AES_CBC, 256)),
    ],
)
def test_every_cipher_of_phase_1(words: str, cipher: Cipher) -> None:
    assert proposal(f"encryption {words} hash sha").cipher == cipher


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("md5", HashAlgorithm.MD5),
        ("sha", HashAlgorithm.SHA),
        ("sha2-256", HashAlgorithm.SHA2_256),
        ("sha2-384", HashAlgorithm.SHA2_384),
        ("sha2-512", HashAlgorithm.SHA2_512),
    ],
)
def test_every_hash_of_phase_1(word: str, expected: HashAlgorithm) -> None:
    assert proposal(f"encryption aes hash {word}").hash == expected


@pytest.mark.parametrize("bits", [768, 1024, 1536, 2048, 3072])
def test_every_group_of_phase_1(bits: int) -> None:
    assert proposal(f"encryption aes hash sha group {bits}-bit").group.name == f"MODP_{bits}"


@pytest.mark.parametrize(
    "words",
    ["mode aggressive p1", "p1 mode aggressive", "p1 MODE Aggr"],
)
def test_the_mode_stands_before_or_after_the_proposal(words: str) -> None:
    only = peer("ike proposal p1", f"ike policy x peer 192.0.2.9 key k {words}")
    assert only.mode is ExchangeMode.AGGRESSIVE
    assert [p.name for p in only.proposals] == ["p1"]


def test_several_proposals_stand_with_commas_or_spaces() -> None:
    proposals = [f"ike proposal {name}" for name in "abc"]
    only = peer("ike policy x peer any key k c,a b", *proposals)
    assert [p.name for p in only.proposals] == ["c", "a", "b"]


def test_a_proposal_may_stand_below_the_policy_that_names_it() -> None:
    only = peer("ike policy x peer any key k late", "ike proposal late encryption aes hash sha")
    assert [p.cipher for p in only.proposals] == [AES_128]


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("peer any", ANY),
        ("peer 192.0.2.9", ip_address("192.0.2.9")),
        ("peer 2001:db8::9", ip_address("2001:db8::9")),
        ("peer-fqdn-ipv4 Host1.Example.com", Hostname("host1.example.com", 4)),
        ("peer-fqdn-ipv6 host1.example.com", Hostname("host1.example.com", 6)),
    ],
)
def test_a_peer_by_address_by_name_and_of_unknown_address(words: str, address: object) -> None:
    assert peer("ike proposal p1", f"ike policy x {words} key k p1").address == address


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        ("keyid Branch-1", Identity(IdType.ID_KEY_ID, b"Branch-1")),
        ("fqdn branch.example", Identity(IdType.ID_FQDN, b"branch.example")),
        ("user-fqdn vpn@branch.example", Identity(IdType.ID_RFC822_ADDR, b"vpn@branch.example")),
        ("address 192.0.2.9", Identity.of(IdType.ID_IPV4_ADDR, "192.0.2.9")),
        ("address 2001:db8::9", Identity.of(IdType.ID_IPV6_ADDR, "2001:db8::9")),
    ],
)
def test_every_type_of_identity_on_either_side(words: str, identity: Identity) -> None:
    only, _ = the_ikev1(ikev1(f"ike local-id ipol {words}\nike remote-id ipol keyid other"))
    assert (only.local_identity, only.peer_identity) == (identity, Identity(IdType.ID_KEY_ID, b"other"))
    only, _ = the_ikev1(ikev1(f"ike remote-id ipol {words}"))
    assert (only.local_identity, only.peer_identity) == (None, identity)


def test_an_identity_that_is_no_address_is_an_error() -> None:
    finding = found(ikev1("ike remote-id ipol address branch"), "invalid-value")
    assert (finding.severity, line(finding)) == (Severity.ERROR, 5)


def test_dead_peers_are_asked_for_when_nothing_comes_from_them() -> None:
    only, _ = the_ikev1(ikev1("ike keepalive ipol 10 3"))
    assert only.dpd == DeadPeerDetection(10, 3, retry_interval=10, style=DpdStyle.IDLE)


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        ("ike retransmit-interval 5", (5, 5, 5, 5)),
        ("ike retransmit-count 1", (2, 4)),
        ("ike retransmit-count 6", (2, 4, 8, 16, 16, 16, 16)),
        ("ike retransmit-count 2\nike retransmit-interval 3", (3, 3, 3)),
        ("ike retransmit-count 2\nno ike retransmit-count", (2, 4, 8, 16)),
    ],
)
def test_retransmission_by_count_and_interval(lines: str, waits: tuple[float, ...]) -> None:
    assert the_ikev1(ikev1(lines))[0].retransmit == waits


@pytest.mark.parametrize(
    ("lines", "traversal", "keepalive"),
    [
        ("ike nat-traversal", True, 20),
        ("ike nat-traversal keepalive 45", True, 45),
        ("ike nat-traversal policy ipol", True, 20),
        ("ike nat-traversal policy ipol keepalive 30", True, 30),
        ("ike nat-traversal keepalive 30 policy ipol", True, 30),
        ("ike nat-traversal keepalive 45\nike nat-traversal policy ipol keepalive 30", True, 30),
        ("ike nat-traversal keepalive 45\nike nat-traversal policy ipol", True, 45),
        ("ike nat-traversal\nno ike nat-traversal", False, None),
    ],
)
def test_nat_traversal_of_all_policies_or_of_one(lines: str, traversal: bool, keepalive: int | None) -> None:
    only, _ = the_ikev1(ikev1(lines))
    assert (only.nat_traversal, only.nat_keepalive) == (traversal, keepalive)


def test_nat_traversal_of_one_policy_leaves_the_other_alone() -> None:
    lowered = ikev1("ike policy other peer 203.0.113.1 key k iprop\nike nat-traversal policy other")
    assert [(p.name, p.nat_traversal) for p in lowered.gateway.ikev1_peers] == [
        ("ipol", False),
        ("other", True),
    ]


@pytest.mark.parametrize("words", ["ike suppress-dangling", "ike suppress-dangling ipol"])
def test_a_dangling_phase_1_is_suppressed(words: str) -> None:
    assert the_ikev1(ikev1(words))[0].suppress_dangling is True


@pytest.mark.parametrize(
    ("words", "seconds"), [("default second 90", 90), ("default second 90\n{} policy ipol second 30", 30)]
)
def test_when_phase_1_is_renewed(words: str, seconds: int) -> None:
    command = "ike rekey remaining-lifetime"
    lines = f"{command} {words}".format(command)
    assert the_ikev1(ikev1(lines))[0].renew_before_end == seconds


def test_a_policy_without_a_known_proposal_is_an_error_with_its_line_and_the_name() -> None:
    lowered = lower("ike proposal ike-prop\n!\nike policy x peer any key k mode aggressive ikeprop\n")
    finding = found(lowered, "undefined-ike-proposal")
    assert (finding.severity, line(finding), finding.name) == (Severity.ERROR, 3, "ikeprop")
    assert finding.remedy == "did you mean `ike-prop`?"
    assert [p.proposals for p in lowered.gateway.ikev1_peers] == [()]


def test_the_only_proposal_is_named_where_none_is_close() -> None:
    lowered = lower("ike proposal strong\nike policy x peer any key k weak-one\n")
    assert found(lowered, "undefined-ike-proposal").remedy == "write `strong`, the only one there is"


def test_a_shortened_mode_is_read_as_a_proposal_and_told() -> None:
    lowered = lower("ike proposal p1\nike proposal p2\nike policy x peer any key k mod aggressive p1\n")
    remedies = [f.remedy for f in lowered.findings if f.code == "undefined-ike-proposal"]
    assert remedies[0] == "did you mean `mode`?"


def test_a_policy_that_names_no_proposal_is_incomplete() -> None:
    finding = found(lower("ike policy x peer any key hidden-word mode main\n"), "incomplete")
    assert finding.severity is Severity.ERROR
    assert "hidden-word" not in str(finding)


def test_default_is_the_devices_own_proposal() -> None:
    (only,) = peer("ike policy x peer any key k default").proposals
    assert (only.cipher, only.hash, only.name) == (DES, HashAlgorithm.MD5, "default")


@pytest.mark.parametrize(
    "words",
    [
        "ike keepalive ipoll 10 3",
        "ike local-id ipoll keyid x",
        "ike remote-id ipoll keyid x",
        "ike nat-traversal policy ipoll",
        "ike suppress-dangling ipoll",
    ],
)
def test_a_line_about_a_policy_that_is_not_there_is_warned_of(words: str) -> None:
    finding = found(ikev1(words), "undefined-ike-policy")
    assert (finding.severity, line(finding), finding.name) == (Severity.WARNING, 5, "ipoll")
    assert finding.remedy == "did you mean `ipol`?"


def test_a_policy_is_replaced_by_a_later_one_and_taken_back_by_no() -> None:
    lowered = ikev1("ike policy ipol peer 198.51.100.2 key newer iprop")
    assert the_ikev1(lowered)[0].secret == Secret(b"newer")
    assert line(found(lowered, "replaced")) == 2
    gone = ikev1("no ike policy ipol\nno ike policy nobody")
    assert gone.gateway.ikev1_peers == ()
    assert line(found(gone, "nothing-removed")) == 6
    assert found(gone, "no-ike-policy").severity is Severity.ERROR


def test_keywords_of_ikev1_in_any_case_and_shortened() -> None:
    lowered = lower(
        """\
        IKE Prop P1 ENC aes-256 HA sha2-256 GR 2048-bit LIFE 3600
        ike pol Site PEER 192.0.2.9 KEY Secret P1
        ike keep Site 10 3
        ike local Site KEYID Here
        ike nat keep 30
        IPSEC autokey-p sp ESP-AES-256 esp-sha2-256 life time 3600
        ipsec autokey-m sm IPV4 peer 192.0.2.9 sp PFS 2048-bit
        int gi0.0
          ip addr 198.51.100.1/24
          no shut
        int tu0.0
          tun mode ipsec
          ip unn gi0.0
          ipsec pol tun sm
          no shut
        ip ro 10.0.0.0/8 tu0.0
        """
    )
    assert codes(lowered, Severity.ERROR, Severity.WARNING) == []
    only, tunnel = the_ikev1(lowered)
    assert only.local_identity == Identity(IdType.ID_KEY_ID, b"Here")
    assert tunnel.peers == ("Site",)
    assert tunnel.ipsec.pfs == KeyExchangeId.MODP_2048


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("ike polcy x peer any key hidden-word p1", "did you mean `policy`?"),
        ("ike keepalives ipol 10 3", "did you mean `keepalive`?"),
        ("ipsec autokey-mpa m ipv4 peer 192.0.2.9", "did you mean `autokey-map`?"),
        ("ipsec anti-reply smap", "did you mean `anti-replay`?"),
    ],
)
def test_a_misspelt_command_of_ikev1_is_warned_of(words: str, meant: str) -> None:
    finding = found(ikev1(words), "unknown-command")
    assert (finding.severity, line(finding), finding.remedy) == (Severity.WARNING, 5, meant)
    assert "hidden-word" not in str(finding)


@pytest.mark.parametrize(
    "words",
    ["ike commit-bit ipol", "ike send-delete", "ipsec ike-passthru"],
)
def test_what_is_known_and_not_there_yet_is_told(words: str) -> None:
    assert line(found(ikev1(words), "not-yet")) == 5
