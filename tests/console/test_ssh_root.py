"""The command line over SSH: a real client and a real server on the loopback of a namespace of the test's."""

import asyncio
from pathlib import Path

import asyncssh
import pytest

from kakehashi.console.ssh import KEY_FILE, SshFace
from tests.console.desk import Desk
from tests.gateway.namespace import Namespace

pytestmark = pytest.mark.root

USERS = """hostname tokyo
username admin privilege 15 secret 0 sakura
username guest privilege 1 secret 0 look
enable secret 0 open
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
"""


async def connected(face: SshFace, user: str, password: str) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        "127.0.0.1",
        face.port,
        username=user,
        password=password,
        known_hosts=None,
        client_keys=None,
        config=None,
    )


async def until(process: "asyncssh.SSHClientProcess[str]", text: str) -> str:
    shown = ""
    async with asyncio.timeout(20):
        while text not in shown:
            part = await process.stdout.read(1024)
            assert part, shown
            shown += part
    return shown


def test_somebody_configures_by_ssh(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", USERS, tmp_path)
    face = SshFace("127.0.0.1", 0, tmp_path)

    async def story() -> None:
        await face.start(desk._ask, desk._tell)
        async with await connected(face, "admin", "sakura") as client:
            async with client.create_process(term_type="vt100", term_size=(120, 50)) as process:
                assert await until(process, "tokyo#") == "tokyo#"
                process.stdin.write("show version\r")
                # As a device sends it, for programs that read along.
                shown = await until(process, "hostname tokyo\r\ntokyo#")
                assert shown.startswith("show version\r\nkakehashi ")
                assert "\x1b" not in shown
                process.stdin.write("conf t\r")
                await until(process, "tokyo(config)#")
                process.stdin.write("crypto isakmp pol?")
                assert "policy" in await until(process, "policy")
                process.stdin.write("\x15hostname kyoto\r")
                await until(process, "kyoto(config)#")
                process.stdin.write("\x1a")
                await until(process, "kyoto#")
                process.stdin.write("exit\r")
                await process.wait()
            assert "hostname kyoto" in str((await client.run("show running-config")).stdout)
        await face.stop()

    with Namespace() as namespace:
        namespace.play(story)
    assert desk.gateway.hostname == "kyoto"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_who_is_not_privileged_needs_the_password_of_enable(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", USERS, tmp_path)
    face = SshFace("127.0.0.1", 0, tmp_path)

    async def story() -> None:
        await face.start(desk._ask, desk._tell)
        async with await connected(face, "guest", "look") as client:
            assert "Invalid input" in str((await client.run("show running-config")).stdout)
            async with client.create_process(term_type="vt100") as process:
                await until(process, "tokyo>")
                process.stdin.write("enable\r")
                await until(process, "Password: ")
                process.stdin.write("open\r")
                assert "open" not in await until(process, "tokyo#")
        await face.stop()

    with Namespace() as namespace:
        namespace.play(story)


def test_an_administrators_key_opens_under_any_name_and_no_password_does(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", "hostname tokyo\nusername guest privilege 1 secret 0 look\n", tmp_path)
    key, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    (tmp_path / "keys.pub").write_text(key.export_public_key().decode())
    face = SshFace("127.0.0.1", 0, tmp_path, tmp_path / "keys.pub")

    async def story() -> None:
        await face.start(desk._ask, desk._tell)
        own = {"known_hosts": None, "config": None, "password": None}
        for name, prompt in (("admin", "tokyo#"), ("guest", "tokyo>")):
            async with asyncssh.connect(
                "127.0.0.1", face.port, username=name, client_keys=[key], **own
            ) as client:
                assert str((await client.run("show clock")).stdout).startswith(prompt)
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect("127.0.0.1", face.port, username="admin", client_keys=[other], **own)
        with pytest.raises(asyncssh.PermissionDenied):
            await connected(face, "admin", "")
        await face.stop()

    with Namespace() as namespace:
        namespace.play(story)


def test_a_key_opens_and_a_wrong_password_soon_opens_to_nobody(tmp_path: Path) -> None:
    desk = Desk("cisco-ios", USERS, tmp_path)
    face = SshFace("127.0.0.1", 0, tmp_path)
    key = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "authorized_keys").mkdir()
    (tmp_path / "authorized_keys" / "admin").write_text(key.export_public_key().decode())
    (tmp_path / "authorized_keys" / "nobody").write_text(key.export_public_key().decode())

    async def story() -> None:
        await face.start(desk._ask, desk._tell)
        own = {"known_hosts": None, "client_keys": [key], "config": None, "password": None}
        async with asyncssh.connect("127.0.0.1", face.port, username="admin", **own) as client:
            assert "tokyo" in str((await client.run("show version")).stdout)
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect("127.0.0.1", face.port, username="nobody", **own)
        for _ in range(5):
            with pytest.raises(asyncssh.PermissionDenied):
                await connected(face, "admin", "wrong")
        with pytest.raises((asyncssh.DisconnectError, OSError)):
            await connected(face, "admin", "sakura")
        await face.stop()

    with Namespace() as namespace:
        namespace.play(story)
