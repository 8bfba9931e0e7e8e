"""The functions of the audit (docs/adr/0011). They live in `public`, once; the triggers are in each tenant."""

from typing import Any

from django.conf import settings
from django.db import migrations

# Fires after each row; its arguments are those of tenants.audit.registry.Audited.
ROW = """
CREATE FUNCTION public.audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    before jsonb := '{}';
    after jsonb := '{}';
    whole jsonb;
    plain text[] := TG_ARGV[6];
    personal text[] := TG_ARGV[7];
    bookkeeping text[] := TG_ARGV[8];
    changed text[];
    plain_old jsonb;
    plain_new jsonb;
    personal_old jsonb;
    personal_new jsonb;
    signature text := coalesce(current_setting('slotkeeper.signature', true), '');
    entry bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
    whole := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;

    SELECT array_agg(name),
           jsonb_object_agg(name, before -> name) FILTER (WHERE name = ANY (plain)),
           jsonb_object_agg(name, after -> name) FILTER (WHERE name = ANY (plain)),
           jsonb_object_agg(name, before -> name) FILTER (WHERE name = ANY (personal)),
           jsonb_object_agg(name, after -> name) FILTER (WHERE name = ANY (personal))
      INTO changed, plain_old, plain_new, personal_old, personal_new
      FROM jsonb_object_keys(whole) AS name
     WHERE name <> ALL (bookkeeping)
       -- In a new row and in a deleted one, what is empty says nothing.
       AND CASE WHEN TG_OP = 'UPDATE' THEN before -> name <> after -> name
                ELSE whole -> name NOT IN ('null', '""') END;
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;

    -- The search path is not the tenant's here, and the name of a shard's table has a suffix.
    EXECUTE format(
        'INSERT INTO %I.audit_auditentry (at, kind, object_id, subject_kind, subject_id, operation, fields, old, new,'
        ' actor, request_id, brand_id) VALUES (transaction_timestamp(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)'
        ' RETURNING id', TG_TABLE_SCHEMA)
    INTO entry
    USING TG_ARGV[0], whole ->> 'id', TG_ARGV[1], whole ->> TG_ARGV[2], lower(TG_OP), changed,
          CASE WHEN TG_OP <> 'INSERT' THEN plain_old END, CASE WHEN TG_OP <> 'DELETE' THEN plain_new END,
          coalesce(nullif(left(split_part(signature, ' ', 1), 128), ''), 'database:' || session_user),
          left(split_part(signature, ' ', 2), 128), (whole ->> TG_ARGV[3])::uuid;

    IF personal_old IS NOT NULL THEN
        EXECUTE format(
            'INSERT INTO %I.audit_auditpersonal (entry_id, owner, old, new) VALUES ($1, $2, $3, $4)', TG_TABLE_SCHEMA)
        USING entry, TG_ARGV[4] || ':' || (whole ->> TG_ARGV[5]),
              CASE WHEN TG_OP <> 'INSERT' THEN personal_old END, CASE WHEN TG_OP <> 'DELETE' THEN personal_new END;
    END IF;
    RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_row() FROM PUBLIC;
"""

# The one way to change anything of the audit: personal values are cleared, nothing is removed.
ERASE = """
CREATE FUNCTION public.audit_erase(tenant_schema text, owners text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    cleared bigint;
BEGIN
    EXECUTE format(
        'UPDATE %I.audit_auditpersonal SET old = NULL, new = NULL, erased_at = clock_timestamp()'
        ' WHERE owner = ANY ($1) AND erased_at IS NULL', tenant_schema)
    USING owners;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_erase(text, text[]) FROM PUBLIC;
"""

# Where the application's role owns the tables, rights can't stop it. This stops mistakes.
REFUSE = """
CREATE FUNCTION public.audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'may be cleared' THEN
        IF NEW.old IS NULL AND NEW.new IS NULL AND NEW.entry_id = OLD.entry_id AND NEW.owner = OLD.owner THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit is never changed: % of %', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END
$body$;
"""

DROP = """
DROP FUNCTION public.audit_refuse();
DROP FUNCTION public.audit_erase(text, text[]);
DROP FUNCTION public.audit_row();
"""


def let_the_application_erase(_apps: Any, schema_editor: Any) -> None:
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION public.audit_erase(text, text[]) TO {role}")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.RunSQL([ROW, ERASE, REFUSE], DROP),
        migrations.RunPython(let_the_application_erase, migrations.RunPython.noop),
    ]
