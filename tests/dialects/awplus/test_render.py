"""What is read and written again says the same."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kakehashi.dialects.awplus import AwPlus
from kakehashi.model.finding import Severity
from kakehashi.model.secret import Secret
from kakehashi.model.tunnel import Ikev2Tunnel

FILE = "router.cfg"
EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("awplus-*/*.cfg"))
CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "awplus").glob("*.cfg")) if CORPUS else []
PSK = next(p for p in EXAMPLES if p.name == "sendai.cfg")


@pytest.mark.parametrize("path", [*EXAMPLES, *LISTINGS], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_configuration_survives_the_round_trip(path: Path) -> None:
    lowered = AwPlus().lower(path.read_text(), FILE)
    again = AwPlus().lower(AwPlus().render(lowered.gateway).text, FILE)
    assert again.gateway == lowered.gateway
    was = {f.code for f in lowered.findings if f.severity is Severity.ERROR}
    assert {f.code for f in again.findings if f.severity is Severity.ERROR} <= was


def test_the_default_profiles_are_not_written() -> None:
    text = AwPlus().render(AwPlus().lower(PSK.read_text(), FILE).gateway).text
    assert "profile" not in text
    assert " tunnel protection ipsec\n" in text


def test_a_tunnel_of_version_1_that_renews_only_what_is_used_says_so() -> None:
    text = PSK.read_text() + (
        "crypto isakmp profile old\n version 1 mode main\n rekey on-demand\n"
        " transform 1 integrity sha1 encryption aes128 group 2\n"
        "crypto isakmp peer address 198.51.100.2 profile old\n"
    )
    gateway = AwPlus().lower(text, FILE).gateway
    rendered = AwPlus().render(gateway)
    assert " rekey on-demand\n" in rendered.text
    assert AwPlus().lower(rendered.text, FILE).gateway == gateway


def test_a_key_for_each_side_is_told() -> None:
    gateway = AwPlus().lower(PSK.read_text(), FILE).gateway
    (tunnel,) = gateway.tunnels
    assert isinstance(tunnel, Ikev2Tunnel)
    two = replace(tunnel, local=replace(tunnel.local, secret=Secret(b"another")))
    rendered = AwPlus().render(replace(gateway, tunnels=(two,)))
    assert any("a key for each side" in loss.what for loss in rendered.losses)
    assert "another" not in str(rendered.losses)
