"""What a process remembers of one tenant is never used for another: under the same key each has its own."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.test import Client

from accounts.access.models import Membership
from accounts.models import User
from accounts.rules import Role
from api.throttling import Refused
from notifications.services.wake import _key as key_of_turn
from tenants.context import use, use_public
from tenants.models import Domain, Tenant
from tenants.resolution import resolve
from tenants.throttling import limiter
from tenants.throttling.rules import Limit, State
from tests.isolation.memories import in_source, memories
from tests.support.http import Rest

# Each memory is one of these: of tenants, and tested; or made of what is the same for all of them.
OF_TENANTS = {
    "api.middleware.cors:_cache",  # tests/api/test_cors.py: an origin of one tenant does not open another
    "api.throttling:refused",
    "tenants.resolution:_cache",
    "tenants.throttling.limiter:local",
}
OF_ALL = {
    # Made at the start from code and settings.
    "accounts.admin_sites:platform_site",
    "accounts.admin_sites:tenant_site",
    "api.audit.urls:router",
    "bookings.api.urls:router",
    "bookings.services.take_slot:_NEARNESS",
    "config.asgi:application",
    "config.celery:app",
    "config.settings.environment:env",
    "notifications.api.urls:router",
    "notifications.subjects:_shown",
    "notifications.subjects:_sources",
    "scheduling.api.urls:router",
    "scheduling.offers:_sources",
    "tenants.audit.registry:_BY_TABLE",
    "tenants.telemetry.tracing:_tracer",
    "visits.api.urls:router",
    # From files: zones, migrations, the OpenAPI documents (tested below).
    "api.openapi_views:_document",
    "notifications.calendars.zones:vtimezone",
    # What the apps say of their columns, and what they do about somebody who is erased: code, and no rows.
    "tenants.personal:_led",
    "tenants.personal:_owners",
    "tenants.personal:_steps",
    "tenants.personal:_subjects",
    "tenants.personal:_tables",
    "scheduling.rules.schedule:_days",
    "scheduling.rules.wall_time:zone_names",
    "tenants.schemas:expected_migrations",
    # Words and forms of languages. Templates by their own text: who asks for one has it.
    "notifications.texts.defaults:_words",
    "notifications.texts.engine:stored",
    "notifications.texts.frame:_frame",
    "notifications.texts.locales:_unit",
    "notifications.texts.locales:_zone",
    "notifications.texts.locales:known",
    # The certificates of authorities, from files of this machine.
    "notifications.channels.webhooks.transport:trusted",
    # Connections to Valkey; whose a key is stands in the key (tested below).
    "tenants.valkey:_at",
    "tenants.throttling.shared:shared",
    # Keys that seal secrets: the same for all tenants, whose schemas are sealed in (tests/tenants/test_secrets.py).
    "tenants.secrets:_multi",
    "tenants.secrets:_own_key",
    # Which connection apprise's plugins use; set and reset around each message (channels/apprise_link.py).
    "notifications.channels.apprise_link:_talk",
    # Counters, by route, family and status; when a task began, by its random id.
    "api.middleware.telemetry:_family",
    "api.middleware.telemetry:_series",
    "tenants.telemetry.metrics:_metrics",
    "tenants.telemetry.tasks:_started",
}


def test_every_memory_is_known() -> None:
    """A new one belongs into one of the two lists, and if it is of tenants into a test too."""
    assert memories() == OF_TENANTS | OF_ALL


@pytest.mark.parametrize(
    "source",
    [
        "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef remembered(): ...",
        "import functools\n@functools.cache\ndef remembered(): ...",
        "remembered = {}",
        "remembered: dict[str, int] = {}",
        "remembered = OrderedDict()",
        "remembered = Cache()",
        "remembered = {1: 2}\ndef note():\n    remembered[3] = 4",
        "remembered = {1}\ndef note():\n    remembered.add(2)",
        "remembered = None\ndef note():\n    global remembered\n    remembered = 1",
    ],
)
def test_each_kind_of_memory_is_found(source: str) -> None:
    assert in_source(source) == {"remembered"}


@pytest.mark.parametrize(
    "source", ["NAMES = {1: 2}", "def f():\n    kept = {}\n    kept[1] = 2", "Name = dict[str, int]"]
)
def test_constants_are_no_memory(source: str) -> None:
    assert in_source(source) == set()


@pytest.mark.parametrize("alias", list(settings.CACHES))
def test_a_cached_value_is_its_tenants(north: Any, south: Any, alias: str) -> None:
    cache = caches[alias]
    cache.set("name", "of north")
    cache.set_many({"a": 1, "b": 2})

    for elsewhere in (use(south), use_public()):
        with elsewhere:
            assert cache.get("name") is None
            assert cache.get_many(["a", "b"]) == {}
            assert cache.add("name", "of another")
            cache.delete("a")

    assert cache.get("name") == "of north"
    assert cache.get("a") == 1


def test_the_admins_search_finds_nothing_of_another_tenant(north: Any, south: Any) -> None:
    """Unfold caches what it found by the user's id and the words: here the same in both tenants."""
    there = User.objects.create_user("a@example.com", "a password", is_staff=True)
    Membership.objects.create(user=there, role=Role.ADMINISTRATOR)
    with use(south):
        here = User.objects.create_user("a@example.com", "a password", is_staff=True, id=there.pk)
        Membership.objects.create(user=here, role=Role.RECEPTIONIST)

    def found(tenant: Any, user: User) -> str:
        with use(tenant):
            browser = Client(headers={"Host": f"{tenant.slug}.test"})
            browser.force_login(user)
            page: str = browser.get("/admin/search/", {"s": "api keys"}).content.decode()
            return page

    assert "/admin/access/apikey/" in found(north, there)
    assert "/admin/access/apikey/" not in found(south, here), "a receptionist may not see them"


