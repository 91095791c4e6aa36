"""Published test vectors: blocks of `name = value` in `vectors/`, each with its source."""

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

_VECTORS = Path(__file__).parent / "vectors"


class Case(dict[str, str]):
    """One block. `case["name"]` is a word, `case.octets("name")` a value in hexadecimal."""

    def octets(self, name: str) -> bytes:
        return bytes.fromhex(self[name])


def cases(name: str, **wanted: str) -> list[ParameterSet]:
    """The blocks of `vectors/{name}.txt` whose values begin as `wanted` says, as parameters for pytest."""
    blocks = (_VECTORS / f"{name}.txt").read_text().split("\n\n")
    found = [case for block in blocks if (case := _case(block))]
    chosen = [case for case in found if all(case[key].startswith(value) for key, value in wanted.items())]
    assert chosen, f"{name} has no case for {wanted}"
    return [pytest.param(case, id=_title(case, number)) for number, case in enumerate(chosen)]


def _case(block: str) -> Case:
    lines = [line for line in block.splitlines() if line and not line.startswith("#")]
    return Case((key.strip(), value.strip()) for key, _, value in (line.partition("=") for line in lines))


def _title(case: Case, number: int) -> str:
    return " ".join(
        [case[word] for word in ("prf", "cipher", "group") if word in case] + [case["source"], str(number)]
    )
