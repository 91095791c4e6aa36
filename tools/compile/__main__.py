"""Compiles the core into the virtual environment, which makes handshakes cheaper by a third.

    .venv/bin/python tools/compile

Does nothing if what is there was made of these sources. Run by the environment's own Python: what comes out
is for that one. `kakehashi.compiled` says when it is used. Where there is no C compiler it says so and leaves
the interpreter its work; nothing else changes.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from constants import with_constants
from constructors import with_constructors

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "kakehashi"
WORK = ROOT / "build" / "compiled"
TARGET = Path(sysconfig.get_path("platlib")) / "kakehashi_compiled"

# The enumerations of `wire.registry` stay as they are: nothing in them is slow, and mypyc takes a ClassVar of
# a class that it compiles for a field of the dataclass. So does what only re-exports, __init__.py.
PATTERNS = (
    "per_second.py", "wire/*.py", "wire/v?/**/*.py", "crypto/*.py", "model/*.py", "ike/**/*.py",
    "dataplane/protocol.py", "dataplane/native.py", "dataplane/memory.py",
    "gateway/clock.py", "gateway/core.py", "gateway/driver.py", "gateway/history.py", "gateway/log.py",
)  # fmt: skip
# To mypyc an attribute has one type, in the derived class too; no class of the interpreter may be derived
# from a compiled one; and a Flag is always true.
LEFT_OUT = {"model/policy.py", "model/tunnel.py", "model/ikev1.py", "model/status.py"}
GROUP = "kakehashi"
# Calls within the library need not go through its table of names, for nobody puts anything in their place.
DIRECT = ["-fno-semantic-interposition", "-Wl,-Bsymbolic"] if sys.platform == "linux" else []
SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")


def main() -> int:
    modules = {_module(file): file for file in sorted(_files(SOURCES))}
    hashes = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in modules.items()}
    manifest = {"suffix": SUFFIX, "sources": hashes}
    if _installed() == manifest:
        return 0
    if missing := _missing():
        print(
            f"kakehashi: the core is not compiled, there is no {missing}; all works, handshakes take longer"
        )
        return 0
    print(f"kakehashi: compiling the core, {len(modules)} modules (a minute or two)", flush=True)
    try:
        made = _made()
    except (SystemExit, subprocess.CalledProcessError) as error:
        print(f"kakehashi: the core is not compiled, see above ({error}); all works, handshakes take longer")
        return 1 if os.environ.get("CI") else 0
    (made / "manifest.json").write_text(json.dumps(manifest, indent=1))
    # Whole or not at all, for a gateway may start right now.
    fresh = TARGET.with_name(f"{TARGET.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(made, fresh)
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)
    return 0


def _made() -> Path:
    """The folder with the compiled modules."""
    shutil.rmtree(WORK / "kakehashi", ignore_errors=True)
    shutil.copytree(SOURCES, WORK / "kakehashi", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    os.chdir(WORK)
    # What is compiled is looked up in the sources, not in what was made of them before.
    os.environ["KAKEHASHI_PURE"] = "1"
    sys.path.insert(0, str(SOURCES.parent))
    files = sorted(_files(Path("kakehashi")))
    for file in files:
        file.write_text(with_constants(with_constructors(file.read_text())))
    made = WORK / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    _compile([str(file) for file in files], made)
    return made


def _files(package: Path) -> Iterator[Path]:
    found = {file for pattern in PATTERNS for file in package.glob(pattern)}
    left_out = {package / name for name in LEFT_OUT}
    return (file for file in found - left_out if file.name != "__init__.py")


def _module(file: Path) -> str:
    return ".".join(file.relative_to(SOURCES.parent).with_suffix("").parts)


def _installed() -> object:
    try:
        return json.loads((TARGET / "manifest.json").read_text())
    except (OSError, ValueError):
        return None


def _missing() -> str:
    """What compiling lacks, "" for nothing."""
    if shutil.which(_command("CC")[0]) is None:
        return "C compiler"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "Python.h (Debian, Ubuntu: apt-get install python3-dev)"
    return ""


def _command(variable: str) -> list[str]:
    return str(sysconfig.get_config_var(variable) or "cc").split()


def _compile(files: list[str], made: Path) -> None:
    """One library with all the code, and a small one a module, by which Python finds it."""
    # mypyc wants one of the two to have been imported first, and distutils is no more.
    import setuptools  # noqa: F401
    from mypyc.build import mypycify

    options = [f"--config-file={ROOT / 'pyproject.toml'}", "--no-warn-unused-ignores"]
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            extensions = mypycify(
                [*options, *files], opt_level="2", debug_level="0", multi_file=True, group_name=GROUP
            )
    except SystemExit:
        print(said.getvalue(), file=sys.stderr)
        raise
    sources = {source: extension for extension in extensions for source in extension.sources}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = dict(zip(sources, pool.map(_object, sources, sources.values()), strict=True))
    for extension in extensions:
        parts = [objects[source] for source in extension.sources]
        _run(*_command("LDSHARED"), *DIRECT, *parts, "-o", str(made / f"{extension.name}{SUFFIX}"))


def _object(source: str, extension) -> str:  # type: ignore[no-untyped-def]
    target = f"{source}.o"
    directories = [f"-I{d}" for d in (*extension.include_dirs, sysconfig.get_path("include"))]
    # Another compiler may warn of something else.
    chosen = [flag for flag in extension.extra_compile_args if flag != "-Werror"]
    flags = [*_command("CFLAGS"), *_command("CCSHARED"), "-g0", *DIRECT[:1], *chosen]
    _run(*_command("CC"), *flags, *directories, "-c", source, "-o", target)
    return target


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