def test_content_types_are_the_tenants_own(north: Any, south: Any) -> None:
    """Django caches their ids in the process. A schema that was migrated in another order has other ids."""
    with use(south):
        ContentType.objects.filter(app_label="accounts", model="user").update(model="user_before")
        ContentType.objects.create(id=31_337, app_label="accounts", model="user")
    known = ContentType.objects.get_for_model(User).pk

    with use(south):
        assert ContentType.objects.get_for_model(User).pk == 31_337
    assert ContentType.objects.get_for_model(User).pk == known != 31_337


def test_a_host_a_number_and_a_schema_of_the_same_text_are_not_one_key(north: Any, south: Any) -> None:
    text = str(north.number)
    with use_public():
        owner = Tenant.objects.get(schema_name=south.schema_name)
        Domain.objects.create(tenant=owner, domain=text, is_primary=False)

    for _ in range(2):
        assert _schema(host=text, number=None) == south.schema_name
        assert _schema(host="localhost", number=text) == north.schema_name


def _schema(**named: Any) -> str:
    tenant = resolve(**named)
    assert tenant is not None
    return tenant.schema_name


def test_limits_of_the_process_are_the_tenants_own(north: Any, south: Any) -> None:
    one = Limit(count=1, seconds=3600)

    def may(tenant: Any) -> bool:
        (state,) = limiter.local.take([limiter.bucket(tenant.schema_name, "user:1", one)])
        return state.wait == 0

    assert [may(north), may(north), may(south), may(south)] == [True, False, True, False]


@pytest.mark.parametrize(
    "other", [{"HTTP_HOST": "south.test"}, {"HTTP_X_TENANT": "1002"}, {"HTTP_AUTHORIZATION": "Bearer another"}]
)
def test_who_was_refused_in_one_tenant_is_not_in_another(rf: Any, other: dict[str, str]) -> None:
    refused = Refused()
    asked = {"HTTP_HOST": "north.test", "HTTP_X_TENANT": "1001", "HTTP_AUTHORIZATION": "Bearer token"}
    refused.note(rf.get("/v1/clients", **asked), State(limit=1, remaining=0, wait=60_000_000, reset=60_000_000))

    assert refused.find(rf.get("/v1/coaches", **asked)) is not None
    assert refused.find(rf.get("/v1/clients", **asked | other)) is None


def test_a_turn_is_the_tenants_own(north: Any, south: Any) -> None:
    def key(tenant: Any) -> str:
        with use(tenant):
            return key_of_turn()

    assert key(north) != key(south)
    assert north.schema_name in key(north)


def test_the_documents_tell_nothing_of_who_asked_first(north: Any, south: Any) -> None:
    def document(tenant: Any) -> bytes:
        content: bytes = Rest(tenant).get("/openapi/slotkeeper.json").content
        return content

    first, second = document(north), document(south)

    assert first == second
    assert north.business_id.hex.encode() not in first
    assert b"north.test" not in first
