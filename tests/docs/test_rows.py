"""docs/rows.md points at things that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/rows.md").read_text()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w/]+\.py::\w+)`", TEXT))))
def test_a_row_names_a_test_that_exists(name: str) -> None:
    file, test = name.split("::")
    assert f"def {test}(" in (ROOT / "tests" / file).read_text()


@pytest.mark.parametrize(
    "name",
    sorted(set(re.findall(r"`([\w/]+(?:\.py|\.rs|/))`", TEXT)) - {"src/kakehashi/", "tests/", "interop/"}),
)
def test_a_row_names_a_place_that_exists(name: str) -> None:
    base = ROOT if name.startswith("crates/") else ROOT / "src/kakehashi"
    assert (base / name).exists()


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
