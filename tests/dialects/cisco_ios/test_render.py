"""What is read and written again says the same."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from kakehashi.dialects.cisco_ios import CiscoIos
from kakehashi.model.finding import Severity
from kakehashi.model.identity import Identity
from kakehashi.wire.registry.ikev2 import IdType

FILE = "router.cfg"
EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("cisco-ios-*/*.cfg"))
CORPUS = os.environ.get("KAKEHASHI_CORPUS", "")
LISTINGS = sorted(Path(CORPUS, "cisco-ios").glob("*.cfg")) if CORPUS else []

SITE = """\
hostname r1
crypto isakmp policy 10
 encr aes 256
 authentication pre-share
 group 14
{phase1}
crypto ipsec transform-set T esp-aes 256 esp-sha256-hmac
crypto map M 10 ipsec-isakmp
 set peer 198.51.100.2
 set transform-set T
{entry}
 match address 101
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
 crypto map M
{wan}
interface GigabitEthernet0/1
 ip address 10.1.0.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 192.0.2.1
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
{lists}
"""
KEY = "crypto isakmp key between-us address 198.51.100.2"


def site(phase1: str = KEY, *, entry: str = " set pfs group14", wan: str = "", lists: str = "") -> str:
    return SITE.format(phase1=phase1, entry=entry, wan=wan, lists=lists)


@pytest.mark.parametrize("path", [*EXAMPLES, *LISTINGS], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_configuration_survives_the_round_trip(path: Path) -> None:
    lowered = CiscoIos().lower(path.read_text(), FILE)
    again = CiscoIos().lower(CiscoIos().render(lowered.gateway).text, FILE)
    assert again.gateway == lowered.gateway
    assert [f for f in again.findings if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    "text",
    [
        site(),
        site(
            entry=" set security-association lifetime kilobytes disable\n set security-association replay disable"
        ),
        site(f"{KEY}\ncrypto isakmp keepalive 20 3 periodic\ncrypto isakmp nat keepalive 20"),
        site(f"{KEY}\ncrypto isakmp aggressive-mode disable\ncrypto isakmp fragmentation"),
        site(f"{KEY}\nno crypto ipsec nat-transparency udp-encapsulation\ncrypto ipsec df-bit clear"),
        site(
            "crypto keyring K\n  pre-shared-key address 198.51.100.2 key ring\ncrypto isakmp profile P\n"
            " keyring K\n match identity host far.example\n self-identity fqdn here.example",
            entry=" set isakmp-profile P",
        ),
        site(
            wan=" ip access-group IN in",
            lists="ip access-list extended IN\n permit udp any eq isakmp any eq isakmp\n permit esp any any\n"
            " deny tcp any any range 1 1023 log\n permit tcp any neq 25 any established\n"
            " permit icmp any host 192.0.2.2 8 0\n permit ip 10.0.0.0 0.0.255.0 any",
        ),
        site(
            wan=" ip nat outside",
            lists="access-list 102 deny ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n"
            "access-list 102 permit ip 10.1.0.0 0.0.0.255 any\n"
            "ip nat inside source list 102 interface GigabitEthernet0/0 overload",
        ),
    ],
)
def test_what_is_said_of_a_crypto_map_is_written(text: str) -> None:
    lowered = CiscoIos().lower(text, FILE)
    rendered = CiscoIos().render(lowered.gateway)
    again = CiscoIos().lower(rendered.text, FILE).gateway
    assert again == lowered.gateway


def test_a_key_id_of_ours_is_told_for_ikev1() -> None:
    gateway = CiscoIos().lower(site(), FILE).gateway
    (peer,) = gateway.ikev1_peers
    from_id = replace(peer, local_identity=Identity.of(IdType.ID_KEY_ID, "here"))
    rendered = CiscoIos().render(replace(gateway, ikev1_peers=(from_id,)))
    assert any("our identity ID_KEY_ID here" in loss.what for loss in rendered.losses)
