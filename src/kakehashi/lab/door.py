"""How an SSH client comes to the devices of a lab that is kept: a key pair and the client's configuration.

The gateways listen in namespaces of their own, so the client's ProxyCommand enters them.
"""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

USER = "admin"
ADDRESS, PORT = "127.0.0.1", 22
_HOST_KEY = "ssh_host_ed25519_key"


@dataclass(frozen=True, slots=True)
class Door:
    """Its files in the lab's folder. The keys go with the lab."""

    folder: Path

    @property
    def private(self) -> Path:
        """The client's key."""
        return self.folder / "ssh_key"

    @property
    def public(self) -> Path:
        """What the gateways let in."""
        return self.folder / "ssh_key.pub"

    @property
    def client(self) -> Path:
        """The client's configuration, for `ssh -F`."""
        return self.folder / "ssh"

    @property
    def known(self) -> Path:
        """The gateways' host keys."""
        return self.folder / "known_hosts"


def make_door(folder: Path) -> Door:
    """A key pair for this lab alone."""
    door = Door(folder)
    key = Ed25519PrivateKey.generate()
    door.private.touch(0o600)
    door.private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    door.public.write_bytes(_public(key) + b" lab\n")
    return door


def write_client(door: Door, enter: Path, gateways: Sequence[tuple[str, Path]]) -> None:
    """Configure the client for gateways that listen: the name and the folder of each.

    `enter`: the script `NAME COMMAND ...` that runs a command in a device's namespace.
    """
    known: list[str] = []
    blocks: list[str] = []
    for name, folder in gateways:
        host_key = folder / _HOST_KEY
        if not host_key.exists():
            continue  # it has ended, and has told why
        key = load_ssh_private_key(host_key.read_bytes(), password=None)
        if isinstance(key, Ed25519PrivateKey):
            known.append(f"{name} {_public(key).decode()}")
        blocks.append(_block(door, name, enter))
    door.known.write_text("".join(f"{line}\n" for line in known))
    door.client.write_text("\n".join(blocks))


def command(door: Door, name: str) -> str:
    """What is typed to sit down at a device."""
    return f"ssh -F {shlex.quote(str(door.client))} {name}"


def _block(door: Door, name: str, enter: Path) -> str:
    carry = [str(enter), name, sys.executable, "-m", "kakehashi.lab.carry", ADDRESS, str(PORT)]
    return f"""Host {name}
  User {USER}
  HostName {ADDRESS}
  HostKeyAlias {name}
  Port {PORT}
  IdentityFile "{door.private}"
  IdentitiesOnly yes
  UserKnownHostsFile "{door.known}"
  ProxyCommand {shlex.join(carry).replace("%", "%%")}
"""


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
