"""The sessions printed in docs/certificates.md are what the console prints."""

from datetime import UTC
from pathlib import Path

import pytest

from tests.console.desk import NOON, Desk
from tests.console.printed import played, sessions, told
from tests.pki.authority import Authority


@pytest.mark.parametrize(("dialect", "start", "shown"), sessions(), ids=lambda text: text.split("\n")[0][:20])
def test_a_session_with_certificates(dialect: str, start: str, shown: str, tmp_path: Path) -> None:
    root = Authority("C=JP,O=EXAMPLE,CN=SampleRootCA", kind="rsa", now=NOON.replace(tzinfo=UTC))
    desk = Desk(dialect, start, tmp_path)
    desk.file.write_text(start)
    desk.session.hostname = desk.gateway.hostname
    (tmp_path / "caCert.pem").write_bytes(root.pem)
    said = played(shown, root, lambda step, answers: desk.type(step.command, *answers))
    assert told(said) == told(shown)
    assert [t.interface for t in desk.gateway.tunnels] != []
    assert any(entry.anchors for entry in desk.trusted.entries.values())
