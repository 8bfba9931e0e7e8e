"""What the demo tenants have set up for their messages, as the documentation's examples name it."""

from datetime import datetime

from config.demo.data import TEMPLATES, demo_id
from notifications.channels.webhooks.signing import new_secret
from notifications.models import ChannelAccount, Rule, Suppression, Template, WebhookEndpoint
from notifications.services.add_template import TemplateData, add_template
from notifications.services.set_up_channel import set_up_channel
from tenants.brands.models import Brand
from tenants.secrets import seal


def add_notifications(tenant: str, brand: Brand, *, now: datetime) -> None:
    """Templates, a channel, an address that gets nothing, webhook endpoints. What would call somebody is off."""
    _add_texts(tenant)
    _add_chat(tenant, brand, now=now)
    Suppression.objects.create(
        id=demo_id(tenant, "suppression"),
        address=f"former.client@{tenant}.example.com",
        note="Asked for it on the phone.",
        created_at=now,
    )
    _add_webhooks(tenant, now=now)


def _add_texts(tenant: str) -> None:
    for event, (subject, text) in TEMPLATES.items():
        rule = Rule.objects.get(event=event)
        data = TemplateData(subject=subject, text=text)
        template = add_template(rule=rule, brand_id=None, language="es", data=data)
        Template.objects.filter(pk=template.pk).update(id=demo_id(tenant, "template", event, "es"))


def _add_webhooks(tenant: str, *, now: datetime) -> None:
    for key, what in (("shop", "Shop system"), ("old-shop", "Old shop system")):
        WebhookEndpoint.objects.create(
            id=demo_id(tenant, "webhook", key),
            url=f"https://{key}.example.com/webhooks/slotkeeper",
            description=what,
            secret=seal(new_secret()),
            is_active=False,
            disabled_at=now,
            disabled_why="Part of the demo.",
        )


def _add_chat(tenant: str, brand: Brand, *, now: datetime) -> None:
    """A chat account, which is off: it leads nowhere."""
    account = set_up_channel(
        channel="chat",
        provider="slack",
        brand_id=brand.pk,
        values={"token_a": "T0DEMO", "token_b": "B0DEMO", "token_c": "demo"},
        is_active=False,
        now=now,
    )
    ChannelAccount.objects.filter(pk=account.pk).update(id=demo_id(tenant, "channel", "chat"))
