"""Rules in the admin: saved through the service, whatever the form is sent."""

from collections.abc import Callable
from typing import Any

from accounts.rules import Role
from notifications.models import Message, Rule
from tests.notifications import scene
from tests.support import cast

RULES = "/admin/notifications/rule/"
REMINDER = {"offset_minutes": 60, "audience": "client", "channel": "email", "lateness_minutes": 60, "is_active": "on"}


def test_a_rule_is_made_and_changed_and_keeps_its_event(north: Any, sign_in: Callable[..., Any]) -> None:
    """Red where the event can be changed: whom the rule has told of one event would count as told of the other."""
    admin = sign_in(Role.ADMINISTRATOR)
    admin.post(f"{RULES}add/", event="before_start", **REMINDER)
    rule = Rule.objects.get(event="before_start")

    saved = admin.post(f"{RULES}{rule.pk}/change/", event="after_end", **{**REMINDER, "offset_minutes": 90})

    assert saved.status_code == 302
    rule.refresh_from_db()
    assert (rule.event, rule.offset_minutes, rule.version) == ("before_start", 90, 2)


def test_switching_one_off_and_deleting_it_take_its_messages_back(north: Any, sign_in: Callable[..., Any]) -> None:
    admin = sign_in(Role.MANAGER)
    for page, form in (("change", {**REMINDER, "is_active": ""}), ("delete", {"post": "yes"})):
        admin.post(f"{RULES}add/", event="before_start", **REMINDER)
        rule = Rule.objects.kept().get(event="before_start", is_active=True)
        scene.replan()
        booking = scene.book(slot_at=cast.tomorrow_at(9 if page == "change" else 11))

        answer = admin.post(f"{RULES}{rule.pk}/{page}/", **form)

        assert answer.status_code == 302
        assert "Being planned" in admin.get(RULES).content.decode() or page == "delete"
        scene.replan()
        message = Message.objects.get(subject_id=booking.pk, rule=rule)
        assert (message.state, message.why) == ("cancelled", "rule_off")


def test_a_receptionist_reads_rules_and_a_coach_does_not(north: Any, sign_in: Callable[..., Any]) -> None:
    rule = Rule.objects.get(event="booked")
    reader = sign_in(Role.RECEPTIONIST)
    assert "Booked" in reader.get(f"{RULES}{rule.pk}/change/").content.decode()
    assert reader.post(f"{RULES}{rule.pk}/change/", **REMINDER).status_code == 403
    assert reader.get(f"{RULES}add/").status_code == 403

    assert sign_in(Role.COACH).get(RULES).status_code == 403
    rule.refresh_from_db()
    assert rule.version == 1
