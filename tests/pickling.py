"""Values of the model from one process to another, be the core compiled or not."""

import pickle
from dataclasses import fields, is_dataclass
from functools import partial
from typing import IO, Any


class _Pickler(pickle.Pickler):
    """A compiled frozen dataclass can be pickled only as the call that makes it."""

    def reducer_override(self, value: Any) -> Any:
        if not is_dataclass(value) or isinstance(value, type):
            return NotImplemented
        return partial(type(value), **{f.name: getattr(value, f.name) for f in fields(value)}), ()


def dump(value: object, stream: IO[bytes]) -> None:
    _Pickler(stream).dump(value)
