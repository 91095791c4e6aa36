"""The far end of every router that we give away meets it, in each language that can say it."""

from pathlib import Path

import pytest

from kakehashi.bridge.mirror import MirrorError
from kakehashi.dialects.registry import recognise
from tests.bridge.sites import CISCO_MAP, NEC_IKEV1, NEC_IKEV2, mirrored

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.cfg"))


def _tunnels() -> list[tuple[Path, str]]:
    found = []
    for path in EXAMPLES:
        text = path.read_text()
        gateway = recognise(text).lower(text, path.name).gateway
        # Who dials in to a server has no configuration, but a sheet.
        found += [(path, t.interface) for t in gateway.tunnels if gateway.l2tp_server(t.interface) is None]
    return found


@pytest.mark.parametrize(("path", "tunnel"), _tunnels(), ids=lambda x: getattr(x, "stem", x))
@pytest.mark.parametrize("target", ["nec-ix", "cisco-ios", "awplus"])
def test_the_mirror_of_an_example_comes_up_and_survives_its_rekeys(
    path: Path, tunnel: str, target: str
) -> None:
    text = path.read_text()
    if carries_frames(text, tunnel) and recognise(text).name != target:
        with pytest.raises(
            MirrorError, match=f"{tunnel} carries Ethernet by .* alone: nothing of it is written"
        ):
            mirrored(text, target, tunnel)
        return
    if has_many_peers(text, tunnel) and target not in (recognise(text).name, who_writes_maps(text, tunnel)):
        with pytest.raises(MirrorError, match=f"{tunnel} has many peers .* nothing of it is written"):
            mirrored(text, target, tunnel)
        return
    found = mirrored(text, target, tunnel)
    assert found.proof.holds, found.proof
    assert found.wrong == ()


def carries_frames(text: str, tunnel: str) -> bool:
    return recognise(text).lower(text, "near").gateway.pseudowire(tunnel) is not None


def has_many_peers(text: str, tunnel: str) -> bool:
    return recognise(text).lower(text, "near").gateway.multipoint(tunnel) is not None


def who_writes_maps(text: str, tunnel: str) -> str:
    """Who else has words for peers that are all written down, in GRE."""
    of_many = recognise(text).lower(text, "near").gateway.multipoint(tunnel)
    return "cisco-ios" if of_many and of_many.gre and of_many.endpoints else ""


@pytest.mark.parametrize("text", [NEC_IKEV2, NEC_IKEV1, CISCO_MAP])
@pytest.mark.parametrize("target", ["nec-ix", "cisco-ios", "awplus"])
def test_a_mirror_in_another_language_comes_up(text: str, target: str) -> None:
    found = mirrored(text, target)
    assert found.proof.holds, found.proof


def test_who_is_who_and_what_goes_where_is_exchanged() -> None:
    found = mirrored(NEC_IKEV2, "nec-ix")
    assert "local-authentication psk id fqdn osaka.example\n" in found.text
    assert "ikev2 peer 192.0.2.2 authentication psk id fqdn tokyo.example\n" in found.text
    assert "ip address 198.51.100.2/24\n" in found.text
    assert "ip route 192.168.10.0/24 Tunnel0.0\n" in found.text


def test_the_networks_of_phase_2_are_exchanged() -> None:
    text = mirrored(NEC_IKEV1, "nec-ix").text
    assert "ipsec local-id kyoto 192.168.20.0/24\n" in text
    assert "ipsec remote-id kyoto 192.168.10.0/24\n" in text


def test_what_this_side_cannot_know_is_told() -> None:
    told = " ".join(mirrored(NEC_IKEV2, "cisco-ios").placeholders)
    assert "GigabitEthernet0/0: which port it is, its mask (/24) and the next hop 198.51.100.1" in told
    assert "GigabitEthernet0/1: which port it is, and its address in its network (192.168.20.1/24)" in told


def test_of_several_tunnels_one_must_be_named() -> None:
    centre = next(p for p in EXAMPLES if p.name == "centre.cfg")
    with pytest.raises(MirrorError, match="tunnel1, tunnel2"):
        mirrored(centre.read_text(), "awplus")


def test_there_is_no_far_end_of_no_tunnel() -> None:
    with pytest.raises(MirrorError, match="has no tunnel"):
        mirrored("hostname x\nip route default 192.0.2.1\nip ufs-cache enable\n", "nec-ix")
