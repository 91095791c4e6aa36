"""What the fuzz targets of the packet path begin with is there for each of them, and is what the tool writes."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "crates/esp/fuzz/fuzz_targets"


def tool() -> Any:
    loader = SourceFileLoader("fuzz_seeds", str(ROOT / "tools/fuzz-seeds"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_every_target_has_seeds_and_they_are_what_the_tool_writes() -> None:
    made = tool()
    written = {
        target.name: {seed.name: seed.read_bytes() for seed in target.iterdir()}
        for target in made.FOLDER.iterdir()
    }
    assert written.keys() == {target.stem for target in TARGETS.glob("*.rs")}
    assert written == made.seeds()
