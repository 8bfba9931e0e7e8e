from tenants.personal import personal

personal(
    "brands_brand",
    kept={
        "The tenant's own name and sender.": (
            "id",
            "slug",
            "name",
            "timezone",
            "from_email",
            "is_default",
            "created_at",
        )
    },
)
