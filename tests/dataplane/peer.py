"""A data plane in a process of its own: calls come in by stdin, results go out by stdout, pickled."""

import pickle
import sys
from typing import Any

from kakehashi.dataplane.native import NativeDataPlane
from tests.pickling import dump


def main() -> None:
    calls, results = sys.stdin.buffer, sys.stdout.buffer
    plane: NativeDataPlane | None = None
    while True:
        try:
            name, args = pickle.load(calls)
        except EOFError:
            return
        result: Any
        try:
            if name == "start":
                plane = NativeDataPlane(*args)
                result = None
            else:
                result = getattr(plane, name)(*args)
        except Exception as error:
            result = error
        dump(result, results)
        results.flush()


if __name__ == "__main__":
    main()
