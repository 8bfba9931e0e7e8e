"""What a real mail server is handed: RFC 2369, RFC 8058."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifications import scene
from tests.notifications.optout import desk
from tests.support.smtp import Post, smtp_server


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 0
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "notifications.channels.email.smtp_backends.WatchedBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_what_is_not_essential_offers_one_click(north: Any, post: Post) -> None:
    message = desk.sent_message()

    (mail,) = post.mails
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<https://north\.test(/unsubscribe/[A-Za-z0-9_.-]+)>", mail["List-Unsubscribe"].strip())
    assert found
    reader = desk.Reader(north)
    reader.path = found[1]
    assert reader.one_click().status_code == 200
    assert message.address.encode() not in found[1].encode()


def test_what_is_essential_offers_nothing(north: Any, post: Post) -> None:
    scene.book()
    scene.send_due()

    (mail,) = post.mails
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(mail.keys())


def test_the_link_is_the_same_on_every_try(north: Any) -> None:
    desk.make_optional()
    message = scene.message_about(scene.book())

    first, second = scene.outgoing(message), scene.outgoing(message)

    assert first.unsubscribe_url == second.unsubscribe_url != ""


def test_without_https_no_one_click_is_promised(north: Any, settings: Any) -> None:
    from notifications.channels.email.unsubscribing import unsubscribe_headers

    assert unsubscribe_headers("http://north.test/x") == {"List-Unsubscribe": "<http://north.test/x>"}
    assert unsubscribe_headers("") == {}
