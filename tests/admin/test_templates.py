"""Templates in the admin: errors by field, a preview without saving, and each brand its own."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.rules import Role
from notifications.models import Rule, Template
from notifications.services.add_template import TemplateData, add_template
from tests.admin.conftest import AdminBrowser
from tests.notifications import scene
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
PAGE = "/admin/notifications/template/"


def _form(**fields: Any) -> dict[str, Any]:
    rule = Rule.objects.get(event="booked").pk
    return {
        "rule": str(rule),
        "brand": "",
        "language": "de",
        "subject": "Termin",
        "text": "Hallo",
        "html": "",
        **fields,
    }


def _template(brand: Any = None, **more: Any) -> Template:
    data = TemplateData(**{"subject": "Termin", "text": "Hallo {{ client.name }}", **more})
    return add_template(rule=Rule.objects.get(event="booked"), brand_id=brand and brand.pk, language="de", data=data)


def _preview(admin: AdminBrowser, **fields: Any) -> str:
    answer = admin.post(f"{PAGE}preview/", **fields)
    assert answer.status_code == 200, answer.content
    page: str = answer.content.decode()
    return page


def test_a_manager_writes_changes_and_deletes_one(sign_in: SignIn) -> None:
    admin = sign_in(Role.MANAGER)

    assert admin.post(f"{PAGE}add/", **_form(language="DE-at")).status_code == 302
    template = Template.objects.get()
    assert (template.language, template.subject, template.version) == ("de-AT", "Termin", 1)

    assert admin.post(f"{PAGE}{template.pk}/change/", **_form(subject="Neu", language="de-AT")).status_code == 302
    template.refresh_from_db()
    assert (template.subject, template.version) == ("Neu", 2)

    assert admin.post(f"{PAGE}{template.pk}/delete/", post="yes").status_code == 302
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "\n{{ booking.dat }}"}, "Line 2: There is no variable"),
        ({"subject": "{% now %}"}, "Line 1: There is no tag"),
        ({"html": "<p onclick='x'>x</p>"}, "mail programs run no scripts"),
        ({"language": "?"}, "Write a language tag"),
    ],
)
def test_what_is_wrong_is_said_in_the_form(sign_in: SignIn, fields: dict[str, str], said: str) -> None:
    answer = sign_in(Role.MANAGER).post(f"{PAGE}add/", **_form(**fields))

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Template.objects.exists()


def test_a_second_one_of_the_same_language_is_refused_in_the_form(sign_in: SignIn) -> None:
    _template()

    answer = sign_in(Role.MANAGER).post(f"{PAGE}add/", **_form(language="DE"))

    assert answer.status_code == 200
    assert Template.objects.count() == 1


def test_the_preview_shows_the_unsaved_text_with_a_real_booking(sign_in: SignIn) -> None:
    booking = scene.book(client=cast.make_client("<b>Maya</b> Client"))
    admin = sign_in(Role.MANAGER)
    assert f'<option value="{booking.pk}">' in admin.get(f"{PAGE}add/").content.decode()

    page = _preview(
        admin, **_form(subject="{{ staff.name }}", text="Hallo {{ client.name }}"), preview_booking=booking.pk
    )

    assert "<strong>Ada Coach</strong>" in page
    assert "Hallo &lt;b&gt;Maya&lt;/b&gt; Client" in page
    assert "<b>Maya" not in page
    assert not Template.objects.exists()


def test_the_preview_has_a_policy_of_its_own_and_the_page_lets_its_frame_in(sign_in: SignIn) -> None:
    admin = sign_in(Role.MANAGER)

    shown = admin.post(f"{PAGE}preview/", **_form())
    policy = shown["Content-Security-Policy"]

    assert "script-src 'none'" in policy
    assert "form-action 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    page = admin.get(f"{PAGE}add/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert '<iframe name="message-preview" title="Preview of the message" sandbox></iframe>' in page.content.decode()
    assert "srcdoc=" in shown.content.decode()
    assert "sandbox srcdoc" in shown.content.decode()


def test_the_preview_says_what_is_wrong(sign_in: SignIn) -> None:
    page = _preview(sign_in(Role.MANAGER), **_form(text="{{ nobody }}"))

    assert "There is no variable &#x27;nobody&#x27;" in page


def test_a_receptionist_reads_and_previews_and_changes_nothing(sign_in: SignIn) -> None:
    template = _template()
    admin = sign_in(Role.RECEPTIONIST)

    assert "Hallo {{ client.name }}" in admin.get(f"{PAGE}{template.pk}/change/").content.decode()
    assert admin.get(f"{PAGE}add/").status_code == 403
    assert admin.post(f"{PAGE}{template.pk}/change/", **_form(subject="x")).status_code == 403
    assert "Hallo Maya Lindqvist" in _preview(admin, template_id=template.pk, preview_audience="client")
    assert Template.objects.get().subject == "Termin"


def test_a_coach_sees_none_of_it(sign_in: SignIn) -> None:
    admin = sign_in(Role.COACH)

    assert admin.get(PAGE).status_code == 403
    assert admin.post(f"{PAGE}preview/", **_form()).status_code == 403


def test_staff_of_one_brand_writes_and_sees_its_brands_alone(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    for_all, of_main = _template(subject="For all"), _template(cast.main_brand(), subject="Of main")
    booking = scene.book(client=cast.make_client("Maya Client"))
    admin = sign_in(Role.MANAGER, brand=kids)

    page = admin.get(PAGE).content.decode()
    assert "For all" in page
    assert "Of main" not in page
    assert admin.post(f"{PAGE}{for_all.pk}/change/", **_form(subject="x")).status_code == 403
    assert admin.post(f"{PAGE}{of_main.pk}/change/", **_form(subject="x")).status_code == 302, "it is not there"
    assert admin.post(f"{PAGE}add/", **_form()).status_code == 200, "a brand is needed"
    assert admin.post(f"{PAGE}add/", **_form(brand=str(cast.main_brand().pk))).status_code == 200
    assert admin.post(f"{PAGE}add/", **_form(brand=str(kids.pk))).status_code == 302
    assert str(booking.pk) not in admin.get(f"{PAGE}add/").content.decode()
    assert "Maya Client" not in _preview(admin, **_form(text="{{ client.name }}"), preview_booking=booking.pk)
    assert set(Template.objects.values_list("subject", flat=True)) == {"For all", "Of main", "Termin"}


def test_staff_of_one_brand_sees_nothing_of_another_brands_rule(sign_in: SignIn) -> None:
    kids = cast.make_brand("kids")
    template = _template(subject="Words for all")
    Rule.objects.filter(pk=template.rule_id).update(brand=cast.main_brand(), name="Rule of main")
    of_all = Rule.objects.get(event="cancelled")
    Rule.objects.filter(pk=of_all.pk).update(name="Rule of all")
    Rule.objects.create(name="Another for all", event="completed")
    add_template(rule=of_all, brand_id=None, language="de", data=TemplateData(subject="Seen", text="Hallo"))

    whole = sign_in(Role.ADMINISTRATOR).get(PAGE).content.decode()
    assert "Words for all" in whole
    assert "Rule of main" in whole

    admin = sign_in(Role.MANAGER, brand=kids)
    page = admin.get(PAGE).content.decode()
    assert "Words for all" not in page
    assert "Rule of main" not in page
    assert admin.get(f"{PAGE}{template.pk}/change/").status_code == 302, "it is not there"
    assert "Words for all" not in _preview(admin, template_id=template.pk)


def test_what_went_wrong_last_is_in_the_list(sign_in: SignIn) -> None:
    _template()
    Template.objects.all().note_failure("Line 1: Expected a time.")

    page = sign_in(Role.MANAGER).get(PAGE).content.decode()

    assert "Line 1: Expected a time. The built-in text was sent instead." in page


def test_bad_values_in_the_preview_are_no_error(sign_in: SignIn) -> None:
    admin = sign_in(Role.MANAGER)

    for fields in ({"rule": "x"}, {"rule": "9" * 30}, {"brand": "x"}, {"preview_booking": "x"}, {"language": ""}):
        assert "<html" in _preview(admin, **_form(**fields))
    assert admin.post(f"{PAGE}preview/", template_id="x").status_code in {200, 400}
    assert admin.get(f"{PAGE}preview/").status_code == 403
