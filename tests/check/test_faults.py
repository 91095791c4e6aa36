"""One fault in a good pair: check names that fault, at its line, and nothing else."""

import pytest

from kakehashi.check.report import Severity
from tests.check.pairs import ARTICLE, NEC_AWPLUS, NEC_CISCO, NEC_CISCO_V2, checked, serious, text

GOOD = (ARTICLE, NEC_CISCO, NEC_AWPLUS, NEC_CISCO_V2)

UP, DIES, DOWN = (True, True), (True, False), (False, False)

# The pair, the file with the fault, what is replaced by what, the rule that says it, the line of that file,
# and what becomes of the pair.
FAULTS = (
    # Cisco with Cisco.
    (ARTICLE, "r1.cfg", " encr 3des", " encr aes", "mismatch-encryption", " encr aes", DOWN),
    (ARTICLE, "r1.cfg", " hash md5", " hash sha", "mismatch-hash", " hash sha", DOWN),
    (ARTICLE, "r1.cfg", " group 2\n", " group 5\n", "mismatch-dh-group", " group 5", DOWN),
    (ARTICLE, "r2.cfg", "key cisco ", "key Cisco ", "mismatch-pre-shared-key", "crypto isakmp key Cisco", DOWN),
    (ARTICLE, "r2.cfg", "esp-3des", "esp-des", "mismatch-encryption", "crypto ipsec transform-set", DOWN),
    (ARTICLE, "r2.cfg", "esp-md5-hmac", "esp-sha-hmac", "mismatch-authentication", "crypto ipsec trans", DOWN),
    (ARTICLE, "r1.cfg", " set transform-set IPSEC", " set transform-set IPSEC\n set pfs group2", "mismatch-pfs", " set pfs", DOWN),
    (ARTICLE, "r1.cfg", "192.168.2.0 0.0.0.255", "192.168.3.0 0.0.0.255", "mismatch-traffic", " permit ip", DOWN),
    (ARTICLE, "r1.cfg", "ip 192.168.1.0 0.0.0.255", "ip host 192.168.1.1", "mismatch-traffic", " permit ip", UP),
    (ARTICLE, "r1.cfg", " permit esp host 200.1.1.1 host 100.1.1.1\n", "", "filter-esp", "ip access-list extended A-security", UP),
    (ARTICLE, "r1.cfg", "eq isakmp", "eq 501", "filter-ike", "ip access-list extended A-security", DOWN),
    (ARTICLE, "r1.cfg", " permit esp host", " permit tcp host", "filter-esp", "ip access-list extended A-sec", UP),
    (ARTICLE, "r1.cfg", " authentication pre-share\n", "", "policy-authentication", "crypto isakmp policy", DOWN),
    (ARTICLE, "r1.cfg", " encr 3des\n", "", "mismatch-encryption", "crypto isakmp policy", DOWN),
    (ARTICLE, "r1.cfg", " crypto map M-ipsec\n", "", "map-not-applied", "crypto map M-ipsec 1", DOWN),
    (ARTICLE, "r1.cfg", "match address A-ipsec", "match address A-ipsek", "undefined-access-list", " match address", DOWN),
    (ARTICLE, "r1.cfg", "set transform-set IPSEC", "set transform-set IPSEK", "undefined-transform-set", " set transform-set", DOWN),
    (ARTICLE, "r1.cfg", "cisco address 200.1.1.1", "cisco address 200.1.1.2", "undefined-key", "crypto map M-ipsec 1", DOWN),
    (ARTICLE, "r1.cfg", "ip route 0.0.0.0 0.0.0.0 Dialer1", "!", "no-route", "crypto map M-ipsec 1", UP),
    # NEC with Cisco, IKEv1.
    (NEC_CISCO, "sapporo.cfg", "encryption aes-256", "encryption aes-192", "mismatch-encryption", "ike proposal", DOWN),
    (NEC_CISCO, "sapporo.cfg", "hash sha2-256", "hash sha", "mismatch-hash", "ike proposal", DOWN),
    (NEC_CISCO, "sapporo.cfg", "group 2048-bit", "group 1024-bit", "mismatch-dh-group", "ike proposal", DOWN),
    (NEC_CISCO, "sapporo.cfg", "lilac-in-may-1925", "lilac-in-may-1926", "mismatch-pre-shared-key", "ike policy", DOWN),
    (NEC_CISCO, "sapporo.cfg", "esp-aes-256 esp-sha2-256", "esp-aes-256 esp-sha", "mismatch-authentication", "ipsec autokey-proposal", DOWN),
    (NEC_CISCO, "sapporo.cfg", " pfs 2048-bit", "", "mismatch-pfs", "ipsec autokey-map", DOWN),
    (NEC_CISCO, "sapporo.cfg", "remote-id otaru 192.168.2.0/24", "remote-id otaru 192.168.0.0/16", "mismatch-traffic", "ipsec local-id", DOWN),
    (NEC_CISCO, "otaru.cfg", " set pfs group14\n", "", "mismatch-pfs", "crypto map WAN 10", DOWN),
    (NEC_CISCO, "otaru.cfg", " permit esp host 203.0.113.2 host 198.51.100.2\n", "", "filter-esp", "ip access-list extended OUTSIDE", UP),
    (NEC_CISCO, "otaru.cfg", " permit udp host 203.0.113.2", " permit udp host 203.0.113.3", "filter-ike", "ip access-list extended OUTSIDE", DOWN),
    (NEC_CISCO, "otaru.cfg", " ip tcp adjust-mss 1360", " ip tcp adjust-mss 1460", "mss-too-large", "interface GigabitEthernet0/1", UP),
    # NEC with AlliedWare Plus, IKEv2.
    (NEC_AWPLUS, "kobe.cfg", "  sa-proposal enc aes-cbc-256", "  sa-proposal enc aes-cbc-192", "mismatch-encryption", "  sa-proposal enc", DOWN),
    (NEC_AWPLUS, "kobe.cfg", "  sa-proposal dh 2048-bit", "  sa-proposal dh 1536-bit", "mismatch-dh-group", "  sa-proposal dh", DOWN),
    (NEC_AWPLUS, "kobe.cfg", "  child-proposal enc aes-cbc-256", "  child-proposal enc aes-cbc-128", "mismatch-encryption", "  child-proposal enc", DOWN),
    (NEC_AWPLUS, "kobe.cfg", "  child-pfs 2048-bit", "  child-pfs 1536-bit", "mismatch-pfs", "  child-pfs", DIES),
    (NEC_AWPLUS, "awaji-awplus.cfg", " pfs 14\n", "", "mismatch-pfs", "interface tunnel0", DIES),
    (NEC_AWPLUS, "awaji-awplus.cfg", "rokko-oroshi-1935", "rokko-oroshi-1953", "mismatch-pre-shared-key", "crypto isakmp key", DOWN),
    (NEC_AWPLUS, "awaji-awplus.cfg", " version 2", " version 1 mode main", "mismatch-version", " version 1", DOWN),
    (NEC_AWPLUS, "kobe.cfg", "ikev2 peer 198.51.100.2", "ikev2 peer 198.51.100.9", "mismatch-peer-address", "  ikev2 peer", DOWN),
    # NEC with Cisco, IKEv2.
    (NEC_CISCO_V2, "awaji-cisco.cfg", " encryption aes-cbc-256", " encryption aes-cbc-128", "mismatch-encryption", " encryption", DOWN),
    (NEC_CISCO_V2, "awaji-cisco.cfg", " group 14", " group 5", "mismatch-dh-group", " group 5", DOWN),
    (NEC_CISCO_V2, "awaji-cisco.cfg", " set pfs group14\n", "", "mismatch-pfs", "interface Tunnel0", DIES),
    (NEC_CISCO_V2, "awaji-cisco.cfg", "  pre-shared-key rokko-oroshi-1935", "  pre-shared-key rokko-oroshi", "mismatch-pre-shared-key", "  pre-shared-key", DOWN),
    (NEC_CISCO_V2, "awaji-cisco.cfg", " identity local address 198.51.100.2", " identity local fqdn awaji", "mismatch-identity-b", " identity local", DOWN),
    (NEC_CISCO_V2, "awaji-cisco.cfg", " ip address 192.168.51.1 ", " ip address 192.168.50.254 ", "overlapping-subnets", "interface GigabitEthernet0/1", UP),
)  # fmt: skip


