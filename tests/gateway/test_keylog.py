"""Keys in Wireshark's formats; tshark itself is the judge of them."""

import os
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kakehashi.crypto.sizes import CIPHERS, INTEGRITY, encryption_key_size
from kakehashi.gateway.keylog import KeyLog, esp_lines, ike_line, isakmp_line
from kakehashi.model.algorithms import Cipher
from kakehashi.model.child_sa import EspKeys
from kakehashi.model.secret import Secret
from kakehashi.wire.registry.ikev2 import AEAD_CIPHERS, EncryptionId, IntegrityId
from tests.gateway.builders import AES_GCM_128, child_sa, ike_sa, isakmp_sa


def test_an_ike_sa_is_one_line_of_the_decryption_table() -> None:
    assert ike_line(ike_sa()) == (
        f'0011223344556677,8899aabbccddeeff,{"01" * 32},{"02" * 32},"AES-CBC-256 [RFC3602]",'
        f'{"03" * 20},{"04" * 20},"HMAC_SHA1_96 [RFC2404]"'
    )


def test_an_isakmp_sa_is_its_initiators_cookie_and_the_encryption_key() -> None:
    assert isakmp_line(isakmp_sa()) == f"0011223344556677,{'05' * 32}"
    assert isakmp_line(isakmp_sa(encryption_key=None)) is None


def test_each_isakmp_sa_is_written_once(tmp_path: Path) -> None:
    log = KeyLog(tmp_path)
    other = isakmp_sa(initiator_cookie=bytes(range(8)))
    log.isakmp((isakmp_sa(), isakmp_sa(initiator_cookie=bytes(8), encryption_key=None)))
    log.isakmp((isakmp_sa(), other))
    log.isakmp((other,))
    lines = (tmp_path / "ikev1_decryption_table").read_text().splitlines()
    assert lines == [isakmp_line(isakmp_sa()), isakmp_line(other)]


def test_a_child_sa_is_a_line_for_each_direction() -> None:
    outbound, inbound = esp_lines(child_sa())
    assert outbound == (
        '"IPv4","10.1.0.1","10.2.0.1","0x00000101","AES-CBC [RFC3602]",'
        f'"0x{bytes(range(32, 64)).hex()}","HMAC-SHA-1-96 [RFC2404]","0x{bytes(range(20, 40)).hex()}"'
    )
    assert inbound.startswith('"IPv4","10.2.0.1","10.1.0.1","0x00000100"')


def test_an_aead_cipher_has_no_integrity_key() -> None:
    none = Secret(b"")
    keys = EspKeys(encryption=Secret(bytes(20)), integrity=none)
    sa = child_sa(cipher=AES_GCM_128, integrity=IntegrityId.NONE, keys_in=keys, keys_out=keys)
    assert next(esp_lines(sa)).endswith(f'"AES-GCM with 16 octet ICV [RFC4106]","0x{"00" * 20}","NULL",""')


def test_what_wireshark_cannot_decrypt_is_left_out() -> None:
    """One unknown name and it refuses the whole table."""
    chacha = Cipher(EncryptionId.ENCR_CHACHA20_POLY1305)
    assert ike_line(ike_sa(cipher=chacha, integrity=IntegrityId.NONE)) is None
    assert list(esp_lines(child_sa(cipher=chacha, integrity=IntegrityId.NONE))) == []
    assert ike_line(ike_sa(keys=None)) is None


def test_files_are_for_their_owner_only_and_each_sa_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    log = KeyLog(folder)
    log.ike((ike_sa(),))
    log.ike((ike_sa(), ike_sa(spi_r=bytes(8), keys=None)))
    log.ike((ike_sa(spi_r=bytes(7) + b"\x01"), ike_sa()))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len((folder / "ikev2_decryption_table").read_text().splitlines()) == 2


def test_a_folder_that_was_there_keeps_its_mode_and_its_files_are_closed_to_others(tmp_path: Path) -> None:
    """--key-log /tmp must not lock everybody else out of /tmp."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / "esp_sa").touch(0o644)
    KeyLog(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
    assert stat.S_IMODE((folder / "esp_sa").stat().st_mode) == 0o600


def test_keys_are_written_to_no_link_and_to_no_file_of_others(tmp_path: Path) -> None:
    linked, foreign = tmp_path / "linked", tmp_path / "foreign"
    linked.mkdir()
    (linked / "esp_sa").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        KeyLog(linked)
    assert not (tmp_path / "elsewhere").exists()
    if os.geteuid() == 0:
        foreign.mkdir()
        (foreign / "esp_sa").touch()
        os.chown(foreign / "esp_sa", 65534, 65534)
        with pytest.raises(PermissionError):
            KeyLog(foreign)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_accepts_every_algorithm_that_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "wireshark"
    log = KeyLog(folder)
    number = 0
    for cipher_id, shape in CIPHERS.items():
        for key_bits in shape.key_bits:
            aead = cipher_id in AEAD_CIPHERS
            for integrity in [IntegrityId.NONE] if aead else [i for i in INTEGRITY if i.value]:
                number += 1
                _write(log, Cipher(cipher_id, key_bits), integrity, number)
    log.isakmp(tuple(isakmp_sa(initiator_cookie=n.to_bytes(8, "big")) for n in range(1, 4)))
    assert len((folder / "ikev2_decryption_table").read_text().splitlines()) > 50
    assert len((folder / "esp_sa").read_text().splitlines()) > 100

    capture = tmp_path / "empty.pcap"
    capture.write_bytes(bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000"))
    done = subprocess.run(
        ["tshark", "-r", str(capture)],
        env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "Error" not in done.stderr, done.stderr


def _write(log: KeyLog, cipher: Cipher, integrity: IntegrityId, number: int) -> None:
    encryption = Secret(bytes(encryption_key_size(cipher.id, cipher.key_bits)))
    authentication = Secret(bytes(INTEGRITY[integrity][0]))
    keys = EspKeys(encryption=encryption, integrity=authentication)
    log.child(child_sa(spi_in=number * 2, cipher=cipher, integrity=integrity, keys_in=keys, keys_out=keys))
    ike = ike_sa()
    assert ike.keys
    ike_keys = replace(
        ike.keys, sk_ei=encryption, sk_er=encryption, sk_ai=authentication, sk_ar=authentication
    )
    spi = number.to_bytes(8, "big")
    log.ike((replace(ike, spi_i=spi, cipher=cipher, integrity=integrity, keys=ike_keys),))
