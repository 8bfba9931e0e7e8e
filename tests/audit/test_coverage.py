"""Every table of a tenant is audited, or there is a reason why not; every column is classified."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from tenants.audit.operations import TRIGGER
from tenants.audit.registry import declared

NOT_AUDITED = {
    "access_accountmail": "A log of its own, with state and reason.",
    "accounts_user_groups": "Django's groups grant nothing here: permissions come from memberships.",
    "accounts_user_user_permissions": "Django's own permissions grant nothing here either.",
    "api_idempotencyrecord": "Answers kept for a day, not what was decided.",
    "audit_auditentry": "The audit itself.",
    "audit_auditpersonal": "The audit itself.",
    "auth_group": "Grants nothing here.",
    "auth_group_permissions": "Grants nothing here.",
    "auth_permission": "Written by migrations.",
    "bookings_coachcount": "How many bookings there were; the bookings are audited.",
    "django_admin_log": "Django's own history, which the audit replaces.",
    "django_content_type": "Written by migrations.",
    "django_session": "Who is signed in; comes and goes by itself.",
    "notifications_message": "A log of its own, with state and reason.",
    "notifications_webhookattempt": "A log of its own.",
    "notifications_webhookdelivery": "A log of its own, with state and reason.",
    "oauth2_provider_accesstoken": "Comes and goes by itself; what it may do is the application's.",
    "oauth2_provider_devicegrant": "A step of signing in.",
    "oauth2_provider_grant": "A step of signing in.",
    "oauth2_provider_idtoken": "A step of signing in.",
    "oauth2_provider_refreshtoken": "Comes and goes by itself.",
    "scheduling_hold": "Comes and goes by itself, within minutes.",
    "scheduling_reservation": "Follows the booking, which is audited; the row itself stays, inactive.",
}


def _models() -> dict[str, type[Model]]:
    """The models of a tenant's schema, with those between many and many."""
    return {
        model._meta.db_table: model
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for model in config.get_models(include_auto_created=True)
    }


def test_every_table_is_audited_or_has_a_reason() -> None:
    audited = {table.table for table in declared()}
    assert set(_models()) == audited | set(NOT_AUDITED)
    assert not audited & set(NOT_AUDITED)


def test_every_column_of_an_audited_table_is_classified_once() -> None:
    models = _models()
    for table in declared():
        columns = sorted(str(field.column) for field in models[table.table]._meta.local_concrete_fields)
        assert sorted(table.columns) == columns, table.table


def test_kinds_are_told_apart() -> None:
    kinds = [table.kind for table in declared()]
    assert len(kinds) == len(set(kinds))


def test_who_has_personal_values_says_whose_they_are() -> None:
    assert not [table.table for table in declared() if table.personal and not all(table.owner)]


def test_the_triggers_are_there_as_declared(north: Any) -> None:
    """What the database has is what the code says: a changed declaration needs a migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgargs, tgenabled, tgtype, tgfoid::regproc::text FROM pg_catalog.pg_trigger"
            " JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid"
            " WHERE relnamespace = current_schema()::regnamespace AND tgname = %s",
            [TRIGGER],
        )
        found = {table: (bytes(arguments), *rest) for table, arguments, *rest in cursor.fetchall()}
    # Enabled; after each row, of insert, delete and update: 1 + 4 + 8 + 16.
    assert found == {
        table.table: (b"".join(text.encode() + b"\0" for text in table.arguments), "O", 29, "public.audit_row")
        for table in declared()
    }
