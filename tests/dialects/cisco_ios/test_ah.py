"""AH in transform sets: read for both IKE versions, written again, and shown beside ESP."""

from dataclasses import replace

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.finding import Severity
from kakehashi.wire.registry.ikev2 import IntegrityId
from tests.dialects.cisco_ios.reading import FILE, VTI, codes, crypto_map, found, ikev1, ikev2, lower
from tests.dialects.cisco_ios.running import MAP, PAIR, UP, UP2, vti

SHA2 = IntegrityId.AUTH_HMAC_SHA2_256_128


def with_sets(*words: str) -> str:
    """The tunnel interface of IKEv2, and transform sets in place of its own."""
    names = [f"AH{number}" for number in range(len(words))]
    sets = "".join(f"crypto ipsec transform-set {n} {w}\n" for n, w in zip(names, words, strict=True))
    profile = f" set transform-set {' '.join(names)}"
    return VTI.format(peer="", profile="", ipsec=profile, tunnel="", root=sets)


def test_ikev2_makes_ah_alone() -> None:
    lowered = lower(with_sets("ah-sha256-hmac", "ah-sha-hmac", "esp-aes esp-sha-hmac"))
    (first, second, third) = ikev2(lowered).ipsec.algorithms.sets
    assert (first.ah, first.ciphers) == ((SHA2,), ())
    assert second.ah == (IntegrityId.AUTH_HMAC_SHA1_96,)
    assert third.ah == ()
    assert [p.cipher is None for p in ikev2(lowered).ipsec.protections()] == [True, True, False]


def test_ikev2_does_not_make_both() -> None:
    lowered = lower(with_sets("ah-sha-hmac esp-aes esp-sha-hmac", "esp-aes esp-sha-hmac"))
    finding = found(lowered, "ah-with-ikev2")
    assert finding.severity is Severity.ERROR
    assert len(ikev2(lowered).ipsec.algorithms.sets) == 1


@pytest.mark.parametrize("words", ["ah-sha256-hmac", "ah-md5-hmac esp-aes 192", "ah-sha-hmac esp-gcm 128"])
def test_what_is_read_is_written_again(words: str) -> None:
    before = crypto_map(transform=f"crypto ipsec transform-set X {words}", map=" set transform-set X")
    text = CiscoIos().render(before.gateway).text
    assert f"crypto ipsec transform-set X {words.removesuffix(' 128')}" in text
    after = lower(text)
    assert ikev1(after).ipsec.proposals == ikev1(before).ipsec.proposals
    assert not codes(after, Severity.ERROR)


def test_ikev2_with_ah_is_written_again() -> None:
    before = lower(with_sets("ah-sha256-hmac"))
    after = CiscoIos().lower(CiscoIos().render(before.gateway).text, FILE)
    assert ikev2(after).ipsec.algorithms == ikev2(before).ipsec.algorithms


def blocks(text: str) -> dict[str, list[str]]:
    """The SAs that `show crypto ipsec sa` prints under each heading, as SPI and transform."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in map(str.strip, text.splitlines()):
        if line.endswith(" sas:"):
            heading = line.removesuffix(" sas:")
            found[heading] = []
        elif line.startswith(("spi:", "transform:")):
            found[heading].append(line.removesuffix(" ,"))
    return found


def test_both_are_shown_each_with_its_spi() -> None:
    sa = replace(PAIR.sa, ah=SHA2, ah_spi_out=0x77)
    text = CiscoIos().show(["crypto", "ipsec", "sa"], replace(UP, ipsec_sas=(replace(PAIR, sa=sa),)), MAP)
    assert blocks(text) == {
        "inbound esp": ["spi: 0x658F7C11(1703902225)", "transform: esp-256-aes esp-sha256-hmac"],
        "inbound ah": ["spi: 0x658F7C11(1703902225)", "transform: ah-sha256-hmac"],
        "inbound pcp": [],
        "outbound esp": ["spi: 0x397C36EE(964441838)", "transform: esp-256-aes esp-sha256-hmac"],
        "outbound ah": ["spi: 0x77(119)", "transform: ah-sha256-hmac"],
        "outbound pcp": [],
    }


def test_ah_alone_has_no_esp() -> None:
    sa = replace(PAIR.sa, cipher=None, integrity=IntegrityId.NONE, ah=SHA2)
    text = CiscoIos().show(["crypto", "ipsec", "sa"], replace(UP, ipsec_sas=(replace(PAIR, sa=sa),)), MAP)
    assert blocks(text)["inbound esp"] == blocks(text)["outbound esp"] == []
    assert blocks(text)["outbound ah"][0] == "spi: 0x397C36EE(964441838)"
    assert "IV size" not in text


@pytest.mark.parametrize(
    "words", [("crypto", "engine", "connections", "active"), ("crypto", "session", "detail")]
)
def test_what_else_shows_sas_knows_ah(words: tuple[str, ...]) -> None:
    sa = replace(PAIR.sa, cipher=None, integrity=IntegrityId.NONE, ah=SHA2)
    assert CiscoIos().show(list(words), replace(UP, ipsec_sas=(replace(PAIR, sa=sa),)), MAP)
    assert CiscoIos().show(list(words), UP2, vti().gateway)
