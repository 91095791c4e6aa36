"""What is wrong with one configuration by itself."""

import pytest

from kakehashi.check.report import Remark
from kakehashi.check.rules.mss import largest_inner
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from kakehashi.model.algorithms import Cipher
from kakehashi.model.policy import Protection
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.check.pairs import read, text

# What is replaced by what, and the rule that says so at which line.
ALONE = (
    ("kobe.cfg", "/24\n  no shutdown\n!\ninterface GigaEthernet1.0", "/24\n  ip napt enable\n  no shutdown\n!\ninterface GigaEthernet1.0", "napt-hole", "interface GigaEthernet0.0"),
    ("kobe.cfg", "  child-pfs 2048-bit", "  suppress send-delete", "suppress-delete-only", "  suppress"),
    ("kobe.cfg", "rokko-oroshi-1935\nikev2", "rokko\nikev2", "short-key", "  local-authentication"),
    ("kobe.cfg", "rokko-oroshi-1935\nikev2", "ｒｏｋｋｏ-oroshi-1935\nikev2", "key-letters", "  local-authentication"),
    ("kobe.cfg", "dh 2048-bit", "dh 1024-bit", "weak-algorithms", "  sa-proposal dh"),
    ("sapporo.cfg", "ipsec local-id", "ipsec rekey remaining-lifetime default second 3000\nipsec local-id", "rekey-margin", "ipsec rekey"),
    ("sapporo.cfg", "ip address 203.0.113.2/24", "ip address 198.51.100.2/24", "peer-is-self", "interface Tunnel0.0"),
    ("sapporo.cfg", "ip route default 203.0.113.1", "ip route default Tunnel0.0", "peer-through-tunnel", "ip route default"),
    ("sapporo.cfg", "lilac-in-may-1925 p1", "lilac-in-may-1925 mode aggressive p1", "aggressive-psk", "ike policy"),
    ("sapporo.cfg", "esp-aes-256 esp-sha2-256", "esp-des esp-md5", "weak-algorithms", "ipsec autokey-proposal"),
    ("otaru.cfg", "adjust-mss 1360", "adjust-mss 1460", "mss-too-large", "interface GigabitEthernet0/1"),
    ("awaji-cisco.cfg", " ip tcp adjust-mss 1350", " ip mtu 1500\n ip tcp adjust-mss 1350", "mtu-too-large", "interface Tunnel0"),
    ("otaru.cfg", " permit esp host 203.0.113.2 host 198.51.100.2\n", "", "filter-esp", "ip access-list extended OUTSIDE"),
    ("otaru.cfg", " permit esp", " deny esp", "filter-esp", " deny esp"),
    ("otaru.cfg", "ip route 0.0.0.0 0.0.0.0 198.51.100.1", "!", "no-route-to-peer", "crypto map WAN 10"),
    # Names that lead nowhere, and names that nothing uses.
    ("sapporo.cfg", "peer 198.51.100.2 p2 pfs", "peer 198.51.100.2 p3 pfs", "undefined-ipsec-proposal", "ipsec autokey-map"),
    ("sapporo.cfg", "ipsec autokey-map", "ike proposal p9 encryption aes-256 hash sha2-256 group 2048-bit\nipsec autokey-map", "unused-proposal", "ike proposal p9"),
    ("otaru.cfg", "match address SAPPORO", "match address SAPORO", "undefined-access-list", " match address"),
    ("otaru.cfg", "crypto map WAN 10", "crypto ipsec transform-set OLD esp-aes esp-sha256-hmac\ncrypto map WAN 10", "unused-transform-set", "crypto ipsec transform-set OLD"),
    ("awaji-awplus.cfg", "ipsec profile child\n ip address", "ipsec profile chill\n ip address", "undefined-ipsec-profile", " tunnel protection"),
    # A tunnel that can never come up, and why.
    ("kobe.cfg", "  ikev2 peer 198.51.100.2 authentication psk id ipv4 198.51.100.2\n", "", "no-peer", "  tunnel mode"),
    ("kobe.cfg", "192.0.2.2/24\n  no shutdown", "192.0.2.2/24", "interface-down", "interface GigaEthernet0.0"),
    ("kobe.cfg", "GigaEthernet0.0 192.0.2.1", "GigaEthernet0.0 192.0.3.1", "next-hop", "  ikev2 outgoing"),
    ("kobe.cfg", "GigaEthernet0.0 192.0.2.1", "GigaEthernet1.0 auto", "other-way", "  ikev2 outgoing"),
    ("kobe.cfg", "GigaEthernet0.0 192.0.2.1", "Tunnel0.0 auto", "other-way", "  ikev2 outgoing"),
    ("awaji-awplus.cfg", "tunnel source 198.51.100.2", "tunnel source 198.51.100.3", "source-address", " tunnel source"),
    ("awaji-cisco.cfg", " tunnel destination 192.0.2.2\n", "", "tunnel-incomplete", "interface Tunnel0"),
    ("otaru.cfg", " crypto map WAN\n!", "!", "map-not-applied", "crypto map WAN 10"),
    # Routes into a tunnel.
    ("kobe.cfg", "ip route 192.168.51.0/24 Tunnel0.0\n", "", "no-route", "interface Tunnel0.0"),
    ("awaji-cisco.cfg", "ip route 192.168.50.0 255.255.255.0 Tunnel0\n", "", "no-route", "interface Tunnel0"),
    ("awaji-awplus.cfg", "ip route 192.168.50.0/24 tunnel0\n", "", "no-route", "interface tunnel0"),
    # What the named device does not have.
    ("awaji-awplus.cfg", "group 14", "group 19", "invalid-value", " transform 1 integrity"),
    ("awaji-awplus.cfg", "encryption aes256 group", "encryption 3des group", "unsupported-algorithm", " transform 1 integrity"),
    ("kobe.cfg", "sa-proposal dh 2048-bit", "sa-proposal dh 4096-bit", "invalid-value", "  sa-proposal dh"),
    ("kobe.cfg", "enc aes-cbc-256\n  sa", "enc chacha20-poly1305\n  sa", "invalid-value", "  sa-proposal enc"),
    ("sapporo.cfg", "hash sha2-256", "hash sha3-256", "invalid-value", "ike proposal"),
    ("otaru.cfg", " group 14", " group 17", "unknown-command", " group 17"),
    ("otaru.cfg", " group 14", " group 2", "weak-algorithms", "crypto isakmp policy"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GigaEthernet0.0 192.0.2.1", "GigaEthernet0.0 auto"),
        # Another line may lead there when the first is gone.
        (
            "ikev2 outgoing-interface GigaEthernet0.0 192.0.2.1",
            "ikev2 outgoing-interface GigaEthernet1.0 auto\nip route default GigaEthernet1.0 metric 100",
        ),
    ],
)
def test_a_way_that_there_is_or_will_be_is_no_fault(old: str, new: str) -> None:
    assert "other-way" not in {r.rule for r in found("kobe.cfg", old, new)}