@pytest.mark.parametrize("pair", GOOD, ids="-".join)
def test_a_good_pair_gets_notes_at_most(pair: tuple[str, str]) -> None:
    report = checked(pair)
    assert serious(report) == []
    (tunnel,) = report.pairs
    assert (tunnel.verdict.comes_up, tunnel.verdict.survives_rekey) == UP
    assert tunnel.verdict.reason is None
    assert all(row.fits for row in tunnel.rows)


@pytest.mark.parametrize(
    ("pair", "file", "old", "new", "rule", "line", "becomes"),
    FAULTS,
    ids=[f"{pair[0][:-4]}-{rule}-{number}" for number, (pair, *_, rule, _, _) in enumerate(FAULTS)],
)
def test_a_fault_is_named_at_its_line_and_nothing_else(
    pair: tuple[str, str], file: str, old: str, new: str, rule: str, line: str, becomes: tuple[bool, bool]
) -> None:
    report = checked(pair, file, old, new)
    assert serious(report) == [rule]
    remark = report.remarks[0]
    lines = text(file).replace(old, new).splitlines()
    assert any(w.file == file and lines[w.line - 1].startswith(line) for w in remark.where), remark.where
    (tunnel,) = report.pairs
    assert (tunnel.verdict.comes_up, tunnel.verdict.survives_rekey) == becomes
    assert (tunnel.verdict.reason is None) == (becomes == UP)


def test_the_matrix_has_forty_faults() -> None:
    assert len(FAULTS) >= 40


def test_what_does_not_come_up_says_what_each_device_shows() -> None:
    (tunnel,) = checked(ARTICLE, "r1.cfg", " group 2\n", " group 5\n").pairs
    (mismatch,) = tunnel.mismatches
    assert [s.device for s in mismatch.symptoms] == ["r1.cfg", "r2.cfg"]
    assert all("MM_NO_STATE" in s.shows for s in mismatch.symptoms)


def test_the_weaker_side_is_better_changed() -> None:
    report = checked(ARTICLE, "r1.cfg", " encr 3des", " encr aes")
    (remark,) = [r for r in report.remarks if r.severity is Severity.ERROR]
    assert "r2.cfg" in remark.fix
    report = checked(NEC_CISCO, "sapporo.cfg", "group 2048-bit", "group 1024-bit")
    (remark,) = [r for r in report.remarks if r.severity is Severity.ERROR]
    assert "sapporo.cfg" in remark.fix


def test_what_a_dialect_has_said_of_a_line_is_not_said_of_the_pair_again() -> None:
    report = checked(NEC_CISCO, "sapporo.cfg", "lilac-in-may-1925 p1", "lilac-in-may-1925 p9")
    assert serious(report) == ["undefined-ike-proposal"]
    assert report.pairs[0].verdict.comes_up is False
