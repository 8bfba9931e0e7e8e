"""The message log: found by what staff knows, explained in a sentence, and sent again by those who may."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.rules import Role
from bookings.models import CoachBooking
from notifications.models import Message, Rule
from notifications.rules import MessageState, Why
from notifications.services import pauses
from notifications.services.change_rule import change_rule
from tests.admin.conftest import AdminBrowser
from tests.notifications import scene
from tests.support import cast

LIST = "/admin/notifications/message/"
SignIn = Callable[..., AdminBrowser]


def _end(message: Message, state: str, why: Why = Why.NONE, reason: str = "", **fields: Any) -> Message:
    Message.objects.filter(pk=message.pk).end(MessageState(state), why=why, reason=reason, **fields)
    return message


@pytest.fixture
def dead(north: Any) -> Message:
    return _end(scene.message_about(scene.book()), "dead", Why.REFUSED, "The mail server answered 550: No such user")


def _page(message: Message, name: str = "change") -> str:
    return f"{LIST}{message.pk}/{name}/"


def _listed(page: Any) -> set[str]:
    assert page.status_code == 200
    return {str(pk) for pk in Message.objects.values_list("pk", flat=True) if f"/{pk}/change/" in page.content.decode()}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    sign_in: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    scene.book_many(rows)
    admin = sign_in()
    # Search path, session, user, roles, the filters' rules and brands, count, rows.
    with django_assert_num_queries(LIST_QUERIES):
        page = admin.get(LIST)
    assert len(_listed(page)) == rows


LIST_QUERIES = 8


def test_the_filters(sign_in: SignIn) -> None:
    Rule.objects.create(event="before_start", offset_minutes=60, name="Reminder")
    booking = scene.book()
    confirmation = _end(scene.message_about(booking), "dead", Why.REFUSED)
    reminder = scene.message_about(booking, "before_start")
    due = scene.message_about(scene.book(coach=booking.coach, slot_at=cast.tomorrow_at(12)))
    admin = sign_in()

    for query, expected in (
        ({"state__exact": "dead"}, {confirmation}),
        ({"why__exact": "refused"}, {confirmation}),
        ({"event__exact": "booked"}, {confirmation, due}),
        ({"channel__exact": "sms"}, set()),
        ({"rule__id__exact": str(reminder.rule_id), "state__exact": "planned"}, None),
        ({"waiting": "due"}, {due}),
        ({"waiting": "nonsense", "state__exact": "dead"}, {confirmation}),
    ):
        found = _listed(admin.get(LIST, **query))
        if expected is None:
            assert str(reminder.pk) in found
        else:
            assert found == {str(message.pk) for message in expected}, query
    assert str(reminder.pk) in _listed(admin.get(LIST, waiting="later"))


def test_search_finds_by_reader_and_by_ids(sign_in: SignIn) -> None:
    booking, other = scene.book_many(2)
    message = scene.message_about(booking)
    Message.objects.filter(pk=message.pk).update(request_id="request-42")
    admin = sign_in()

    email = booking.client.person.email
    for term in (email, str(booking.pk), str(message.pk), str(booking.client.person_id), "request-42"):
        assert _listed(admin.get(LIST, q=term)) == {str(message.pk)}, term
    assert _listed(admin.get(LIST, q="Bob")) == {str(message.pk), str(scene.message_about(other).pk)}
    assert _listed(admin.get(LIST, q="nobody at all")) == set()


def test_the_page_says_why_and_leads_to_booking_and_rule(sign_in: SignIn, dead: Message) -> None:
    page = sign_in().get(_page(dead)).content.decode()

    assert "Not sent, and not tried again. The mail server answered 550: No such user." in page
    assert f"/admin/bookings/coachbooking/{dead.subject_id}/change/" in page
    assert f"/admin/notifications/rule/{dead.rule_id}/change/" in page
    assert page.index("Planned") < page.index("Refused by the server") if "Refused by the server" in page else True


def test_the_page_leads_to_the_reader_and_names_the_address_that_was_tried(sign_in: SignIn, dead: Message) -> None:
    person = dead.recipient
    assert person is not None

    admin = sign_in(Role.RECEPTIONIST)

    page = admin.get(_page(dead)).content.decode()
    assert f"/admin/scheduling/person/{person.pk}/change/" in page
    assert person.email in page

    person.email = ""
    person.save()
    assert "None: the person has none for this channel." in admin.get(_page(dead)).content.decode()


def test_what_goes_by_another_channel_now_says_so(sign_in: SignIn, dead: Message) -> None:
    change_rule(rule=dead.rule, changes={"channel": "sms"}, now=datetime.now(tz=UTC))

    admin = sign_in()
    admin.post(_page(dead, "retry"), _form_submitted="true")

    assert "what it says is sent by SMS instead" in admin.get(_page(dead)).content.decode()
    assert Message.objects.get(channel="sms").state == "planned"


def test_a_paused_channel_is_said(sign_in: SignIn) -> None:
    message = scene.message_about(scene.book())
    for _ in range(2):  # the first failure may be the message's own
        pauses.pause("email", message.brand_id)

    assert "server can&#x27;t be reached" in sign_in().get(_page(message)).content.decode()


def test_retry_sends_it_again_and_tells_who_wanted_it(sign_in: SignIn, dead: Message) -> None:
    admin = sign_in()

    answer = admin.post(_page(dead, "retry"), _form_submitted="true")

    assert answer["HX-Redirect"] == _page(dead)
    dead.refresh_from_db()
    assert (dead.state, dead.history[-1]["by"]) == ("planned", f"user:{admin.user.pk}")
    page = admin.get(_page(dead)).content.decode()
    assert "It is sent again." in page
    assert f"By {admin.user}" in page
    assert "Retried: it was dead." in page


def test_what_is_no_longer_true_is_refused_in_words(sign_in: SignIn, dead: Message) -> None:
    scene.cancel(CoachBooking.objects.get())
    admin = sign_in()

    admin.post(_page(dead, "retry"), _form_submitted="true")

    assert "no longer true" in admin.get(_page(dead)).content.decode()
    dead.refresh_from_db()
    assert dead.state == "dead"


def test_a_reminder_is_sent_now(sign_in: SignIn) -> None:
    Rule.objects.create(event="before_start", offset_minutes=60)
    reminder = scene.message_about(scene.book(), "before_start")

    sign_in().post(_page(reminder, "send_now"), _form_submitted="true")

    reminder.refresh_from_db()
    assert reminder.due_at <= datetime.now(tz=UTC)


def test_only_what_is_possible_is_offered(sign_in: SignIn, dead: Message) -> None:
    admin = sign_in()

    def offered() -> tuple[bool, bool]:
        page = admin.get(_page(dead)).content.decode()
        return _page(dead, "retry") in page, _page(dead, "send_now") in page

    assert offered() == (True, False)
    Message.objects.update(state="planned", due_at=datetime.now(tz=UTC) + timedelta(hours=1))
    assert offered() == (False, True)
    Message.objects.update(state="sent")
    assert offered() == (False, False)


def test_many_are_retried_and_the_others_accounted_for(sign_in: SignIn) -> None:
    booked = scene.book_many(3)
    ids = [_end(scene.message_about(booking), "dead").pk for booking in booked]
    scene.cancel(booked[2])
    admin = sign_in()

    admin.post(LIST, action="retry_selected", _selected_action=[str(pk) for pk in ids])

    page = admin.get(LIST).content.decode()
    assert "2 of 3 are sent again." in page
    assert "1 not: What it says is no longer true" in page
    assert Message.objects.filter(pk__in=ids, state="planned").count() == 2


def test_a_coach_sees_no_messages(sign_in: SignIn, dead: Message) -> None:
    coach = sign_in(Role.COACH, user=cast.make_user(cast.make_coach("Zoe Coach")))

    assert coach.get(LIST).status_code == 403
    assert coach.post(_page(dead, "retry"), _form_submitted="true").status_code == 403


def test_another_brand_sees_and_retries_nothing(sign_in: SignIn, dead: Message) -> None:
    admin = sign_in(Role.MANAGER, brand=cast.make_brand("kids"))

    assert _listed(admin.get(LIST)) == set()
    assert _listed(admin.get(LIST, q=str(dead.subject_id))) == set()
    assert admin.get(_page(dead)).status_code == 302
    assert admin.post(_page(dead, "retry"), _form_submitted="true").status_code == 403
    admin.post(LIST, action="retry_selected", _selected_action=[str(dead.pk)])
    dead.refresh_from_db()
    assert dead.state == "dead"


def test_rules_of_another_brand_are_not_offered_as_filters(sign_in: SignIn, dead: Message) -> None:
    kids = cast.make_brand("kids")
    Rule.objects.create(event="booked", name="Secret of main", brand=cast.main_brand())

    assert "Secret of main" in sign_in(Role.RECEPTIONIST).get(LIST).content.decode()
    assert "Secret of main" not in sign_in(Role.MANAGER, brand=kids).get(LIST).content.decode()


def test_nothing_is_edited_around_the_services(sign_in: SignIn, dead: Message) -> None:
    admin = sign_in(Role.ADMINISTRATOR)

    assert admin.post(_page(dead), state="planned").status_code == 403
    assert admin.post(_page(dead, "delete"), post="yes").status_code == 403
