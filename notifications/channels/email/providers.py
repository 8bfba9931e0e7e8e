"""Who carries a tenant's mail: its own mail server, or a mail provider."""

from collections.abc import Mapping
from typing import Final

from notifications.channels.email.letters import Letter
from notifications.channels.email.mail_services import MailServiceLink
from notifications.channels.email.smtp import SmtpLink
from notifications.channels.email.trackers import TRACKERS
from notifications.channels.fields import Field, Kind
from notifications.channels.providers import Link, Provider

FROM: Final = Field(
    "from_email",
    "Sender",
    kind=Kind.EMAIL,
    is_required=False,
    help="An address that the provider lets you send from. Empty: the brand's sender.",
)
_KEY: Final = r"[\x21-\x7e]{8,300}"


def _service(
    name: str,
    label: str,
    help: str,  # noqa: A002
    *fields: Field,
    regions: Mapping[str, tuple[str, str]] | None = None,
) -> Provider[Link[Letter]]:
    """`regions` are what the tenant may choose from: for each its name and the address of its API."""
    choices = [(key, text) for key, (text, _) in (regions or {}).items()]
    region = (
        [Field("region", "Region", kind=Kind.CHOICE, choices=choices, default=choices[0][0], decides_where=True)]
        if choices
        else []
    )
    own = [*fields, *region]
    secrets = [field.name for field in fields if field.is_secret]

    def link(values: Mapping[str, str]) -> Link[Letter]:
        options = {field.name: values[field.name] for field in fields if field.name in values}
        if regions:
            options["api_url"] = regions[values["region"]][1]
        return MailServiceLink(
            label=label, name=name, values=options, secrets=[values[secret] for secret in secrets if secret in values]
        )

    reports = [key] if (key := TRACKERS[name].key) else []
    return Provider(key=name, label=label, help=help, fields=[*own, FROM, *reports], link=link)


def _secret(name: str, label: str, help: str = "", *, pattern: str = _KEY) -> Field:  # noqa: A002
    return Field(name, label, help=help, is_secret=True, pattern=pattern)


SMTP: Final[Provider[Link[Letter]]] = Provider(
    key="smtp",
    label="A mail server (SMTP)",
    help="Your own mail server, or the SMTP access of a provider.",
    fields=[
        Field("host", "Server", kind=Kind.HOST, help="For example smtp.example.com.", decides_where=True),
        Field(
            "port",
            "Port",
            kind=Kind.CHOICE,
            choices=[("587", "587"), ("465", "465"), ("2525", "2525"), ("25", "25")],
            default="587",
            help="587 goes with STARTTLS, 465 with TLS.",
            decides_where=True,
        ),
        Field(
            "security",
            "Encryption",
            kind=Kind.CHOICE,
            choices=[("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "None")],
            default="starttls",
            help="With TLS the server's certificate must be valid for its name.",
            decides_where=True,
        ),
        Field("user", "User", is_required=False),
        Field("password", "Password", is_required=False, is_secret=True),
        FROM,
    ],
    link=SmtpLink,
)

PROVIDERS: Final[Mapping[str, Provider[Link[Letter]]]] = {
    provider.key: provider
    for provider in [
        SMTP,
        _service(
            "mailgun",
            "Mailgun",
            "A sending key is under Domain settings, Sending keys. Verify the sender's domain there first.",
            _secret("api_key", "Sending key"),
            Field(
                "sender_domain",
                "Domain",
                pattern=r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
                help="The domain that is verified at Mailgun, such as mg.example.com.",
            ),
            regions={
                "us": ("United States", "https://api.mailgun.net/v3"),
                "eu": ("European Union", "https://api.eu.mailgun.net/v3"),
            },
        ),
        _service(
            "sendgrid",
            "SendGrid",
            "An API key with 'Mail Send' alone is under Settings, API Keys.",
            _secret("api_key", "API key"),
            regions={
                "global": ("Global", "https://api.sendgrid.com/v3/"),
                "eu": ("European Union", "https://api.eu.sendgrid.com/v3/"),
            },
        ),
        _service(
            "postmark",
            "Postmark",
            "The server token is on the tab API Tokens of a server.",
            _secret("server_token", "Server token"),
            Field(
                "message_stream",
                "Message stream",
                is_required=False,
                pattern=r"[a-z0-9-]{1,60}",
                help="Empty: 'outbound', the one for transactional mail.",
            ),
        ),
        _service("brevo", "Brevo", "The key is under SMTP & API, API Keys.", _secret("api_key", "API key")),
        _service(
            "mailjet",
            "Mailjet",
            "Both keys are under Account settings, API keys.",
            Field("api_key", "API key", pattern=r"[0-9a-fA-F]{32}", help="32 characters."),
            _secret("secret_key", "Secret key"),
            regions={
                "global": ("Europe (the usual one)", "https://api.mailjet.com/v3.1/"),
                "us": ("United States", "https://api.us.mailjet.com/v3.1/"),
            },
        ),
        _service(
            "resend", "Resend", "An API key with 'Sending access' is under API Keys.", _secret("api_key", "API key")
        ),
        _service(
            "sparkpost",
            "SparkPost",
            "An API key with 'Transmissions: Read/Write' is under Configuration, API Keys.",
            _secret("api_key", "API key"),
            regions={
                "us": ("United States", "https://api.sparkpost.com/api/v1/"),
                "eu": ("European Union", "https://api.eu.sparkpost.com/api/v1/"),
            },
        ),
    ]
}
