from tenants.personal import personal

personal(
    "audit_auditentry",
    kept={
        "Says what was done by whom with opaque ids: that somebody was erased must stay provable.": (
            "id",
            "at",
            "kind",
            "object_id",
            "subject_kind",
            "subject_id",
            "operation",
            "fields",
            "old",
            "new",
            "actor",
            "request_id",
            "brand_id",
        )
    },
)
# Cleared through the database's own function, which alone may: see `erase_history`.
personal(
    "audit_auditpersonal",
    by="history",
    erased={"old": None, "new": None},
    kept={"An opaque key, and when it was cleared.": ("entry_id", "owner", "erased_at")},
)
