"""Templates over REST: written, changed, deleted and previewed by those whose they are."""

from typing import Any

import pytest

from notifications.models import Message, Rule, Template
from notifications.texts import engine
from tenants.brands.models import Brand
from tests.notifications import scene
from tests.support import cast
from tests.support.http import Rest

SCOPES = ["read:notifications", "write:notifications", "read:bookings"]
DATA = {"language": "de", "subject": "Termin", "text": "Guten Tag {{ reader.name }}\n"}


@pytest.fixture
def rest(north: Any) -> Rest:
    """A service of the whole tenant."""
    return Rest(north, cast.make_token(scopes=SCOPES, brand=None))


@pytest.fixture
def of_kids(north: Any) -> Rest:
    return Rest(north, cast.make_token(scopes=SCOPES, brand=cast.make_brand("kids")))


def _rule(event: str = "booked") -> Rule:
    return Rule.objects.get(event=event)


def _under(rule: Rule | None = None) -> str:
    return f"/v1/notification-rules/{(rule or _rule()).pk}/templates"


def _at(template_id: Any) -> str:
    return f"/v1/notification-templates/{template_id}"


def _errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


def test_a_template_is_written_read_changed_and_deleted(rest: Rest) -> None:
    made = rest.post(_under(), DATA)
    assert made.status_code == 201
    body = made.json()
    assert {**DATA, "brand_id": None, "html": "", "version": 1, "failed_at": None}.items() <= body.items()
    assert made["ETag"] == '"1"'

    assert rest.get(_at(body["id"])).json() == body
    assert rest.get(_under()).json()["data"] == [body]
    assert rest.get(_under(_rule("cancelled"))).json()["data"] == []

    changed = rest.patch(_at(body["id"]), {"subject": "Neu"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed["ETag"], changed.json()["subject"]) == (200, '"2"', "Neu")
    assert changed.json()["text"] == DATA["text"]

    assert rest.delete(_at(body["id"]), headers={"If-Match": '"1"'}).status_code == 412
    assert rest.delete(_at(body["id"])).status_code == 428
    assert rest.delete(_at(body["id"]), headers={"If-Match": '"2"'}).status_code == 204
    assert rest.get(_at(body["id"])).status_code == 404


def test_what_is_unknown_is_named_with_its_line_and_field(rest: Rest) -> None:
    errors = _errors(
        rest.post(_under(), {**DATA, "subject": "{{ client.nam }}", "text": "\n{{ booking.dat }}\n{{ foo }}",
                             "html": "<p>\n{{ client.name | shout }}</p>"})
    )  # fmt: skip

    assert errors["subject"] == ["Line 1: There is no variable 'client.nam'. Did you mean client.name?"]
    assert errors["text"][0] == "Line 2: There is no variable 'booking.dat'. Did you mean booking.date?"
    assert errors["text"][1].startswith("Line 3: There is no variable 'foo'. There are: booking.cancel_reason,")
    assert errors["html"][0].startswith("Line 2: There is no filter 'shout'. There are: date,")
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"text": "a\n{% if reader.name %}b"}, "text", "endif"),
        ({"text": "{% assign a = 1 %}"}, "text", "Line 1: There is no tag 'assign'. There are: if,"),
        ({"text": "{{ client.name"}, "text", "Line 1: This is not closed by }}"),
        ({"text": "\n{{ client.name | date }}"}, "text", "Line 2: Expected a time, such as booking.start."),
        ({"text": "{{ booking }}"}, "text", "Say what of it: booking.cancel_reason"),
        ({"subject": " "}, "subject", "may not be blank"),
        ({"text": ""}, "text", "may not be blank"),
        ({"text": "x" * 20_001}, "text", "20000"),
        ({"html": "<script>1</script>"}, "html", "<script> is not allowed"),
        ({"language": "deutsch!"}, "language", "language tag"),
        ({"language": "d"}, "language", "language tag"),
        ({"language": 5}, "language", "string"),
        ({"brand_id": "0198c0de-7a00-7000-8000-0c11e0000001"}, "brand_id", "no such brand"),
        ({"brand_id": "x"}, "brand_id", "UUID"),
        ({"subject": None}, "subject", "null"),
    ],
)
def test_bad_input_is_refused_by_field(rest: Rest, change: dict[str, Any], field: str, said: str) -> None:
    errors = _errors(rest.post(_under(), {**DATA, **change}))

    assert errors.keys() == {field}
    assert said in " ".join(errors[field])


