"""Labs whose devices prove themselves by certificates: the lab's authority vouches for them, or does no more."""

from pathlib import Path

import pytest

from tests.interop.certificates import now
from tests.lab.running import assert_all_talk, lab, refusal
from tests.pki.authority import Authority

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]

CISCO = """\
hostname r{own}
ip domain name example.com
crypto pki trustpoint CA
 enrollment terminal
 {check}
crypto isakmp policy 5
 encr aes 256
 hash sha256
 authentication rsa-sig
 group 14
crypto isakmp identity hostname
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode tunnel
crypto map CM 10 ipsec-isakmp
 set peer 198.51.{other}.1
 set transform-set TS
 match address 100
access-list 100 permit ip 192.168.{own}.0 0.0.0.255 192.168.{other}.0 0.0.0.255
interface GigabitEthernet0/0
 ip address 198.51.{own}.1 255.255.255.0
 crypto map CM
interface GigabitEthernet0/1
 ip address 192.168.{own}.1 255.255.255.0
ip route 0.0.0.0 0.0.0.0 198.51.{own}.254
"""
NEC = """\
hostname r{own}
pki cert import pem name myCert url file:own.pem
pki cert import pem name caCert url file:ca.pem
ip route default 198.51.{own}.254
ip route 192.168.{other}.0/24 Tunnel0.0
interface GigaEthernet0.0
  ip address 198.51.{own}.1/24
  no shutdown
interface GigaEthernet1.0
  ip address 192.168.{own}.1/24
  no shutdown
interface Tunnel0.0
  tunnel mode ipsec-ikev2
  ip unnumbered GigaEthernet1.0
  ikev2 cert mycert name myCert
  ikev2 cert cacert name caCert
  ikev2 local-authentication rsa id fqdn r{own}.example.com
  ikev2 peer 198.51.{other}.1 authentication rsa id fqdn r{other}.example.com
  no shutdown
"""


def pair(template: str, check: str = "") -> dict[str, str]:
    return {
        name: template.format(own=own, other=other, check=check)
        for name, own, other in (("r1", 101, 102), ("r2", 102, 101))
    }


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / f"{name}.cfg").write_text(text)


@pytest.mark.parametrize("check", ["revocation-check crl", "revocation-check ocsp", "revocation-check none"])
def test_devices_without_certificates_are_certified_by_the_lab(folder: Path, check: str) -> None:
    write(folder, pair(CISCO, check))
    code, said = lab(folder, "r1.cfg", "r2.cfg")
    assert_all_talk(code, said)
    assert any("r1: the lab's authority has certified CN=" in told for told in said["assumed"])


@pytest.mark.parametrize("check", ["revocation-check crl", "revocation-check ocsp"])
def test_who_is_revoked_is_refused_with_the_reason(folder: Path, check: str) -> None:
    write(folder, pair(CISCO, check))
    code, said = lab(folder, "r1.cfg", "r2.cfg", "--revoked", "r2")
    assert code == 1
    assert "it is revoked by" in str(said["failures"])


def test_a_configured_place_of_the_list_is_the_labs_too(folder: Path) -> None:
    check = "revocation-check crl\n crl query http://pki.example.com:8080/list.crl"
    write(folder, pair(CISCO, check))
    code, said = lab(folder, "r1.cfg", "r2.cfg")
    assert_all_talk(code, said)
    code, said = lab(folder, "r1.cfg", "r2.cfg", "--revoked", "r1")
    assert code == 1
    assert "it is revoked by" in str(said["failures"])


def test_files_beside_the_configuration_are_the_devices(folder: Path) -> None:
    root = Authority(kind="rsa", now=now())
    for name, text in pair(NEC).items():
        (folder / name).mkdir()
        (folder / name / f"{name}.cfg").write_text(text)
        number = name[1:].replace("1", "101").replace("2", "102")
        own = root.issue(f"CN=r{number}.example.com", kind="rsa")
        (folder / name / "own.pem").write_bytes(own.pem)
        (folder / name / "ca.pem").write_bytes(root.pem)
    code, said = lab(folder, "r1/r1.cfg", "r2/r2.cfg")
    assert_all_talk(code, said)
    assert not any("authority has certified" in told for told in said["assumed"])


def test_files_that_are_not_there_are_made(folder: Path) -> None:
    write(folder, pair(NEC))
    assert_all_talk(*lab(folder, "r1.cfg", "r2.cfg"))


def test_only_a_device_of_the_lab_can_be_revoked(folder: Path) -> None:
    write(folder, pair(CISCO, "revocation-check crl"))
    told = refusal(folder, "r1.cfg", "r2.cfg", "--revoked", "r9")
    assert "--revoked r9: there is no such device; there are r1, r2" in told
