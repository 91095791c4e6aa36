"""What is read and written again says the same."""

import os
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from kakehashi.dialects.nec_ix import NecIx
from kakehashi.model.algorithms import Cipher
from kakehashi.model.finding import Severity
from kakehashi.model.ikev1 import Ikev1Tunnel
from kakehashi.wire.registry.ikev2 import EncryptionId
from tests.dialects.nec_ix.reading import FILE, ikev1, the_ikev1, the_tunnel, whole

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("nec-ix-*/*.cfg"))
CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "nec-ix").glob("*.cfg")) if CORPUS else []


@pytest.mark.parametrize("path", [*EXAMPLES, *LISTINGS], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_configuration_survives_the_round_trip(path: Path) -> None:
    lowered = NecIx().lower(path.read_text(), FILE)
    wrong = [f for f in lowered.findings if f.code == "undefined-ike-proposal"]
    if wrong:
        pytest.skip(f"{wrong[0]}")
    rendered = NecIx().render(lowered.gateway)
    again = NecIx().lower(rendered.text, FILE)
    # A file is imported by a command, which is no setting.
    assert again.gateway == replace(lowered.gateway, certificate_imports=())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_what_is_written_has_nothing_to_complain_of(path: Path) -> None:
    rendered = NecIx().render(NecIx().lower(path.read_text(), FILE).gateway)
    assert rendered.losses == ()
    again = NecIx().lower(rendered.text, FILE)
    assert [f for f in again.findings if f.severity is not Severity.INFO] == []


def test_what_all_tunnels_have_in_common_stands_in_the_default_profile() -> None:
    text = (
        NecIx().render(whole(default="  dpd interval 10", tunnel="  ikev2 child-lifetime 600").gateway).text
    )
    profile = text[text.index("ikev2 default-profile") : text.index("interface")]
    assert "  dpd interval 10\n" in profile
    assert "  child-lifetime 600\n" in profile


def test_a_setting_of_one_tunnel_stands_on_its_interface() -> None:
    assert "  ikev2 dpd interval 15\n" in NecIx().render(whole(tunnel="  ikev2 dpd interval 15").gateway).text


def test_an_algorithm_that_the_device_lacks_is_told() -> None:
    lowered = whole()
    tunnel = the_tunnel(lowered)
    chacha = replace(
        tunnel.ipsec.algorithms,
        ciphers=(Cipher(EncryptionId.ENCR_CHACHA20_POLY1305), Cipher(EncryptionId.ENCR_3DES)),
    )
    changed = replace(tunnel, ipsec=replace(tunnel.ipsec, algorithms=chacha))
    rendered = NecIx().render(replace(lowered.gateway, tunnels=(changed,)))
    assert any("CHACHA20" in loss.what for loss in rendered.losses)
    assert "child-proposal enc 3des\n" in rendered.text


def test_what_ikev1_says_of_maps_and_policies_is_written() -> None:
    lowered = ikev1(
        "ike keepalive ipol 10 3\nike nat-traversal policy ipol keepalive 30\nike retransmit-count 7\n"
        "ike local-id ipol keyid here\nike suppress-dangling ipol\n"
        "ipsec local-id smap 192.168.1.0/24\nipsec remote-id smap 192.168.2.0/24\nno ipsec anti-replay smap\n"
        "ipsec commit-bit smap quick-mode\nipsec rekey remaining-lifetime policy smap second 100\n"
        "ipsec sa-autorefresh off\nipsec delete-notify 20 10",
        options="pre-fragment mtu ignore without-id-payload",
    )
    rendered = NecIx().render(lowered.gateway)
    assert rendered.losses == ()
    assert NecIx().lower(rendered.text, FILE).gateway == lowered.gateway


def test_two_pairs_of_networks_are_more_than_a_map_has() -> None:
    lowered = ikev1("ipsec local-id smap 192.168.1.0/24")
    _, tunnel = the_ikev1(lowered)
    assert isinstance(tunnel, Ikev1Tunnel)
    two = replace(
        tunnel.ipsec,
        local_selectors=tunnel.ipsec.local_selectors * 2,
        remote_selectors=tunnel.ipsec.remote_selectors * 2,
    )
    rendered = NecIx().render(replace(lowered.gateway, tunnels=(replace(tunnel, ipsec=two),)))
    assert any("2 pairs of networks" in loss.what for loss in rendered.losses)
    assert tunnel.peer_address == ip_address("198.51.100.2")