def test_a_change_is_checked_as_a_new_one_is(rest: Rest) -> None:
    made = rest.post(_under(), DATA).json()

    errors = _errors(rest.patch(_at(made["id"]), {"text": "{{ x }}"}, headers={"If-Match": "*"}))

    assert errors.keys() == {"text"}
    assert rest.get(_at(made["id"])).json() == made


def test_there_is_one_for_a_rule_brand_and_language_whatever_its_letters(rest: Rest) -> None:
    assert rest.post(_under(), {**DATA, "language": "pt-BR"}).status_code == 201

    again = rest.post(_under(), {**DATA, "language": "PT-br"})

    assert (again.status_code, again.json()["code"]) == (409, "template_exists")
    other = rest.post(_under(), DATA).json()
    moved = rest.patch(_at(other["id"]), {"language": "pt-br"}, headers={"If-Match": "*"})
    assert (moved.status_code, moved.json()["code"]) == (409, "template_exists")
    assert rest.post(_under(), {**DATA, "brand_id": str(cast.main_brand().pk), "language": "pt-BR"}).status_code == 201


def test_what_failed_is_forgotten_with_a_change(rest: Rest) -> None:
    made = rest.post(_under(), DATA).json()
    Template.objects.all().note_failure("Line 1: x")
    assert rest.get(_at(made["id"])).json()["failure"] == "Line 1: x"

    changed = rest.patch(_at(made["id"]), {"subject": "Neu"}, headers={"If-Match": "*"}).json()

    assert (changed["failure"], changed["failed_at"]) == ("", None)


def test_a_brands_application_writes_for_its_brand_alone(rest: Rest, of_kids: Rest) -> None:
    for_all = rest.post(_under(), DATA).json()
    of_main = rest.post(_under(), {**DATA, "brand_id": str(cast.main_brand().pk)}).json()

    own = of_kids.post(_under(), DATA)

    assert own.status_code == 201
    assert own.json()["brand_id"] is not None
    assert of_kids.post(_under(), {**DATA, "brand_id": None}).json()["code"] == "foreign_brand"
    assert of_kids.post(_under(), {**DATA, "brand_id": of_main["brand_id"]}).json()["code"] == "foreign_brand"
    assert {one["id"] for one in of_kids.get(_under()).json()["data"]} == {for_all["id"], own.json()["id"]}
    assert of_kids.get(_at(of_main["id"])).status_code == 404
    assert of_kids.get(_at(for_all["id"])).status_code == 200
    for method in ("PATCH", "DELETE"):
        sent: dict[str, Any] = {"headers": {"If-Match": "*"}}
        assert (
            of_kids.request(method, _at(for_all["id"]), {"subject": "Mine"}, **sent).json()["code"] == "foreign_brand"
        )
        assert of_kids.request(method, _at(of_main["id"]), {"subject": "Mine"}, **sent).status_code == 404
    given = of_kids.patch(_at(own.json()["id"]), {"brand_id": None}, headers={"If-Match": "*"})
    assert given.json()["code"] == "foreign_brand"
    assert set(Template.objects.values_list("subject", flat=True)) == {"Termin"}


def test_a_template_for_all_brands_of_another_brands_rule_is_not_there(rest: Rest, of_kids: Rest) -> None:
    template = rest.post(_under(), DATA).json()
    assert of_kids.get(_at(template["id"])).status_code == 200
    Rule.objects.filter(pk=template["rule_id"]).update(brand=cast.main_brand())

    assert of_kids.get(_at(template["id"])).status_code == 404
    for method in ("PATCH", "DELETE"):
        sent: dict[str, Any] = {"headers": {"If-Match": "*"}}
        assert of_kids.request(method, _at(template["id"]), {"subject": "Mine"}, **sent).status_code == 404
    assert rest.get(_at(template["id"])).status_code == 200


def test_another_brands_rule_is_not_there(rest: Rest, of_kids: Rest) -> None:
    Rule.objects.filter(event="booked").update(brand=cast.main_brand())

    assert of_kids.get(_under()).status_code == 404
    assert of_kids.post(_under(), DATA).status_code == 404
    assert of_kids.post(f"{_under()}/preview", {}).status_code == 404
    kids = str(Brand.objects.get(slug="kids").pk)
    assert "brand_id" in _errors(rest.post(_under(), {**DATA, "brand_id": kids}))


