"""An account at each provider. Every secret holds CANARY, so that it can be looked for."""

from typing import Final

CANARY: Final = "0badc0ffee0badc0ffee"

MAIL: Final = {
    "mailgun": {"api_key": f"key-{CANARY}", "sender_domain": "mg.example.com", "region": "eu"},
    "sendgrid": {"api_key": f"SG.{CANARY}"},
    "postmark": {"server_token": CANARY, "message_stream": "bookings"},
    "brevo": {"api_key": f"xkeysib-{CANARY}"},
    "mailjet": {"api_key": "0123456789abcdef0123456789abcdef", "secret_key": CANARY},
    "resend": {"api_key": f"re_{CANARY}"},
    "sparkpost": {"api_key": CANARY, "region": "eu"},
}
SMS: Final = {
    "twilio": {"account_sid": "AC" + 32 * "a", "auth_token": f"{CANARY}012345678901", "source": "+49 30 1234567"},
    "vonage": {"apikey": "abcd1234", "secret": CANARY, "source": "+49 30 1234567"},
    "messagebird": {"apikey": f"{CANARY}abcde", "source": "+49 30 1234567"},
    "sinch": {"service_plan_id": 16 * "a", "api_token": CANARY, "region": "eu", "source": "+49 30 1234567"},
    "clicksend": {"user": "us%20er", "api_key": f"{CANARY}%2F"},
}
PUSH: Final = {
    "ntfy": {"server": "https://ntfy.example.com:8443", "target": "bookings", "token": f"tk_{CANARY}"},
    "pushover": {"token": f"{CANARY}0123456789", "target": 30 * "u"},
    "gotify": {"server": "https://gotify.example.com/sub", "token": CANARY},
}
CHAT: Final = {
    "slack": {"token_a": "T123456", "token_b": "B123456", "token_c": CANARY},
    "telegram": {"bot_token": f"123456:{CANARY}", "target": "-100123"},
    "teams": {"host": "prod-1.westeurope.logic.azure.com", "workflow": "flow12345", "signature": CANARY},
    "discord": {"webhook_id": "12345678", "webhook_token": CANARY},
    "google_chat": {"workspace": "space12345", "webhook_key": CANARY, "webhook_token": f"{CANARY}%3D"},
    "mattermost": {"server": "https://chat.example.com", "token": CANARY},
}
ALL: Final = {"email": MAIL, "sms": SMS, "push": PUSH, "chat": CHAT}
