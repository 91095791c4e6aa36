"""What `check` says of AH: how the ends compare, what its packets need, and that it passes no NAT."""

import pytest

from kakehashi.check.report import Report, Severity
from kakehashi.check.rules.mss import largest_inner
from kakehashi.check.run import check
from kakehashi.check_reading import read_configuration
from kakehashi.model.algorithms import Cipher
from kakehashi.model.policy import Protection
from kakehashi.wire.registry.ikev2 import EncryptionId, IntegrityId
from tests.check.pairs import text

SHA1 = IntegrityId.AUTH_HMAC_SHA1_96
AH = ("esp-3des esp-md5-hmac", "ah-sha256-hmac esp-aes 256")


def article(*changes: tuple[str, str], only: str = "", address: str = "100.1.1.1") -> Report:
    """The two routers of the article, with other words in both files, or in `only` one. `address`: the first
    one's own, which the second one calls 100.1.1.1.
    """
    configurations = []
    for file in ("r1.cfg", "r2.cfg"):
        content = text(file)
        for old, new in changes:
            content = content.replace(old, new) if only in ("", file) else content
        if file == "r1.cfg":
            content = content.replace("100.1.1.1", address)
        configurations.append(read_configuration(file, content))
    return check(configurations)


def errors(report: Report) -> dict[str, str]:
    return {r.rule: r.message for r in report.remarks if r.severity is Severity.ERROR}


def row(report: Report, parameter: str) -> tuple[str, str, str]:
    (found,) = [r for r in report.pairs[0].rows if (r.phase, r.parameter) == (2, parameter)]
    return found.a.text, found.b.text, found.agreed


def test_packets_are_ah_outside_and_the_access_list_must_permit_that() -> None:
    report = article(AH)
    assert set(errors(report)) == {"filter-ah"}
    assert "lets no AH pass from" in errors(report)["filter-ah"]
    fixed = article(AH, ("permit esp ", "permit ahp "))
    assert errors(fixed) == {}
    assert row(fixed, "protocol") == ("ESP and AH",) * 3


def test_one_end_with_ah_and_one_without_never_meet() -> None:
    report = article(AH, only="r1.cfg")
    assert row(report, "protocol") == ("ESP and AH", "ESP", "")
    assert "mismatch-protocol" in errors(report)
    # Whose hash it is follows from that, and no advice is one that the devices do not know.
    only = ("esp-3des esp-md5-hmac", "ah-sha256-hmac esp-3des esp-md5-hmac")
    fault = article(only, only="r1.cfg")
    assert "mismatch-authentication" not in errors(fault)
    (told,) = [r for r in fault.remarks if r.rule == "mismatch-protocol"]
    assert told.fix == "let both sides use the same protocols: ESP, AH or both"


def test_ah_passes_no_nat() -> None:
    # Its line has a private address, so something changes it on the way.
    report = article(AH, ("permit esp ", "permit ahp "), address="192.168.100.1")
    assert "AH covers the addresses that the NAT changes" in errors(report)["ah-behind-nat"]


@pytest.mark.parametrize(
    ("version", "protection", "inner"),
    [
        # 20 IP + 24 AH; with ESP inside 8 + 16 + packet, padding and 2 + 12 more. Over IPv6 AH fills 8 octets.
        (4, Protection(None, IntegrityId.NONE, SHA1), 1456),
        (6, Protection(None, IntegrityId.NONE, IntegrityId.AUTH_HMAC_SHA2_256_128), 1428),
        (4, Protection(Cipher(EncryptionId.ENCR_AES_CBC, 256), SHA1, SHA1), 1406),
    ],
)
def test_what_is_left_of_an_mtu_of_1500(version: int, protection: Protection, inner: int) -> None:
    assert largest_inner(1500, version, False, protection) == inner
