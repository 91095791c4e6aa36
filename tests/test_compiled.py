"""Compiled modules are taken only where they are of these sources, and construct as the sources do."""

import hashlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

import kakehashi
from kakehashi.compiled import LIBRARY, _files
from kakehashi.ike.effects import Level

ROOT = Path(__file__).resolve().parents[1]
MODULE = "kakehashi.ike.drops"
SOURCE = Path(kakehashi.__file__).parent / "ike" / "drops.py"


def _tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/compile/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _with_constructors() -> Callable[[str], str]:
    return _tool("constructors").with_constructors  # type: ignore[no-any-return]


def folder(at: Path, source: bytes, suffix: str = EXTENSION_SUFFIXES[0]) -> Path:
    sources = {MODULE: hashlib.sha256(source).hexdigest()}
    (at / "manifest.json").write_text(json.dumps({"suffix": suffix, "sources": sources}))
    return at


def test_what_was_made_of_these_sources_is_taken(tmp_path: Path) -> None:
    found = _files(folder(tmp_path, SOURCE.read_bytes()))
    assert found == {name: tmp_path / f"{name}{EXTENSION_SUFFIXES[0]}" for name in (LIBRARY, MODULE)}


def test_a_changed_source_is_never_hidden_by_an_older_module(tmp_path: Path) -> None:
    assert not _files(folder(tmp_path, SOURCE.read_bytes() + b"\n"))


def test_modules_of_another_python_are_not_taken(tmp_path: Path) -> None:
    assert not _files(folder(tmp_path, SOURCE.read_bytes(), ".cpython-12-none.so"))


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"suffix": 1, "sources": {"kakehashi.gone": ""}}'])
def test_a_folder_that_is_not_whole_is_not_taken(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    assert not _files(tmp_path)


POINT = """from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Point:
    dimension: ClassVar[int] = 2

    x: int
    y: int = 0
    names: list[str] = field(default_factory=list)
    source: str | None = field(default=None, compare=False)

    def swapped(self) -> "Point":
        return Point(self.y, self.x)


@dataclass(frozen=True)
class Named(Point):
    name: str = "nobody"
"""


def _classes(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(source, names)
    return names


def test_a_written_constructor_is_the_one_that_dataclass_makes() -> None:
    written = _with_constructors()(POINT)
    assert written.count("def __init__") == 2
    assert (
        len(written.splitlines()) == len(POINT.splitlines()) + 1
    )  # the last class has no empty line behind it
    # Frozen as it is, only mypyc may assign in a constructor.
    thawed = _classes(written.replace("frozen=True", "unsafe_hash=True"))
    plain = _classes(POINT)
    for arguments, named in [((1,), {}), ((1, 2), {"names": ["a"]}), ((), {"x": 3, "source": "b"})]:
        for name in ("Point", "Named"):
            assert repr(thawed[name](*arguments, **named)) == repr(plain[name](*arguments, **named))
    assert thawed["Point"](1).names is not thawed["Point"](1).names
    with pytest.raises(TypeError):
        thawed["Point"]()


def test_what_cannot_be_written_is_refused() -> None:
    with_constructors = _with_constructors()
    with pytest.raises(ValueError, match="__post_init__"):
        with_constructors(POINT.replace("swapped(self)", "__post_init__(self)"))
    with pytest.raises(ValueError, match="kw_only"):
        with_constructors(POINT.replace("@dataclass(frozen=True)", "@dataclass(frozen=True, kw_only=True)"))
    with pytest.raises(ValueError, match="option"):
        with_constructors(POINT.replace("compare=False", "init=False"))


LOUD = """import enum
from kakehashi.ike.effects import (
    Level,
)
from kakehashi.model.child_sa import ChildSa

WORST = Level.ERROR


class Own(enum.Enum):
    ONE = 1


def said(level: Level = Level.NOTICE) -> str:
    match level:
        case Level.ERROR:
            return "ä" if level is Level.ERROR else ""
    return f"{Level.DEBUG:d} {Own.ONE.value} {sorted([Level.INFO, Level.ERROR])}"
"""


def test_members_of_imported_enumerations_become_constants_where_functions_read_them() -> None:
    written = _tool("constants").with_constants(LOUD)
    plain, made = LOUD.splitlines(), written.splitlines()
    assert len(made) == len(plain)
    changed = [n for n, (old, new) in enumerate(zip(plain, made, strict=True), 1) if old != new]
    # Where the imports end, and one function's one reading outside of patterns, defaults and f-strings.
    assert [made[n - 1].strip() for n in changed] == [
        "from kakehashi.model.child_sa import ChildSa; from typing import Final as _Final; "
        "_Level__ERROR: _Final = Level.ERROR",
        'return "ä" if level is _Level__ERROR else ""',
    ]
    said, as_before = _classes(written)["said"], _classes(LOUD)["said"]
    for level in Level:
        assert said(level) == as_before(level)


def test_a_module_without_enumerations_stays_as_it_is() -> None:
    assert _tool("constants").with_constants(POINT) == POINT


def test_the_core_stays_frozen_either_way() -> None:
    from kakehashi.model.child_sa import EspKeys
    from kakehashi.model.secret import Secret

    keys: Any = EspKeys(encryption=Secret(b"1"), integrity=Secret(b"2"))
    with pytest.raises(FrozenInstanceError):
        keys.encryption = Secret(b"3")
