"""The pages in a real browser: nothing is blocked that they need, and what they offer works.

Needs Playwright and Chromium, which the lock does not have: `pip install playwright`, and a Chromium on the PATH.
"""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.rules import Role
from tests.accounts.sign_in_scene import make_web_app
from tests.support import cast
from tests.support.browser import authorize_path
from tests.support.committed import pointed_at
from tests.support.live import Live

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.serial,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH"),
]

EXPECTED = (
    # Redoc shows the logo of its makers from their host and has no option against it. The policy keeps it from asking.
    "cdn.redoc.ly",
    # The tests have no TLS.
    "Cross-Origin-Opener-Policy header has been ignored",
)
LISTEN = """document.addEventListener('securitypolicyviolation', (event) =>
    console.error('VIOLATION', event.effectiveDirective, event.blockedURI))"""
HIDDEN_NAME = '"><img src=x onerror=alert(1)>'
# Where the consent page leads back to: no server, the test answers for it.
BACK = "https://app.example.com/back"


class Tab:
    """A browser's tab at the tenant north, and all that it complained of."""

    def __init__(self, page: Any, port: int) -> None:
        self.page = page
        self.url = f"http://north.test:{port}"
        self.platform = f"http://localhost:{port}"
        self.complaints: list[str] = []
        page.set_default_timeout(10_000)
        page.add_init_script(LISTEN)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("dialog", lambda dialog: self._complain(f"a dialog: {dialog.message}"))

    def open(self, path: str) -> None:
        self.visit(f"{self.url}{path}")

    def visit(self, url: str) -> None:
        answer = self.page.goto(url)
        self.page.wait_for_load_state("networkidle")
        assert answer.status == 200, url

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
    from tenants.context import activate, use_public
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
        make_web_app(name=HIDDEN_NAME, redirect_uris=BACK)
        with use_public():
            User.objects.create_superuser("root@example.com", "a password")
    platform.start_web(processes=1)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--host-resolver-rules=MAP north.test 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        yield Tab(page, platform.port)
        browser.close()


def sign_in(tab: Tab, url: str | None = None, email: str = "admin@north.test") -> None:
    tab.visit(f"{url or tab.url}/admin/login/")
    _fill_in(tab.page, email)
    tab.page.wait_for_url("**/admin/")


def _fill_in(page: Any, email: str) -> None:
    page.fill("[name=username]", email)
    page.fill("[name=password]", "a password")
    page.locator("[name=password]").press("Enter")


def _crawl(tab: Tab, url: str) -> set[str]:
    """Opens all lists that the sidebar shows, two rows of each, its form, their history and dialogs to delete."""
    tab.visit(f"{url}/admin/")
    links = tab.page.eval_on_selector_all("#nav-sidebar-apps a", "found => found.map(a => a.href)")
    lists = [link for link in dict.fromkeys(links) if link.removeprefix(url).count("/") == 4]
    seen = set()
    for address in lists:
        tab.visit(address)
        for other in _links(tab, "#result_list a[href*='/change/'], a[href*='/add/']")[:2]:
            tab.visit(other)
            seen.add(other)
            for more in _links(tab, "a[href$='/delete/'], a[href$='/history/']")[:2]:
                tab.visit(more)
                seen.add(more)
    return seen | set(lists)


def _links(tab: Tab, selector: str) -> list[str]:
    return list(dict.fromkeys(tab.page.eval_on_selector_all(selector, "found => found.map(a => a.href)")))


def test_every_page_of_the_admin_and_of_the_documentation_opens(tab: Tab) -> None:
    sign_in(tab)
    seen = _crawl(tab, tab.url)
    assert len(seen) >= 30
    for page in ("/change/", "/add/", "/delete/", "/history/"):
        assert any(url.endswith(page) for url in seen), page
    for path in ("/docs/", "/docs/redoc/", "/docs/errors", "/admin/password_change/"):
        tab.open(path)
    assert tab.page.title()
    assert tab.complaints == []


def test_every_page_of_the_operators_admin_opens(tab: Tab) -> None:
    sign_in(tab, tab.platform, "root@example.com")

    seen = _crawl(tab, tab.platform)

    assert {url.removeprefix(tab.platform) for url in seen} >= {"/admin/tenants/tenant/", "/admin/accounts/user/"}
    assert any(url.endswith("/history/") for url in seen)
    assert tab.complaints == []


def test_signing_in_to_an_application_and_back(tab: Tab) -> None:
    """The consent page may send its form here, and be led on to the application, and nowhere else."""
    page = tab.page
    page.route(f"{BACK}*", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Back</h1>"))
    tab.open(authorize_path("web"))
    assert "/sign-in" in page.url
    _fill_in(page, "admin@north.test")
    page.wait_for_url("**/oauth/authorize*")
    assert HIDDEN_NAME in page.locator("h1").inner_text()

    page.get_by_role("button", name="Allow").click()

    page.wait_for_url(f"{BACK}?*code=*")
    assert page.locator("h1").inner_text() == "Back"
    for path in ("/password/forgot", "/account"):
        tab.open(path)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert tab.complaints == []


def test_a_new_api_key_is_shown(tab: Tab) -> None:
    page = tab.page
    sign_in(tab)
    tab.open("/admin/access/apikey/add/")
    page.fill("[name=name]", HIDDEN_NAME)
    page.locator("[name=scopes]").first.check()
    page.locator("[name=_save]").click()

    secret = page.locator("#secret")
    secret.wait_for()

    assert secret.inner_text().startswith("sk_")
    page.locator(".sk-done").click()
    page.get_by_text(HIDDEN_NAME).first.wait_for()
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
