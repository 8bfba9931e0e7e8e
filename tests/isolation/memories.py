"""What a process of ours remembers from one request to the next: found in the source, none forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.database import ROOT

APPS = ("accounts", "api", "bookings", "config", "notifications", "scheduling", "tenants", "visits")
_CACHES = {"lru_cache", "cache", "cached"}
_CONTAINERS = {"dict", "list", "set", "OrderedDict", "defaultdict", "deque", "Counter", "WeakKeyDictionary",
               "WeakValueDictionary", "ContextVar", "local"}  # fmt: skip
_CHANGES = {"add", "append", "appendleft", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault",
            "update"}  # fmt: skip


def memories() -> set[str]:
    """As `package.module:name`."""
    return {found for app in APPS for path in (ROOT / app).rglob("*.py") for found in _of(path)}


def in_source(source: str) -> set[str]:
    return set(_names(ast.parse(source)))


def _of(path: Path) -> Iterator[str]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if "migrations" not in path.parts:
        yield from (f"{module}:{name}" for name in in_source(path.read_text()))


def _names(tree: ast.Module) -> Iterator[str]:
    """Cached functions, module-level names that code changes, and objects that are no constants."""
    kept: dict[str, ast.expr | None] = {}
    for line in tree.body:
        if isinstance(line, ast.Assign | ast.AnnAssign):
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            kept |= {target.id: line.value for target in targets if isinstance(target, ast.Name)}
    yield from (name for name, value in kept.items() if _is_memory(name, value))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(_name(decorator) in _CACHES for decorator in node.decorator_list):
            yield node.name
        elif isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from {_name(node.value)} & kept.keys()
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
            yield from {_name(node.func.value)} & kept.keys()


def _is_memory(name: str, value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict | ast.List | ast.Set):
        is_empty = not (value.keys if isinstance(value, ast.Dict) else value.elts)
        return not name.startswith("__") and is_empty
    if not isinstance(value, ast.Call):
        return False
    made = _name(value)
    return made in _CONTAINERS or (made[:1].isupper() and name == name.lower())


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
