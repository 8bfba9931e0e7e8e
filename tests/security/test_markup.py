"""Names and notes that try to be markup stay text, wherever a page or a mail shows them."""

from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.core import mail as outbox
from django.utils import timezone

from accounts.access.models import ApiKey, Membership
from accounts.models import User
from accounts.rules import Role
from accounts.services.issue_api_key import issue_api_key
from accounts.services.plan_account_mail import forgot_password, invite
from accounts.services.send_account_mails import send_account_mails
from bookings.models import CoachBooking, OfficeHour
from notifications.channels.email.transport import build
from notifications.models import Message
from scheduling.models import Closure, Location, Person, Resource, StaffMember
from tenants.brands.models import Brand
from tests.accounts import sign_in_scene
from tests.notifications import scene
from tests.security.markup import CORPUS, alive
from tests.support import cast
from tests.support.browser import Browser, authorize_path

every_text = pytest.mark.parametrize("text", CORPUS)
# As an author might put a text into a page without thinking: where markup breaks out, and where it is code anyway.
CARELESS = (
    "<p>{}</p>", '<p title="{}">', "<p title='{}'>", "<textarea>{}</textarea>", "<title>{}</title>", '<a href="{}">',
)  # fmt: skip
CODE = ('<p x-data="{}">', '<p onclick="{}">', "<script>let name = '{}'</script>")


@every_text
def test_what_is_markup_is_found_and_what_is_escaped_is_not(text: str) -> None:
    assert any(alive(page.format(text)) for page in CARELESS)
    for page in CODE:
        assert alive(page.format(escape(text))), "code, escaped or not"
    for page in CARELESS[:5]:
        assert alive(page.format(escape(text))) == []


@pytest.fixture
def administrator(north: Any) -> Browser:
    user = User.objects.create_user("admin@north.test", "a password", is_staff=True)
    Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
    browser = Browser(north)
    assert browser.sign_in("admin@north.test").status_code == 302
    return browser


def _seen(browser: Browser, paths: list[str]) -> dict[str, str]:
    """The pages, none of which has markup from the corpus."""
    pages = {}
    for path in paths:
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        pages[path] = answer.content.decode()
        assert alive(pages[path]) == [], path
    return pages


@every_text
def test_bookings_and_people_in_the_admin(administrator: Browser, text: str) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    offer = cast.make_office_hour(coach)
    booking = scene.book(coach=coach, client=client)
    # Updates through the rows, so that the audit has them too.
    Person.objects.update(given_name=text, family_name="Shown", phone=text[:32])
    StaffMember.objects.update(title=text)
    CoachBooking.objects.update(notes=text, cancel_reason=text)
    Message.objects.update(reason=text)
    Resource.objects.update(name=text)
    place = Location.objects.create(name=text, address=text, timezone="UTC")
    day = timezone.now().date()
    closure = Closure.objects.create(name=text, starts_on=day, ends_on=day, location=place)
    Brand.objects.update(name=text)
    page = f"/admin/bookings/coachbooking/{booking.pk}"
    lists = (
        "bookings/coachbooking", "bookings/officehour", "scheduling/client", "scheduling/staffmember",
        "scheduling/person", "scheduling/location", "scheduling/closure", "scheduling/resource",
        "notifications/message", "notifications/rule", "brands/brand", "visits/provider",
    )  # fmt: skip
    rows = (
        ("bookings/officehour", OfficeHour.objects.get(pk=offer.pk)), ("scheduling/client", client),
        ("scheduling/staffmember", coach), ("scheduling/person", client.person), ("scheduling/location", place),
        ("scheduling/closure", closure), ("notifications/message", Message.objects.earliest("created_at")),
        ("brands/brand", cast.main_brand()),
    )  # fmt: skip

    pages = _seen(administrator, [
        "/admin/", f"{page}/change/", f"{page}/cancel/", f"{page}/history/",
        *(f"/admin/{name}/" for name in lists),
        *(f"/admin/{name}/{row.pk}/change/" for name, row in rows),
        *(f"/admin/{name}/{row.pk}/history/" for name, row in rows),
        f"/admin/scheduling/closure/{closure.pk}/delete/",
    ])  # fmt: skip

    for path in ("/admin/", f"{page}/change/", f"{page}/history/", "/admin/scheduling/client/", "/admin/brands/brand/"):
        assert escape(text) in pages[path], f"{path} must show it, or this proves nothing"


