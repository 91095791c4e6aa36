"""Programs of the host that the lab starts."""

import os
import shutil
import subprocess

from kakehashi.lab.errors import LabError
from kakehashi.lab.netns import NetworkNamespace

# An unprivileged user's PATH often lacks where administrators' programs are.
_MORE_PATHS = ("/usr/sbin", "/sbin", "/usr/local/sbin")
_SECONDS = 10


def search_path() -> str:
    """PATH, and where administrators' programs are."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), *_MORE_PATHS))


def find(program: str, package: str) -> str:
    """The path of `program`. LabError names the package that has it."""
    found = shutil.which(program, path=search_path())
    if found is None:
        raise LabError(f"{program} is not on this system: install {package} (apt-get install {package})")
    return found


def nft(namespace: NetworkNamespace, script: str) -> None:
    """Give `namespace` these nftables rules. LabError says what nft refuses."""
    try:
        done = subprocess.run(
            [find("nft", "nftables"), "-f", "-"],
            input=script,
            text=True,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            preexec_fn=namespace.entry(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LabError(f"nft does not run in {namespace.name}: {error}") from error
    if done.returncode:
        raise LabError(f"nft refuses the rules of {namespace.name}: {done.stderr.strip()}")
