"""How an SSH client comes to a device of a lab."""

import socket
import threading
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kakehashi.lab.carry import carry
from kakehashi.lab.door import command, make_door, write_client


def test_the_clients_files_are_its_owners_and_name_each_device(tmp_path: Path) -> None:
    door = make_door(tmp_path)
    host_key = Ed25519PrivateKey.generate()
    for name in ("kobe", "gone"):
        (tmp_path / name).mkdir()
    (tmp_path / "kobe" / "ssh_host_ed25519_key").write_bytes(
        host_key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    )
    write_client(door, tmp_path / "in", [(name, tmp_path / name) for name in ("kobe", "gone")])
    assert door.private.stat().st_mode & 0o777 == 0o600
    assert door.public.read_text().startswith("ssh-ed25519 ")
    assert door.known.read_text().startswith("kobe ssh-ed25519 ")
    assert "Host kobe\n" in door.client.read_text()
    assert "Host gone" not in door.client.read_text(), "it has ended"
    assert command(door, "kobe") == f"ssh -F {door.client} kobe"


def test_what_is_carried_arrives_both_ways_until_the_other_side_ends() -> None:
    ours, its = socket.socketpair()
    near, far = socket.socketpair()
    with ours, its, near:
        carrying = threading.Thread(target=carry, args=(near, its.fileno(), its.fileno()), daemon=True)
        carrying.start()
        with far:
            ours.sendall(b"question")
            assert far.recv(100) == b"question"
            far.sendall(b"answer")
            assert ours.recv(100) == b"answer"
        carrying.join(10)
        assert not carrying.is_alive()
