"""Takes the modules that `tools/compile` has compiled instead of their sources.

All of them or none, because they read one another's objects by their layout; and only while every source is
the one of which its module was made, so that what is written is what runs. KAKEHASHI_PURE=1 turns them off.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

FOLDER = "kakehashi_compiled"
LIBRARY = "kakehashi__mypyc"  # the code of all; the modules are doors to it


class _Finder:
    """Finds compiled modules by their names. `files`: where they are."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        file = self._files.get(name)
        return spec_from_file_location(name, file) if file else None


def use() -> None:
    """Find compiled modules from now on, if there are any and they fit."""
    if os.environ.get("KAKEHASHI_PURE") or in_use():
        return
    found = PathFinder.find_spec(FOLDER)
    for folder in map(Path, (found and found.submodule_search_locations) or ()):
        if files := _files(folder):
            sys.meta_path.insert(0, _Finder(files))
            return


def in_use() -> bool:
    """Does the core run compiled?"""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)


def _files(folder: Path) -> dict[str, Path]:
    """The modules of a folder; none if one is not for this Python, or not of the source that is here."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        suffix, sources = str(manifest["suffix"]), dict(manifest["sources"])
        if suffix not in EXTENSION_SUFFIXES or not all(_is_of(name, sources[name]) for name in sources):
            return {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {name: folder / (name + suffix) for name in (LIBRARY, *sources)}


def _is_of(module: str, sha256: str) -> bool:
    source = Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    return hashlib.sha256(source.read_bytes()).hexdigest() == sha256
