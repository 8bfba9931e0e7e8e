"""SMS, push and chat through apprise: its plugins know how to talk to each provider.

A plugin is made from the account's fields, never from an apprise URL, which could name any host, file or header. What
it asks goes through our guarded HTTP; what it was answered is read there, because the plugin itself says no more than
yes or no.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final
from urllib.parse import quote

import requests
import structlog
from apprise import AppriseAsset
from apprise.common import OverflowMode
from apprise.exception import AppriseException

from notifications.channels import http
from notifications.channels.errors import PermanentFailureError, SendingError, TransientFailureError, UnreachableError
from notifications.channels.failures import by_status, redacted
from notifications.channels.outgoing import Text
from notifications.rules import Why

logger = structlog.get_logger(__name__)

# Nothing is fetched from, or points to, apprise's own servers.
_ASSET: Final = AppriseAsset(
    app_id="Slotkeeper", app_desc="", app_url="", image_url_mask="", image_url_logo="", http_redirects=False
)
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text for one target, as the channel names targets: a number, a channel, a topic."""

    target: str
    text: Text
    key: str


@dataclass(slots=True)
class _Talk:
    """What a plugin asks and is answered."""

    session: requests.Session
    # A plugin that asks more than once begins nothing after this (time.monotonic()).
    until: float
    answers: list[requests.Response] = field(default_factory=list)
    broken: Exception | None = None

    def ask(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            if time.monotonic() > self.until:
                raise http.AnswerTooSlowError("The provider's answers took too long.")
            answer = self.session.request(method, url, **options)
        except Exception as error:
            self.broken = error
            raise
        self.answers.append(answer)
        return answer


_talk: ContextVar[_Talk] = ContextVar("talk")


class _GuardedRequests:
    """Stands where a plugin expects the module `requests`: apprise offers no other way to choose the connection.

    Fails closed: outside of a `_Talk` nothing is asked.
    """

    def __getattr__(self, name: str) -> Any:
        if name in {"get", "post", "put", "patch", "delete", "head"}:
            return lambda url, **options: _talk.get().ask(name.upper(), url, **options)
        if name == "request":
            return lambda method, url, **options: _talk.get().ask(method, url, **options)
        if name in {"codes", "exceptions", "RequestException"}:
            return getattr(requests, name)
        raise AttributeError(name)


@dataclass(frozen=True, slots=True)
class Plugin:
    """`module` and `name` are apprise's; `options` makes the plugin's arguments of the account's values and a target.

    `said` is where an answer holds the provider's id of the message, `refusal` reads out of one of status 200 why the
    message was not taken, and `escape` makes plain text what the provider would read as markup.
    """

    module: str
    name: str
    options: Callable[[Mapping[str, str], str], Mapping[str, Any]]
    said: tuple[str, ...] = ()
    refusal: Callable[[Any], Any] = lambda _answer: ""
    escape: Callable[[str], str] = str
    # Whether what is longer than the provider takes is cut off. An SMS is not: it becomes several.
    is_cut: bool = True

    def make(self, values: Mapping[str, str], target: str) -> Any:
        module: Any = import_module(f"apprise.plugins.{self.module}")
        if not isinstance(module.requests, _GuardedRequests):
            module.requests = _GuardedRequests()
        made = getattr(module, self.name)(asset=_ASSET, **self.options(values, target))
        # The platform spreads its messages itself; a worker's turn is not for sleeping.
        made.throttle = lambda *_args, **_options: None
        made.overflow_mode = OverflowMode.TRUNCATE if self.is_cut else OverflowMode.UPSTREAM
        return made


class AppriseLink:
    def __init__(self, *, label: str, plugin: Plugin, values: Mapping[str, str], secrets: list[str]) -> None:
        self._label, self._plugin, self._values, self._secrets = label, plugin, values, secrets
        self._session: requests.Session | None = None

    def send(self, load: Notice) -> str:
        self._session = self._session or http.session()
        # Providers that deduplicate go by it, the rest overlooks it.
        self._session.headers["Idempotency-Key"] = load.key
        with _talking(self._session) as talk:
            try:
                done = self._notify(load)
            except Exception as error:  # noqa: BLE001 - each kind is told apart there
                raise self._unexpected(error) from None
        answer = talk.answers[-1] if talk.answers else None
        refusal = redacted(str(self._plugin.refusal(_json(answer)) or ""), self._secrets)
        if done and not refusal:
            return str(at(_json(answer), *self._plugin.said)) if self._plugin.said else ""
        raise self._failure(talk, refusal)

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(Exception):
                session.close()

    def _notify(self, load: Notice) -> bool:
        plugin = self._plugin.make(self._values, load.target)
        subject = "" if plugin.title_maxlen <= 0 else load.text.subject
        return bool(plugin.notify(body=self._plugin.escape(load.text.text.strip()), title=subject, body_format="text"))

    def _failure(self, talk: _Talk, refusal: str) -> SendingError:
        answer = talk.answers[-1] if talk.answers else None
        if talk.broken is not None:
            return self._unexpected(talk.broken)
        if answer is None:
            # The plugin would not even ask: it knows that this target, or the account's form, can't be right.
            return PermanentFailureError(f"{self._label} can't send to this address. Look at it, and at the account.")
        if refusal:
            return PermanentFailureError(f"{self._label} refuses it: {refusal}")
        said = redacted(answer.text, self._secrets) or "nothing more"
        if answer.status_code in _OK:
            return PermanentFailureError(f"{self._label} refuses it: {said}")
        return by_status(self._label, answer.status_code, said)

    def _unexpected(self, error: Exception) -> SendingError:
        if isinstance(error, SendingError):
            return error
        if isinstance(error, requests.RequestException):
            return UnreachableError(f"{self._label} can't be reached: {type(error).__name__}.")
        if isinstance(error, AppriseException | TypeError):
            return UnreachableError(f"{self._label}: the account's settings are not right. Look at it under Channels.")
        # Without its text, which may hold what it was given.
        logger.warning("provider failed unexpectedly", provider=self._label, error=type(error).__name__)
        return TransientFailureError(f"{self._label}: unexpected {type(error).__name__}.", why=Why.UNEXPECTED)


@contextlib.contextmanager
def _talking(session: requests.Session) -> Iterator[_Talk]:
    talk = _Talk(session, until=time.monotonic() + http.TOTAL_SECONDS)
    token = _talk.set(talk)
    try:
        yield talk
    finally:
        _talk.reset(token)


def _json(answer: requests.Response | None) -> Any:
    """What was answered as JSON; an empty object for anything else."""
    try:
        found = answer.json() if answer is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def at(answer: Any, *path: str) -> Any:
    """The value at the end of a path, or an empty text; lists are entered at their first item."""
    for name in path:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
        if isinstance(answer, list):
            answer = answer[0] if answer else None
    return "" if answer is None else answer


def as_is(text: str) -> str:
    """A value for those arguments that apprise decodes like parts of an URL."""
    return quote(text, safe="")
