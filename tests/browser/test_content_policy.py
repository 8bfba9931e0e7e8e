"""The pages in a real browser: nothing is blocked that they need, and what they offer works.

Needs Playwright and Chromium, which the lock does not have: `pip install playwright`, and a Chromium on the PATH.
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.rules import Role
from tests.support import cast
from tests.support.committed import pointed_at
from tests.support.live import Live

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH"),
]

EXPECTED = (
    # Redoc shows the logo of its makers from their host. The policy is there to keep it from asking.
    "cdn.redoc.ly",
    # The tests have no TLS.
    "Cross-Origin-Opener-Policy header has been ignored",
)
LISTEN = """document.addEventListener('securitypolicyviolation', (event) =>
    console.error('VIOLATION', event.effectiveDirective, event.blockedURI))"""
HIDDEN_NAME = '"><img src=x onerror=alert(1)>'


class Tab:
    """A browser's tab at the tenant north, and all that it complained of."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.set_default_timeout(10_000)
        page.add_init_script(LISTEN)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("dialog", lambda dialog: self._complain(f"a dialog: {dialog.message}"))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_load_state("networkidle")

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self._complain(message.text)

    def _complain(self, text: str) -> None:
        if not any(expected in text for expected in EXPECTED):
            self.complaints.append(f"{self.page.url}: {text}")


@pytest.fixture
def tab(django_db_setup: None, platform: Live, django_db_blocker: Any) -> Iterator[Tab]:
    from accounts.access.models import Membership
    from accounts.models import User
    from tenants.context import activate
    from tenants.resolution import resolve

    with pointed_at(platform.database_name, django_db_blocker):
        north = resolve(host="north.test", number=None)
        assert north is not None
        activate(north)
        user = User.objects.create_user("admin@north.test", "a password", is_staff=True)
        Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
        coach = cast.make_coach()
        cast.make_office_hour(coach)
        cast.make_booking(coach, cast.make_client(HIDDEN_NAME), slot_at=cast.tomorrow_at(9))
    platform.start_web(processes=1)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--host-resolver-rules=MAP north.test 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        yield Tab(page, f"http://north.test:{platform.port}")
        browser.close()


def sign_in(tab: Tab) -> None:
    tab.open("/admin/login/")
    tab.page.fill("[name=username]", "admin@north.test")
    tab.page.fill("[name=password]", "a password")
    tab.page.click("[type=submit]")
    tab.page.wait_for_url("**/admin/")


def test_every_page_of_the_admin_and_of_the_documentation_opens(tab: Tab) -> None:
    sign_in(tab)
    tab.open("/admin/")
    links = tab.page.eval_on_selector_all("#nav-sidebar-apps a", "found => found.map(a => a.getAttribute('href'))")
    lists = [link for link in dict.fromkeys(links) if link.count("/") == 4]
    assert len(lists) >= 12
    for path in lists:
        tab.open(path)
        others = tab.page.eval_on_selector_all(
            "#result_list a[href*='/change/'], a[href*='/add/']", "found => found.map(a => a.href)"
        )
        for url in list(dict.fromkeys(others))[:2]:
            tab.page.goto(url)
            tab.page.wait_for_load_state("networkidle")
    for path in ("/docs/", "/docs/redoc/", "/docs/errors", "/admin/password_change/"):
        tab.open(path)
    assert tab.page.title()
    assert tab.complaints == []


def test_what_the_admin_offers_works(tab: Tab) -> None:
    page = tab.page
    sign_in(tab)

    # The week, with a name that tries to be markup; the sidebar goes and stays away; the theme.
    assert page.locator(".sk-booking").count() == 1
    assert HIDDEN_NAME in page.locator(".sk-booking").inner_text()
    page.get_by_text("dock_to_right").first.click()
    page.wait_for_function("localStorage.getItem('sidebarDesktopOpen') === '0'")
    page.reload()
    assert not page.locator("#nav-sidebar-apps").is_visible()
    page.get_by_text("dock_to_right").first.click()
    page.locator("#nav-sidebar-apps").wait_for(state="visible")
    page.keyboard.press("Control+e")
    page.keyboard.press("Control+e")
    page.wait_for_function("document.documentElement.classList.contains('dark')")

    # The palette.
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("Clients")
    page.locator("#command-results a").first.wait_for()
    page.locator("#search-input-command").press("ArrowDown")
    page.locator("#search-input-command").press("Enter")
    page.wait_for_url("**/admin/scheduling/client/")

    # Filters: the drawer, a choice, a day from the calendar.
    tab.open("/admin/bookings/coachbooking/")
    page.locator("[x-on\\:click='filterOpen = true']").first.click()
    page.locator("#changelist-filter").wait_for(state="visible")
    page.locator("#changelist-filter .select2-selection").first.click()
    page.locator(".select2-results__option").first.wait_for()
    page.keyboard.press("Escape")

    # The dialog that cancels.
    tab.open("/admin/bookings/coachbooking/")
    page.locator("#result_list a[href*='/change/']").first.click()
    page.get_by_text("Cancel booking").first.click()
    page.locator("#modal-content textarea[name=reason]").fill("The coach is ill")
    page.locator("#modal-content [type=submit]").click()
    page.get_by_text("Cancelled. The client is told by mail.").wait_for()

    # A date picker.
    tab.open("/admin/bookings/officehour/add/")
    page.locator(".date-icon, .datetimeshortcuts a[id^=calendarlink]").first.click()
    page.locator(".calendarbox").first.wait_for(state="visible")

    # And out again.
    tab.open("/admin/")
    assert tab.complaints == []