@every_text
def test_users_keys_and_applications_in_the_admin(administrator: Browser, text: str) -> None:
    now = timezone.now()
    issue_api_key(name=text, scopes=["read:clients"], brand=None, created_by=None, now=now, lifetime=timedelta(days=9))
    application = sign_in_scene.make_web_app(name=text)
    invited = User.objects.create_user("invited@north.test", None, name=text, is_staff=True)
    invite(user=invited, now=now)
    # Who is signed in, too: the name is in the head of every page.
    User.objects.filter(email="admin@north.test").update(name=text)
    key = ApiKey.objects.get()
    rows = (("access/apikey", key), ("access/application", application), ("accounts/user", invited))

    pages = _seen(administrator, [
        "/admin/", "/admin/password_change/", "/admin/access/apikey/add/", "/admin/access/application/add/",
        *(f"/admin/{name}/" for name, _ in rows),
        *(f"/admin/{name}/{row.pk}/{page}/" for name, row in rows for page in ("change", "history")),
    ])  # fmt: skip
    for name, row in rows:
        for page in (f"/admin/{name}/", f"/admin/{name}/{row.pk}/history/"):
            assert escape(text) in pages[page], page

    made = administrator.post("/admin/access/apikey/add/", name=text, brand="", scopes="read:clients", days="30")
    assert 'id="secret"' in made.content.decode()
    assert alive(made.content.decode()) == []


@every_text
def test_the_pages_of_signing_in(administrator: Browser, text: str) -> None:
    sign_in_scene.make_web_app(name=text)
    Brand.objects.update(name=text)
    User.objects.update(name=text)

    pages = _seen(administrator, [authorize_path("web", prompt="consent"), "/account", "/password/forgot"])
    assert all(escape(text) in page for path, page in pages.items() if path != "/password/forgot")

    for changes in ({"state": text}, {"scope": text}, {"redirect_uri": text}, {"client_id": text}, {"prompt": text}):
        path = authorize_path(**{"client_id": "web", **changes})
        answer = administrator.get(path)
        assert answer.status_code in {200, 302, 400}
        assert alive(answer.content.decode()) == []
        assert not answer.get("Location", "").startswith("javascript:")
    stranger = Browser(administrator.tenant)
    for answer in (
        stranger.get("/sign-in", data={"next": text}),
        stranger.post("/sign-in", username=text, password=text, next=text),
        stranger.post("/password/forgot", email=text),
        stranger.get("/invitation", data={"token": text}),
        stranger.get("/admin/login/", data={"next": text}),
        stranger.post("/admin/login/", username=text, password=text, next=text),
    ):
        assert answer.status_code in {200, 302, 400, 404}
        assert alive(answer.content.decode()) == []


@every_text
def test_what_a_page_repeats_of_its_address(administrator: Browser, text: str) -> None:
    for path in ("/admin/bookings/coachbooking/", "/admin/scheduling/person/", "/admin/search/"):
        for name in ("q", "s", "o", "p", "_changelist_filters", "status", "_popup"):
            answer = administrator.get(path, data={name: text})
            assert answer.status_code in {200, 302, 400, 404}
            assert alive(answer.content.decode()) == []
    for path in (f"/{text}", f"/admin/{text}", f"/v1/{text}", f"/docs/{text}"):
        assert alive(administrator.get(path).content.decode()) == []


@every_text
@pytest.mark.parametrize("event", ["booked", "cancelled"])
def test_mails_about_bookings(north: Any, text: str, event: str) -> None:
    booking = scene.book()
    if event == "cancelled":
        scene.cancel(booking)
    Person.objects.update(given_name=text, family_name="Shown")
    CoachBooking.objects.update(cancel_reason=text, notes=text)
    Brand.objects.update(name=text)

    sent = build(scene.outgoing(scene.message_about(booking, event)))

    _assert_mail(sent, text)


@every_text
def test_mails_about_signing_in(north: Any, text: str) -> None:
    Brand.objects.update(name=text)
    users = {email: User.objects.create_user(email, password, name=text)
             for email, password in (("new@example.com", None), ("old@example.com", "a password"))}  # fmt: skip
    invite(user=users["new@example.com"], now=timezone.now())
    forgot_password(address="old@example.com", now=timezone.now())

    assert send_account_mails() == 2

    for sent in outbox.outbox:
        _assert_mail(sent, text)


def _assert_mail(sent: Any, text: str) -> None:
    """As text it is what was written, in HTML it is escaped, in a header it is on one line."""
    (page, kind) = sent.alternatives[0]
    assert kind == "text/html"
    assert alive(page) == []
    # Liquid writes &#39; where Django writes &#x27;.
    assert escape(text) in page.replace("&#39;", "&#x27;").replace("&#34;", "&quot;")
    assert text in sent.body
    assert "&lt;" not in sent.body
    for header in ("From", "Subject", "To"):
        assert "\n" not in str(sent.message()[header]).replace("\n ", " ")
