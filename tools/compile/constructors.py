"""Gives dataclasses the `__init__` that they would have anyway, as text, so that mypyc compiles it.

mypyc leaves to Python what `dataclass` makes, and the `__init__` of a frozen one is slow: it was a fifth of a
handshake. A class that has its own `__init__` keeps it. The new one stands on one line, the first empty one
behind its class, so that all other lines keep their numbers.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class _Field:
    name: str
    type: str
    default: str | None = None
    factory: str | None = None

    @property
    def parameter(self) -> str:
        if self.factory:
            return f"{self.name}: {self.type} | None = None"
        return f"{self.name}: {self.type}" + (f" = {self.default}" if self.default else "")

    @property
    def assignment(self) -> str:
        value = f"{self.factory}() if {self.name} is None else {self.name}" if self.factory else self.name
        return f"self.{self.name} = {value}"


def with_constructors(source: str) -> str:
    """The module's source with a constructor in each dataclass, but those derived from one of another module.

    ValueError for a dataclass of a form that is not known here.
    """
    lines = source.split("\n")
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    for node in classes.values():
        options = _dataclass_options(node)
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
        if options is None or "__init__" in methods or any(ast.unparse(b) not in classes for b in node.bases):
            continue
        fields = {field.name: field for field in _fields(node, classes, options)}.values()
        place = node.end_lineno or 0
        if "__post_init__" in methods:
            raise ValueError(f"{node.name} has a __post_init__")
        if not fields:
            continue
        if lines[place].strip():
            raise ValueError(f"there is no empty line behind {node.name}")
        star = "*, " if "kw_only" in options else ""
        parameters = ", ".join(field.parameter for field in fields)
        body = "; ".join(field.assignment for field in fields)
        # The fields of a frozen class are read-only to mypy.
        lines[place] = f"    def __init__(self, {star}{parameters}) -> None: {body}  # type: ignore"
    return "\n".join(lines)


def _dataclass_options(node: ast.ClassDef) -> set[str] | None:
    """The options that are on; None if it is no dataclass."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "dataclass":
            return {k.arg for k in decorator.keywords if k.arg and ast.unparse(k.value) == "True"}
        if ast.unparse(decorator) == "dataclass":
            return set()
    return None


def _fields(node: ast.ClassDef, classes: dict[str, ast.ClassDef], options: set[str]) -> Iterator[_Field]:
    """Those of the bases first."""
    if ("kw_only" in (_dataclass_options(node) or ())) != ("kw_only" in options):
        raise ValueError(f"{node.name} and a class derived from it do not both have kw_only")
    for base in node.bases:
        yield from _fields(classes[ast.unparse(base)], classes, options)
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            annotation = ast.unparse(item.annotation)
            if not annotation.startswith("ClassVar"):
                yield _field(item.target.id, annotation, item.value)


def _field(name: str, annotation: str, value: ast.expr | None) -> _Field:
    if not (isinstance(value, ast.Call) and ast.unparse(value.func) == "field"):
        return _Field(name, annotation, ast.unparse(value) if value else None)
    options = {k.arg: ast.unparse(k.value) for k in value.keywords}
    if not options.keys() <= {"default", "default_factory", "repr", "compare"}:
        raise ValueError(f"the field {name} has an option that is not known here")
    return _Field(name, annotation, options.get("default"), options.get("default_factory"))
