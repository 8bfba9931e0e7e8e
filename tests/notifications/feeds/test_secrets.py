"""Who may read: whoever knows the address, for as long as it holds, at its own tenant and brand, and not too often."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import throttling
from notifications.models import CalendarFeed
from notifications.services import create_calendar_feed as making
from notifications.services.create_calendar_feed import digest_of, new_secret
from notifications.services.open_calendar_feed import open_calendar_feed
from notifications.services.revoke_calendar_feed import revoke_calendar_feed
from notifications.services.rotate_calendar_feed import FeedRevokedError, rotate_calendar_feed
from scheduling.models import Resource, StaffMember
from tenants.context import use
from tenants.telemetry.redaction import redact
from tenants.throttling import limiter
from tenants.throttling.rules import parse_limit
from tests.notifications.feeds.scene import entries, fetch
from tests.notifications.scene import book
from tests.support import cast
from tests.telemetry.capture import captured

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _is_refused(answer: Any) -> bool:
    return bool(answer.status_code == 404)


def _said(answer: Any) -> Any:
    """The answer without what is each request's own."""
    own = {"X-Request-Id", "traceparent"}
    text = answer.content.decode().replace(answer["X-Request-Id"], "")
    return answer.status_code, text, {name: value for name, value in answer.headers.items() if name not in own}


def test_a_secret_has_more_than_128_random_bits_and_is_stored_as_its_checksum(north: Any) -> None:
    feed = cast.make_feed(cast.make_coach())
    secret = feed.secret  # type: ignore[attr-defined]

    assert len(making._ALPHABET) ** (len(secret) - len(feed.prefix)) > 2**128
    assert feed.digest == digest_of(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_calendarfeed::text FROM notifications_calendarfeed")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT audit_auditentry::text FROM audit_auditentry")
        recorded = str(cursor.fetchall())
    assert secret not in stored
    assert secret not in recorded
    assert feed.digest not in recorded
    assert len({new_secret().secret for _ in range(100)}) == 100


def test_rotating_kills_the_old_address_at_once(north: Any) -> None:
    book(coach=(ada := cast.make_coach()))
    old = cast.make_feed(ada)
    etag = fetch(north, old)["ETag"]

    new = rotate_calendar_feed(feed=old, now=_now())

    assert _is_refused(fetch(north, old))
    assert _is_refused(fetch(north, old, If_None_Match=etag))
    assert len(entries(fetch(north, new.secret))) == 1
    assert (new.feed.pk, new.feed.version) == (old.pk, 2)
    assert new.feed.last_used_at is None


def test_revoking_is_for_good(north: Any) -> None:
    feed = cast.make_feed(cast.make_coach())

    revoke_calendar_feed(feed=feed, now=NOW)
    revoke_calendar_feed(feed=feed, now=NOW + timedelta(days=1))

    assert _is_refused(fetch(north, feed))
    feed.refresh_from_db()
    assert (feed.revoked_at, feed.version) == (NOW, 2)
    with pytest.raises(FeedRevokedError):
        rotate_calendar_feed(feed=feed, now=_now())


def _left(ada: StaffMember) -> None:
    ada.brands.clear()


def _inactive(ada: StaffMember) -> None:
    StaffMember.objects.update(is_active=False)


@pytest.mark.parametrize("happened", [_left, _inactive])
def test_who_works_there_no_more_has_no_feed_there(north: Any, happened: Callable[[StaffMember], None]) -> None:
    feed = cast.make_feed(ada := cast.make_coach())
    assert fetch(north, feed).status_code == 200

    happened(ada)

    assert _is_refused(fetch(north, feed))


def test_a_client_who_left_and_a_room_that_is_no_more_have_none(north: Any) -> None:
    bob, room = cast.make_client(), cast.make_room()
    feeds = [cast.make_feed(bob), cast.make_feed(room)]
    assert [fetch(north, feed).status_code for feed in feeds] == [200, 200]

    bob.brands.clear()
    Resource.objects.filter(pk=room.resource_id).update(is_active=False)

    assert [fetch(north, feed).status_code for feed in feeds] == [404, 404]


def test_all_that_is_wrong_is_answered_alike(north: Any, south: Any) -> None:
    kids = cast.make_brand("kids")
    kids_host = cast.brand_host(north, kids)
    mine, revoked = cast.make_feed(cast.make_coach()), cast.make_feed(cast.make_coach())
    revoke_calendar_feed(feed=revoked, now=_now())
    with use(south):
        far = cast.make_feed(cast.make_coach())
    made_up = new_secret().secret

    answers = {
        "made up": fetch(north, made_up),
        "revoked": fetch(north, revoked),
        "another tenant's": fetch(north, far),
        "another brand's host": fetch(north, mine, host=kids_host),
        "empty but for the mark": fetch(north, "cal_"),
        "long": fetch(north, "x" * 5000),
        "markup": fetch(north, "%3Cscript%3E"),
        "NUL": fetch(north, "a%00b"),
        "no UTF-8": fetch(north, "%FF%FE"),
        "beyond ASCII": fetch(north, "%C3%A9"),
        "line break": fetch(north, "a%0D%0Ab"),
        "statement": fetch(north, "'%20OR%201=1--"),
        "its checksum": fetch(north, mine.digest),
        "case": fetch(north, mine.secret.upper()),  # type: ignore[attr-defined]
    }

    assert {name: _said(answer) for name, answer in answers.items()} == {
        name: _said(answers["made up"]) for name in answers
    }
    assert fetch(north, mine).status_code == 200
    assert fetch(south, far).status_code == 200


