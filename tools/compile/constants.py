"""Gives each member of an enumeration that functions name a constant of the module, which is read at once.

`State.GONE` in a function is two searches, of the module and of the class. The constants stand on the line on
which the module's imports end, so that all other lines keep their numbers.
"""

import ast
import enum
import importlib


def with_constants(source: str) -> str:
    """The module's source with a constant for each member of an imported enumeration that functions read.

    Patterns of `match` stay as they are: a name would capture there.
    """
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    enumerations = dict(pair for node in imports if isinstance(node, ast.ImportFrom) for pair in _found(node))
    reads = [
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
        for node in _attributes(statement)
        if isinstance(node.value, ast.Name) and node.attr in enumerations.get(node.value.id, ())
    ]
    if not reads:
        return source
    lines = source.split("\n")
    places = {(node.lineno, node.col_offset, node.end_col_offset or 0): ast.unparse(node) for node in reads}
    for (line, start, end), text in sorted(places.items(), reverse=True):
        octets = lines[line - 1].encode()
        lines[line - 1] = (octets[:start] + _constant(text).encode() + octets[end:]).decode()
    made = [f"{_constant(text)}: _Final = {text}" for text in sorted(set(places.values()))]
    last = (imports[-1].end_lineno or 1) - 1
    lines[last] = "; ".join([lines[last].split("  #")[0], "from typing import Final as _Final", *made])
    return "\n".join(lines)


def _found(node: ast.ImportFrom) -> list[tuple[str, frozenset[str]]]:
    """The enumerations among what is imported, with their members' names."""
    if not (node.module or "").startswith("kakehashi."):
        return []
    module = importlib.import_module(node.module or "")
    return [
        (name.asname or name.name, frozenset(value.__members__))
        for name in node.names
        if isinstance(value := getattr(module, name.name, None), type) and issubclass(value, enum.Enum)
    ]


def _attributes(node: ast.AST) -> list[ast.Attribute]:
    """All that are read below, but for patterns, and f-strings: Python 3.11 misplaces what is in them."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
    ):
        return [node]
    if isinstance(node, ast.pattern | ast.JoinedStr):
        return []
    return [found for child in ast.iter_child_nodes(node) for found in _attributes(child)]


def _constant(text: str) -> str:
    return "_" + text.replace(".", "__")
