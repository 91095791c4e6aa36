from kakehashi.check.pair import Pairing, pair_tunnels
from kakehashi.lab.device import read_device
from tests.lab.fragments import CENTRE, EAST, KOBE, LEFT, NARA, OSAKA, RIGHT, TOKYO, WEST


def pairs(**texts: str) -> tuple[list[str], list[str]]:
    gateways = {name: read_device(name, f"{name}.cfg", text).gateway for name, text in texts.items()}
    pairing: Pairing = pair_tunnels(gateways)
    return [f"{pair.a} - {pair.b}" for pair in pairing.pairs], [str(end) for end in pairing.alone]


def test_tunnels_that_name_each_other_meet() -> None:
    assert pairs(tokyo=TOKYO, osaka=OSAKA) == (["tokyo Tunnel1.0 - osaka Tunnel0.0"], [])


def test_a_centre_meets_each_site_by_its_identity_whatever_the_order_of_the_files() -> None:
    expected = {"centre Tunnel1.0 - kobe Tunnel0.0", "centre Tunnel2.0 - nara Tunnel0.0"}
    found, alone = pairs(centre=CENTRE, nara=NARA, kobe=KOBE)
    assert (set(found), alone) == (expected, [])


def test_a_tunnel_to_a_site_without_a_file_stays_alone() -> None:
    assert pairs(centre=CENTRE, kobe=KOBE) == (["centre Tunnel1.0 - kobe Tunnel0.0"], ["centre Tunnel2.0"])


def test_two_tunnels_between_the_same_devices_are_told_apart_by_their_identities() -> None:
    crossed = (
        RIGHT.replace("Tunnel0.0", "TunnelX")
        .replace("Tunnel1.0", "Tunnel0.0")
        .replace("TunnelX", "Tunnel1.0")
    )
    assert pairs(left=LEFT, right=RIGHT)[0] == [
        "left Tunnel0.0 - right Tunnel0.0",
        "left Tunnel1.0 - right Tunnel1.0",
    ]
    assert pairs(left=LEFT, right=crossed)[0] == [
        "left Tunnel0.0 - right Tunnel1.0",
        "left Tunnel1.0 - right Tunnel0.0",
    ]


def test_a_wrong_identity_does_not_part_two_devices_that_know_each_others_address() -> None:
    mistaken = WEST.replace("id fqdn west.example\n", "id fqdn wset.example\n")
    assert pairs(east=EAST, west=mistaken)[0] == ["east Tunnel0.0 - west Tunnel0.0"]


def test_a_wrong_address_does_not_part_two_devices_that_know_each_others_identity() -> None:
    mistaken = WEST.replace("peer 203.0.113.1", "peer 203.0.113.9")
    assert pairs(east=EAST, west=mistaken)[0] == ["east Tunnel0.0 - west Tunnel0.0"]


def test_the_last_two_tunnels_meet_however_little_they_agree() -> None:
    mistaken = KOBE.replace("keyid kobe", "keyid kyoto").replace("10.0.0.1", "10.9.9.9")
    two_mistakes = mistaken.replace("id keyid centre\n", "id keyid center\n")
    only_one = CENTRE.split("interface Tunnel2.0")[0]
    assert pairs(centre=only_one, kobe=two_mistakes)[0] == ["centre Tunnel1.0 - kobe Tunnel0.0"]


def test_an_address_of_a_third_device_parts_even_fitting_identities() -> None:
    third = EAST.replace("203.0.113.1", "192.0.2.7").replace("key-of", "other-key-of")
    astray = WEST.replace("peer 203.0.113.1", "peer 192.0.2.7")
    found, alone = pairs(east=EAST, west=astray, third=third)
    assert found == ["west Tunnel0.0 - third Tunnel0.0"]
    assert alone == ["east Tunnel0.0"]