def found(file: str, old: str = "", new: str = "") -> list[Remark]:
    return list(check([read(file, old, new)]).remarks)


@pytest.mark.parametrize(
    "file", ["kobe.cfg", "sapporo.cfg", "otaru.cfg", "awaji-awplus.cfg", "awaji-cisco.cfg"]
)
def test_a_good_configuration_gets_nothing_said(file: str) -> None:
    assert [remark.rule for remark in found(file) if remark.rule != "ikev1"] == []


@pytest.mark.parametrize(("file", "old", "new", "rule", "line"), ALONE, ids=[case[3] for case in ALONE])
def test_a_fault_is_named_at_its_line(file: str, old: str, new: str, rule: str, line: str) -> None:
    remarks = found(file, old, new)
    assert {remark.rule for remark in remarks} - {"ikev1"} - ({"weak-algorithms"} - {rule}) == {rule}
    lines = text(file).replace(old, new).splitlines()
    assert any(lines[w.line - 1].startswith(line) for remark in remarks for w in remark.where), remarks


def test_a_key_of_the_article_is_called_short_and_never_shown() -> None:
    short = [remark for remark in found("r1.cfg") if remark.rule == "short-key"]
    assert len(short) == 1
    assert "5 characters" in short[0].message


@pytest.mark.parametrize(
    ("cipher", "bits", "integrity", "nat", "inner"),
    [
        # 20 IP + 8 ESP + IV + packet, padding and 2 + ICV = 1500 at most.
        (EncryptionId.ENCR_AES_CBC, 256, IntegrityId.AUTH_HMAC_SHA2_256_128, False, 1438),
        (EncryptionId.ENCR_AES_CBC, 256, IntegrityId.AUTH_HMAC_SHA1_96, True, 1422),
        (EncryptionId.ENCR_3DES, 0, IntegrityId.AUTH_HMAC_MD5_96, False, 1446),
        (EncryptionId.ENCR_AES_GCM_16, 256, IntegrityId.NONE, False, 1446),
    ],
)
def test_what_is_left_of_an_mtu_of_1500(
    cipher: EncryptionId, bits: int, integrity: IntegrityId, nat: bool, inner: int
) -> None:
    assert largest_inner(1500, 4, nat, Protection(Cipher(cipher, bits), integrity)) == inner


