"""What a body says of its encoding: it is UTF-8, no other codec is ever tried, and chunks are not read."""

import io
from typing import Any

import pytest
from django.test import Client

from api.request import UTF8Request
from config.wsgi import application

MULTIPART = '--x\r\nContent-Disposition: form-data; name="client_id"\r\n\r\n\\ud800\r\n--x--\r\n'
# What Python would decode with: the first makes half characters, the second is none for texts.
CODECS = ["unicode_escape", "rot13", "utf-16-le", "latin-1"]


@pytest.fixture
def client(north: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("django.test.client.WSGIRequest", application.request_class)
    return Client(SERVER_NAME=north.primary_domain)


@pytest.mark.parametrize("charset", CODECS)
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/admin/login/"])
def test_a_form_in_another_encoding_is_refused(client: Client, path: str, charset: str) -> None:
    for form, body in (("multipart/form-data; boundary=x", MULTIPART), ("application/x-www-form-urlencoded", "a=b")):
        answer: Any = client.generic("POST", path + "?a=%5Cud800", body, f"{form}; charset={charset}")

        assert answer.status_code == 400, (form, answer.content)


@pytest.mark.parametrize("charset", [*CODECS, "utf-8"])
def test_a_request_can_always_be_made(charset: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "CONTENT_TYPE": f"application/json; charset={charset}",
        "wsgi.input": io.BytesIO(),
    }

    assert application.request_class is UTF8Request
    assert UTF8Request({**environ, "QUERY_STRING": "a=%5Cud800"}).GET["a"] == "\\ud800"
    UTF8Request({**environ, "QUERY_STRING": "a=1&" * 1500})


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "gzip, CHUNKED"])
def test_a_chunked_body_is_not_taken_for_an_empty_one(client: Client, coding: str) -> None:
    answer: Any = client.generic("POST", "/v1/clients", headers={"Transfer-Encoding": coding})

    assert answer.status_code == 411
