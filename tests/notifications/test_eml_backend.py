"""Without a mail server each mail is a file."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from tests.notifications import scene


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "notifications.channels.email.eml_backend.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_a_mail_is_one_file_named_by_its_message_id(north: Any, folder: Path) -> None:
    booking = scene.book()

    scene.send_due()

    (file,) = folder.iterdir()
    assert file.name == f"{scene.message_about(booking).pk}@north.test.eml"
    parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert parsed["To"] == booking.client.person.email
    assert {part.get_content_type() for part in parsed.walk()} >= {"text/plain", "text/html", "text/calendar"}


def test_the_same_mail_again_replaces_its_file(north: Any, folder: Path) -> None:
    message = scene.message_about(scene.book())
    scene.send_due()
    type(message).objects.update(state="planned")

    scene.send_due()

    assert len(list(folder.iterdir())) == 1


def test_an_id_can_not_lead_out_of_the_folder(folder: Path) -> None:
    EmailMessage("Subject", "Text", to=["a@example.com"], headers={"Message-ID": "<../../escaped@x>"}).send()

    assert [file.parent for file in folder.parent.rglob("*.eml")] == [folder]