CERTIFICATES = """\
crypto pki trustpoint ca
 enrollment terminal
 subject-name /CN=$NAME
crypto isakmp profile cert
 version 2
 local authentication certificate
 remote authentication certificate
 pki trustpoint ca
 transform 1 integrity sha256 encryption aes256 group 14
crypto isakmp peer address 192.0.2.2 profile cert
interface eth1
 ip address 198.51.100.2/24
interface tunnel0
 tunnel mode ipsec ipv4
 tunnel source 198.51.100.2
 tunnel destination 192.0.2.2
 tunnel local name awaji.example
 tunnel remote name kobe.example
 tunnel protection ipsec
ip route 0.0.0.0/0 198.51.100.1
ip route 192.168.50.0/24 tunnel0
"""


@pytest.mark.parametrize(("name", "wrong"), [("awaji.example", False), ("awaji", True)])
def test_the_name_in_a_certificate_is_that_of_the_tunnel(name: str, wrong: bool) -> None:
    """AW-10: the common name and the alternative name must equal the tunnel's local name."""
    text = CERTIFICATES.replace("$NAME", name)
    said = [r for r in check([read_configuration("awaji.cfg", text)]).remarks if r.rule == "certificate-name"]
    assert bool(said) is wrong


def test_a_commit_bit_on_who_always_begins_is_told() -> None:
    """V1-16: only a responder sets it. A router whose own address comes by DHCP is never called."""
    with_bit = read_configuration(
        "sapporo.cfg",
        text("sapporo.cfg")
        .replace("ip route default 203.0.113.1\n", "")
        .replace("ip address 203.0.113.2/24", "ip address dhcp receive-default")
        .replace("ipsec local-id", "ipsec commit-bit otaru\nipsec local-id"),
    )
    fixed = read("sapporo.cfg", "ipsec local-id", "ipsec commit-bit otaru\nipsec local-id")
    assert "commit-bit-initiator" not in {r.rule for r in check([fixed]).remarks}
    assert "commit-bit-initiator" in {r.rule for r in check([with_bit]).remarks}


def test_main_mode_with_several_keys_for_unknown_addresses_is_told() -> None:
    """In main mode the key is needed before the peer has said who it is (RFC 2409 section 5.4)."""
    policies = "ike policy {} peer any key {} p1\nike remote-id {} keyid {}\n"
    several = policies.format("a", "the-key-of-a-2024", "a", "a") + policies.format(
        "b", "the-key-of-b-2024", "b", "b"
    )
    assert "main-mode-keys" in {
        r.rule for r in found("sapporo.cfg", "ike policy otaru", several + "ike policy otaru")
    }
