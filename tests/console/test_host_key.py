"""The key by which clients know a gateway again."""

from pathlib import Path

from kakehashi.console.ssh import KEY_FILE, host_key
from kakehashi.gateway.options import RunOptions


def test_the_host_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    options = RunOptions(file=Path("naha.cfg"), state_dir=tmp_path / "run", lasting_dir=tmp_path / "lib")
    file = options.keys / KEY_FILE
    first = host_key(file)
    assert host_key(file).export_public_key() == first.export_public_key()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in (tmp_path / "lib").iterdir()] == [KEY_FILE], "nothing half written stays"
    assert options.certificates.parent == tmp_path / "lib"
    assert options.socket.parent == tmp_path / "run"
