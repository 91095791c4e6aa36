"""The sessions printed in docs/console-*.md, typed by OpenSSH's client at the devices of labs that run."""

import shutil
from pathlib import Path

import pytest

from tests.console.person import Person
from tests.console.walk import Walk, kept_lab, told, walked, walks
from tests.lab.running import folder_of

pytestmark = [pytest.mark.root, pytest.mark.skipif(not shutil.which("ssh"), reason="needs the ssh client")]
PAGES = sorted((Path(__file__).resolve().parents[2] / "docs").glob("console-*.md"))
WALKS = [(page.stem, walk) for page in PAGES for walk in walks(page)]


def test_each_language_is_walked() -> None:
    assert {page for page, _ in WALKS} == {"console-nec-ix", "console-cisco-ios", "console-awplus"}


@pytest.mark.parametrize(("page", "walk"), WALKS, ids=[f"{page}: {walk.title}" for page, walk in WALKS])
def test_a_tunnel_from_nothing_comes_up_and_is_there_after_a_restart(page: str, walk: Walk) -> None:
    texts = {name.removesuffix(".cfg"): text for name, text in walk.files.items()}
    with folder_of(texts) as folder, kept_lab(folder, list(walk.files)) as ways:
        for session in walk.sessions:
            with Person(ways[walk.device]) as person:
                assert told(walked(person, session)) == told(session)
                assert person.ended() == 0
