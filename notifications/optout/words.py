"""What the page says, in the languages of the messages."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """`{brand}` is under whose name the messages were sent, `{channel}` how."""

    language: str
    channels: dict[str, str]
    ask: str
    what: str
    stays: str
    button: str
    done: str
    done_what: str
    undo: str
    mistake: str


_ENGLISH: Final = Words(
    language="en",
    channels={"email": "e-mail", "sms": "SMS", "push": "push message", "chat": "chat"},
    ask="Unsubscribe from {brand}?",
    what="You will get no more reminders and news from {brand} by {channel} at this address.",
    stays="What you need for your bookings, such as a cancellation, still comes.",
    button="Unsubscribe",
    done="You are unsubscribed",
    done_what="{brand} sends you no more reminders and news by {channel} at this address.",
    undo="Subscribe again",
    mistake="A mistake?",
)
_GERMAN: Final = Words(
    language="de",
    channels={"email": "E-Mail", "sms": "SMS", "push": "Push-Nachricht", "chat": "Chat"},
    ask="Von {brand} abmelden?",
    what="An diese Adresse kommen dann keine Erinnerungen und Neuigkeiten von {brand} mehr ({channel}).",
    stays="Was Sie für Ihre Buchungen brauchen, etwa eine Absage, kommt weiterhin.",
    button="Abmelden",
    done="Sie sind abgemeldet",
    done_what="{brand} schickt Ihnen an diese Adresse keine Erinnerungen und Neuigkeiten mehr ({channel}).",
    undo="Wieder anmelden",
    mistake="Aus Versehen?",
)
_RUSSIAN: Final = Words(
    language="ru",
    channels={"email": "эл. почта", "sms": "СМС", "push": "push-уведомления", "chat": "чат"},
    ask="Отписаться от рассылки {brand}?",
    what="На этот адрес больше не будут приходить напоминания и новости от {brand} ({channel}).",
    stays="Важное для ваших записей, например отмена, приходить будет.",
    button="Отписаться",
    done="Вы отписаны",
    done_what="{brand} больше не присылает на этот адрес напоминания и новости ({channel}).",
    undo="Подписаться снова",
    mistake="Это ошибка?",
)
_WORDS: Final = {words.language: words for words in (_ENGLISH, _GERMAN, _RUSSIAN)}


def words_in(language: str) -> Words:
    """Those of a BCP 47 tag's language, else the English ones."""
    return _WORDS.get(language.partition("-")[0].lower(), _ENGLISH)
