"""What is wrong with one configuration by itself."""

import pytest

from kakehashi.check.report import Remark
from kakehashi.check.rules.mss import largest_inner
from kakehashi.check.run import check
from kakehashi.model.algorithms import Cipher
from kakehashi.model.policy import Protection
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.check.pairs import read, text

# What is replaced by what, and the rule that says so at which line.
ALONE = (
    ("kobe.cfg", "/24\n  no shutdown\n!\ninterface GigaEthernet1.0", "/24\n  ip napt enable\n  no shutdown\n!\ninterface GigaEthernet1.0", "napt-hole", "interface GigaEthernet0.0"),
    ("kobe.cfg", "  child-pfs 2048-bit", "  suppress send-delete", "suppress-delete-only", "  suppress"),
    ("kobe.cfg", "rokko-oroshi-1935\nikev2", "rokko\nikev2", "short-key", "  local-authentication"),
    ("kobe.cfg", "dh 2048-bit", "dh 1024-bit", "weak-algorithms", "interface Tunnel0.0"),
    ("sapporo.cfg", "ipsec local-id", "ipsec rekey remaining-lifetime default second 3000\nipsec local-id", "rekey-margin", "ipsec rekey"),
    ("sapporo.cfg", "ip address 203.0.113.2/24", "ip address 198.51.100.2/24", "peer-is-self", "interface Tunnel0.0"),
    ("sapporo.cfg", "ip route default 203.0.113.1", "ip route default Tunnel0.0", "peer-through-tunnel", "ip route default"),
    ("sapporo.cfg", "lilac-in-may-1925 p1", "lilac-in-may-1925 mode aggressive p1", "aggressive-psk", "ike policy"),
    ("sapporo.cfg", "esp-aes-256 esp-sha2-256", "esp-des esp-md5", "weak-algorithms", "ipsec autokey-proposal"),
    ("otaru.cfg", "adjust-mss 1360", "adjust-mss 1460", "mss-too-large", "interface GigabitEthernet0/1"),
    ("otaru.cfg", " permit esp host 203.0.113.2 host 198.51.100.2\n", "", "filter-esp", "ip access-list extended OUTSIDE"),
    ("otaru.cfg", " permit esp", " deny esp", "filter-esp", " deny esp"),
    ("otaru.cfg", "ip route 0.0.0.0 0.0.0.0 198.51.100.1", "!", "no-route-to-peer", "crypto map WAN 10"),
    ("otaru.cfg", " group 14", " group 2", "weak-algorithms", "crypto isakmp policy"),
)  # fmt: skip


def found(file: str, old: str = "", new: str = "") -> list[Remark]:
    return list(check([read(file, old, new)]).remarks)


@pytest.mark.parametrize(
    "file", ["kobe.cfg", "sapporo.cfg", "otaru.cfg", "awaji-awplus.cfg", "awaji-cisco.cfg"]
)
def test_a_good_configuration_gets_nothing_said(file: str) -> None:
    assert found(file) == []


@pytest.mark.parametrize(("file", "old", "new", "rule", "line"), ALONE, ids=[case[3] for case in ALONE])
def test_a_fault_is_named_at_its_line(file: str, old: str, new: str, rule: str, line: str) -> None:
    remarks = found(file, old, new)
    assert {remark.rule for remark in remarks} == {rule}
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