def test_a_wrong_secret_costs_the_same_whatever_is_wrong(north: Any) -> None:
    revoked = cast.make_feed(cast.make_coach())
    revoke_calendar_feed(feed=revoked, now=_now())

    def statements(secret: Any) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            fetch(north, secret)
        found = [query["sql"] for query in queries if "calendarfeed" in query["sql"]]
        return [sql.replace(digest_of(getattr(secret, "secret", secret)), "") for sql in found]

    assert statements(revoked) == statements(new_secret().secret) == statements("x")
    assert len(statements("x")) == 1


def test_a_brand_s_host_opens_its_own_feeds_alone(north: Any) -> None:
    kids = cast.make_brand("kids")
    kids_host = cast.brand_host(north, kids)
    ina, ada = cast.make_coach("Ina Coach", brand=kids), cast.make_coach()

    assert fetch(north, cast.make_feed(ina, brand=kids), host=kids_host).status_code == 200
    assert _is_refused(fetch(north, cast.make_feed(ada), host=kids_host))


def test_the_same_secret_in_another_tenant_opens_what_is_there(north: Any, south: Any) -> None:
    """Not that it happens: but a digest is looked up in one schema alone."""
    feed = cast.make_feed(cast.make_coach(), name="north's")
    with use(south):
        other = cast.make_feed(cast.make_coach(), name="south's")
        CalendarFeed.objects.filter(pk=other.pk).update(digest=feed.digest)

    assert b"X-WR-CALNAME:north's" in fetch(north, feed).content
    assert b"X-WR-CALNAME:south's" in fetch(south, feed).content


def test_its_use_is_noted_once_an_hour(north: Any) -> None:
    feed = cast.make_feed(cast.make_coach())
    secret = feed.secret  # type: ignore[attr-defined]
    noted = []
    for minutes in (0, 1, 59, 60, 61, 125):
        assert open_calendar_feed(secret, brand_id=None, now=NOW + timedelta(minutes=minutes))
        feed.refresh_from_db()
        noted.append((feed.last_used_at - NOW) // timedelta(minutes=1))  # type: ignore[operator]

    assert noted == [0, 0, 0, 60, 60, 125]


def test_no_log_line_holds_a_secret(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, wrong = cast.make_feed(cast.make_coach()), new_secret().secret
    secret: str = feed.secret  # type: ignore[attr-defined]
    with captured() as lines:
        fetch(north, feed, Referer=f"https://north.test/calendars/{secret}.ics")
        fetch(north, wrong)
        fetch(north, feed, method="POST")
        fetch(north, f"{secret}.ics/more")
        monkeypatch.setattr("notifications.api.calendar_file.contents_of", lambda *_, **__: 1 / 0)
        assert fetch(north, feed).status_code == 500

    assert [line["route"] for line in lines.of("request")].count("/calendars/<str:secret>.ics") >= 4
    assert secret not in lines.text()
    assert wrong not in lines.text()
    assert feed.digest not in lines.text()


def test_the_net_knows_an_address(north: Any) -> None:
    secret = new_secret().secret

    assert secret not in redact(f"GET https://north.test/calendars/{secret}.ics failed")
    assert redact("the local_calendar_of_the_brand is cal_free") == "the local_calendar_of_the_brand is cal_free"


def test_who_fetches_too_often_waits(north: Any, settings: Any) -> None:
    limits = {"calendar": parse_limit("2/m"), "calendar_address": parse_limit("100/m")}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}
    ada = cast.make_coach()
    feed, other = cast.make_feed(ada), cast.make_feed(ada)

    answers = [fetch(north, feed) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 30
    assert fetch(north, other).status_code == 200, "another feed has a limit of its own"


def test_who_guesses_waits_whatever_they_guess(north: Any, south: Any, settings: Any) -> None:
    limits = {"calendar": parse_limit("100/m"), "calendar_address": parse_limit("3/m")}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}

    assert [fetch(north, new_secret().secret).status_code for _ in range(5)] == [404, 404, 404, 429, 429]
    assert fetch(south, new_secret().secret).status_code == 404, "another tenant's limit is its own"


def test_without_the_limits_nobody_waits(north: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "calendar": parse_limit("1/m")}
    monkeypatch.setattr(throttling, "take_for_address", lambda *_, **__: None)
    feed = cast.make_feed(cast.make_coach())

    assert [fetch(north, feed).status_code for _ in range(3)] == [200, 200, 200]


def test_nothing_that_names_a_feed_in_valkey_holds_its_secret(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = limiter.take

    def take(buckets: Any, **more: Any) -> Any:
        seen.extend(bucket.key for bucket in buckets)
        return real(buckets, **more)

    monkeypatch.setattr(limiter, "take", take)
    feed = cast.make_feed(cast.make_coach())

    fetch(north, feed)

    assert len(seen) == 2
    assert all(north.schema_name in key for key in seen)
    assert not [key for key in seen if feed.secret in key]  # type: ignore[attr-defined]


def test_a_suspended_tenant_s_feeds_are_closed(north: Any) -> None:
    from tenants.context import use_public
    from tenants.models import Tenant
    from tenants.resolution import forget

    feed = cast.make_feed(cast.make_coach())
    with use_public():
        Tenant.objects.filter(schema_name=north.schema_name).update(status=Tenant.Status.SUSPENDED)
    forget()

    assert fetch(north, feed).status_code == 403
