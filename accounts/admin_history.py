"""The page 'History' of the admin: who changed what in a row and its parts, from the audit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final, TypeVar

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import DateField, DateTimeField, Model, TimeField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from accounts.access.models import Application
from accounts.models import User
from tenants.audit import selectors
from tenants.audit.models import AuditEntry
from tenants.audit.registry import declared, of_table

Row = TypeVar("Row", bound=Any)

PAGE = 50
_HIDDEN: Final = {"id"}
_NOTHING: Final = "–"
_BY_NAME: Final[dict[str, type[Model]]] = {"user": User, "application": Application}


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a change. Where `note` is given, there are no values to show."""

    label: str
    old: str = ""
    new: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    entry: AuditEntry
    who: str
    what: str
    lines: Sequence[Line]


class WithHistory(ModelAdmin):
    """Instead of Django's history, which knows only what was saved in the admin."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django's log names people, and nobody reads it: the audit has what happened."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As `log_addition`."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """As `log_addition`."""

    def history_of(self, row: Any) -> list[tuple[str, str]]:
        """The things whose history this is: kinds and keys. None of a row that is not audited."""
        audited = of_table(self.opts.db_table)
        return [(audited.subject[0], str(getattr(row, audited.subject[1])))] if audited else []

    def brands_in_history(self, request: HttpRequest) -> set[Any] | None:  # noqa: ARG002
        """The brands of which the viewer may know; None for all."""
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        before = request.GET.get("before", "")
        entries = selectors.history(
            subjects=self.history_of(row),
            brands=self.brands_in_history(request),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,  # noqa: PLR2004 - bigint
            limit=PAGE + 1,
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {row}",
            "subtitle": None,
            "changes": readable(entries[:PAGE]),
            "older": entries[PAGE - 1].pk if len(entries) > PAGE else None,
            "opts": self.opts,
            "object": row,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/audit_history.html", context)


def with_names(rows: Sequence[Row]) -> list[Row]:
    """Dataclasses whose `by` is somebody as the audit names them (`user:<id>`), with what people call them instead."""
    names = _Names()
    for row in rows:
        kind, _, key = row.by.partition(":")
        names.want(_BY_NAME.get(kind), key)
    names.load()
    return [replace(row, by=_who(row.by, names)) if row.by else row for row in rows]


def readable(entries: Sequence[AuditEntry]) -> list[Change]:
    """The entries in words: names for ids, as they are now; times in the current zone. A query per kind of name."""
    tables = {table.kind: table.table for table in declared()}
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001
    of_kind = {kind: models[table] for kind, table in tables.items() if table in models}
    names = _Names()
    for entry in entries:
        actor, _, key = entry.actor.partition(":")
        names.want(_BY_NAME.get(actor), key)
        for field in _fields(of_kind.get(entry.kind)):
            for values in (entry.old, entry.new):
                names.want(field.related_model, (values or {}).get(field.column))
    names.load()
    return [
        Change(
            entry=entry,
            who=_who(entry.actor, names),
            what=_what(of_kind.get(entry.kind), entry.kind),
            lines=_lines(entry, of_kind.get(entry.kind), names),
        )
        for entry in entries
    ]


class _Names:
    """What rows are called, read for all at once."""

    def __init__(self) -> None:
        self._wanted: dict[Any, set[str]] = defaultdict(set)
        self._found: dict[tuple[Any, str], str] = {}

    def want(self, model: Any, key: Any) -> None:
        if model is not None and key is not None:
            self._wanted[model].add(str(key))

    def load(self) -> None:
        for model, keys in self._wanted.items():
            for row in model._base_manager.select_related().filter(pk__in=_possible(model, keys)):  # noqa: SLF001
                self._found[model, str(row.pk)] = str(row)

    def of(self, model: Any, key: Any) -> str | None:
        return self._found.get((model, str(key)))


def _possible(model: Any, keys: Iterable[str]) -> list[Any]:
    """The keys that the model could have: an actor is a text, whoever wrote it."""
    found = []
    for key in keys:
        try:
            found.append(model._meta.pk.to_python(key))  # noqa: SLF001
        except Exception:  # noqa: BLE001, S112 - each field has errors of its own
            continue
    return found


def _fields(model: type[Model] | None) -> list[Any]:
    return [] if model is None else list(model._meta.local_concrete_fields)  # noqa: SLF001


def _who(actor: str, names: _Names) -> str:
    kind, _, key = actor.partition(":")
    name = names.of(_BY_NAME.get(kind), key)
    if name is None:
        return f"{capfirst(kind.replace('-', ' '))} {key}"
    return name if kind == "user" else f"{name} ({kind})"


def _what(model: type[Model] | None, kind: str) -> str:
    if model is None or model._meta.auto_created:  # noqa: SLF001
        return capfirst(kind.replace("_", " "))
    return capfirst(str(model._meta.verbose_name))  # noqa: SLF001


def _lines(entry: AuditEntry, model: type[Model] | None, names: _Names) -> list[Line]:
    personal = getattr(entry, "personal", None)
    old = {**(entry.old or {}), **((personal and personal.old) or {})}
    new = {**(entry.new or {}), **((personal and personal.new) or {})}
    erased = personal is not None and personal.erased_at is not None
    fields = {field.column: field for field in _fields(model)}
    ordered = [*(column for column in fields if column in entry.fields), *(set(entry.fields) - set(fields))]
    lines = []
    for column in ordered:
        if column in _HIDDEN:
            continue
        field = fields.get(column)
        label = capfirst(str(_name_of(field) if field else column).replace("_", " "))
        if column in old or column in new:
            lines.append(Line(label, _shown(field, old.get(column), names), _shown(field, new.get(column), names)))
        else:
            lines.append(Line(label, note="erased" if erased else "not recorded"))
    return lines


def _name_of(field: Any) -> Any:
    """Django calls the sides of a many-to-many row by the models' code names."""
    return field.related_model._meta.verbose_name if field.model._meta.auto_created else field.verbose_name  # noqa: SLF001


def _shown(field: Any, value: Any, names: _Names) -> str:
    if value in (None, "", []):
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if field is None:
        return text
    if field.related_model is not None:
        return names.of(field.related_model, value) or text
    return _moment(field, value) or str(dict(field.flatchoices).get(text, text))


def _moment(field: Any, value: Any) -> str | None:
    """A time in the current zone, a date or a time of day; None for what is none."""
    try:
        if isinstance(field, DateTimeField):
            return date_format(timezone.localtime(datetime.fromisoformat(value)), "D j M Y, H:i")
        if isinstance(field, DateField):
            return date_format(date.fromisoformat(value), "D j M Y")
        if isinstance(field, TimeField):
            return time_format(time.fromisoformat(value), "H:i")
    except (TypeError, ValueError):  # of a column that was something else then
        pass
    return None