@pytest.mark.parametrize("number", ["0", "999999", str(10**30)])
def test_a_rule_that_is_none_or_archived_has_no_templates(rest: Rest, number: str) -> None:
    assert rest.get(f"/v1/notification-rules/{number}/templates").status_code == 404


def test_a_rule_that_was_deleted_takes_its_templates_out_of_sight(rest: Rest) -> None:
    made = rest.post(_under(), DATA).json()
    Rule.objects.filter(event="booked").update(is_active=False, archived_at="2030-01-01T00:00Z")

    assert rest.get(_at(made["id"])).status_code == 404


def test_the_vocabulary_is_told(rest: Rest) -> None:
    told = rest.get("/v1/notification-templates/variables").json()

    assert "booking.times" in {one["name"] for one in told["variables"]}
    assert {"date", "plural"} <= {one["name"] for one in told["filters"]}
    assert all(one["meaning"] for one in [*told["variables"], *told["filters"]])
    assert "if" in told["tags"]


# Preview


def _preview(rest: Rest, **body: Any) -> Any:
    return rest.post(f"{_under()}/preview", body)


def test_a_preview_shows_a_real_booking_and_sends_nothing(rest: Rest, mailoutbox: Any) -> None:
    booking = scene.book(client=cast.make_client("Maya Client", timezone="America/New_York"))
    before = list(Message.objects.values())

    shown = _preview(rest, booking_id=str(booking.pk)).json()

    assert shown["template_id"] is None
    assert shown["subject"].startswith("Booked: Ada Coach, ")
    assert "Hello Maya," in shown["text"]
    assert "Hello Maya," in shown["html"]
    assert " E" in shown["subject"], "on the client's clock"
    assert list(Message.objects.values()) == before
    assert mailoutbox == []


def test_a_preview_is_in_the_asked_language_by_the_template_that_would_be_taken(rest: Rest) -> None:
    made = rest.post(_under(), DATA).json()
    booking_id = str(scene.book().pk)

    shown = _preview(rest, booking_id=booking_id, language="de-AT").json()

    assert (shown["template_id"], shown["language"], shown["subject"]) == (made["id"], "de", "Termin")
    assert shown["text"] == "Guten Tag Bob\n"
    assert _preview(rest, booking_id=booking_id, language="ru").json()["subject"].startswith("Вы записаны")


def test_a_preview_of_a_draft_and_of_staffs_view(rest: Rest) -> None:
    booking = scene.book(coach=cast.make_coach(timezone="Australia/Lord_Howe"))
    draft = {"subject": "{{ client.name }}", "text": "{{ reader.name }}: {{ booking.times }}"}

    engine.stored.cache_clear()

    shown = _preview(rest, booking_id=str(booking.pk), reader="staff", **draft).json()

    assert engine.stored.cache_info().currsize == 0  # a draft drives nothing out that is sent by
    assert shown["subject"] == "Bob Client"
    assert shown["text"].startswith("Ada: ")
    assert "GMT+1" in shown["text"]
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"subject": "x"}, "text"),
        ({"html": "x"}, "subject"),
        ({"subject": "{{ x }}", "text": "x"}, "subject"),
        ({"booking_id": "0198c0de-7a00-7000-8000-0c11e0000001"}, "booking_id"),
        ({"booking_id": "x"}, "booking_id"),
        ({"reader": "both"}, "reader"),
        ({"language": "!"}, "language"),
    ],
)
def test_a_bad_preview_is_refused_by_field(rest: Rest, body: dict[str, Any], field: str) -> None:
    assert field in _errors(_preview(rest, **body))


def test_a_booking_of_another_brand_or_tenant_is_not_shown(of_kids: Rest, south: Any) -> None:
    booking_id = str(scene.book().pk)

    assert _errors(_preview(of_kids, booking_id=booking_id)) == {"booking_id": ["There is no such booking."]}


def test_for_a_channel_without_html_there_is_none(rest: Rest) -> None:
    Rule.objects.filter(event="booked").update(channel="sms")

    assert _preview(rest).json()["html"] == ""


def test_a_fixed_address_has_no_name(rest: Rest) -> None:
    assert _preview(rest, reader="address").json()["text"].startswith("Hello,\n")
