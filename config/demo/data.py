"""What the demo tenants are made of."""

import uuid
from dataclasses import dataclass, field

_NAMESPACE = uuid.UUID("6f1c1a52-98a3-4a37-9d1e-0d7a4f5c3b21")


def demo_id(*parts: str) -> uuid.UUID:
    """The same id on every machine."""
    return uuid.uuid5(_NAMESPACE, "/".join(parts))


# Event → subject and text, in Spanish, which has no built-in texts.
TEMPLATES = {
    "booked": (
        "Reserva confirmada: {{ booking.start | datetime }}",
        (
            "Hola {{ reader.name }}:\n\nTiene una reserva con {{ staff.name }}.\n\n"
            "  {{ booking.date | capitalize }}\n  {{ booking.times }} ({{ booking.duration }})\n\n{{ brand.name }}\n"
        ),
    ),
    "cancelled": (
        "Reserva cancelada: {{ booking.start | datetime }}",
        (
            "Hola {{ reader.name }}:\n\nSu reserva con {{ staff.name }} ha sido cancelada.\n\n"
            "  {{ booking.date | capitalize }}\n  {{ booking.times }}\n\n{{ brand.name }}\n"
        ),
    ),
}


@dataclass(frozen=True)
class DemoOfficeHour:
    weekdays: tuple[int, ...]
    start: str
    end: str
    minutes: int = 30
    notice_minutes: int = 0


@dataclass(frozen=True)
class DemoCoach:
    name: str
    title: str
    brand: str
    timezone: str
    office_hours: tuple[DemoOfficeHour, ...]


@dataclass(frozen=True)
class DemoClient:
    name: str
    brand: str
    timezone: str
    language: str = "en"


@dataclass(frozen=True)
class DemoService:
    code: str
    name: str
    brand: str
    minutes: int
    price_minor: int
    currency: str
    staff: tuple[str, ...]
    buffer_minutes: int = 0


@dataclass(frozen=True)
class DemoVisitType:
    code: str
    name: str
    brand: str
    minutes: int
    price_minor: int
    currency: str
    is_remote: bool = False


@dataclass(frozen=True)
class DemoTenant:
    slug: str
    name: str
    number: int
    timezone: str
    brands: dict[str, str]  # slug → name; the first is the default
    coaches: tuple[DemoCoach, ...]
    clients: tuple[DemoClient, ...]
    trainer: DemoCoach | None = None  # of events
    leaver: DemoClient | None = None  # has booked nothing: for the example of erasing somebody
    providers: dict[str, tuple[str, str]] = field(default_factory=dict)  # coach's name → specialty, NPI
    services: tuple[DemoService, ...] = ()
    visit_types: tuple[DemoVisitType, ...] = ()
    closures: tuple[tuple[str, str, str], ...] = ()
    rooms: tuple[str, ...] = ()
    address: str = ""


TENANTS = (
    DemoTenant(
        slug="harbor",
        name="Harbor Telehealth",
        number=1001,
        timezone="America/New_York",
        brands={"harbor-mind": "Harbor Mind", "harbor-kids": "Harbor Kids"},
        coaches=(
            DemoCoach(
                "Ines Calloway",
                "Sleep coach",
                "harbor-mind",
                "America/New_York",
                (DemoOfficeHour((1, 2, 3, 4, 5, 6, 7), "09:00", "17:00", 30),),
            ),
            DemoCoach(
                "Ravi Menon",
                "Stress coach",
                "harbor-mind",
                "Europe/Berlin",
                (
                    DemoOfficeHour((1, 3, 5), "08:00", "12:00", 45),
                    DemoOfficeHour((2, 4), "18:00", "21:00", 30, 120),
                ),
            ),
            DemoCoach(
                "Nell Okafor",
                "Parent coach",
                "harbor-kids",
                "America/Chicago",
                (DemoOfficeHour((1, 2, 3, 4, 5, 6), "10:00", "16:00", 30),),
            ),
        ),
        clients=(
            DemoClient("Maya Lindqvist", "harbor-mind", "America/New_York"),
            DemoClient("Tomas Abreu", "harbor-mind", "America/Los_Angeles"),
            DemoClient("June Park", "harbor-mind", "Europe/London"),
            DemoClient("Otto Brandt", "harbor-kids", "America/Chicago"),
            DemoClient("Priya Nair", "harbor-kids", "Asia/Kolkata"),
        ),
        trainer=DemoCoach("Lev Orlov", "Boxing coach", "harbor-mind", "Europe/Moscow", ()),
        leaver=DemoClient("Edda Holm", "harbor-mind", "Europe/Oslo"),
        providers={
            "Ravi Menon": ("Clinical psychology", "1932471005"),
            "Nell Okafor": ("Family therapy", "1265430982"),
        },
        visit_types=(
            DemoVisitType("video-visit", "Video visit", "harbor-mind", 30, 9000, "USD", is_remote=True),
            DemoVisitType("check-up", "Short check-up", "harbor-mind", 15, 4500, "USD", is_remote=True),
            DemoVisitType("family-visit", "Family visit", "harbor-kids", 30, 11000, "USD"),
        ),
        services=(
            DemoService(
                "first-consultation",
                "First consultation",
                "harbor-mind",
                50,
                12000,
                "USD",
                ("Ines Calloway", "Ravi Menon"),
                buffer_minutes=10,
            ),
        ),
        closures=(("Christmas", "2026-12-25", "2026-12-26"), ("New Year", "2027-01-01", "2027-01-01")),
    ),
    DemoTenant(
        slug="athletica",
        name="Athletica Sports Club",
        number=1002,
        timezone="Europe/Madrid",
        brands={"athletica": "Athletica"},
        coaches=(
            DemoCoach(
                "Lucia Ferrer",
                "Tennis coach",
                "athletica",
                "Europe/Madrid",
                (DemoOfficeHour((1, 2, 3, 4, 5, 6, 7), "08:00", "20:00", 60),),
            ),
            DemoCoach(
                "Marko Ilic",
                "Strength coach",
                "athletica",
                "Europe/Madrid",
                (DemoOfficeHour((2, 4, 6), "17:00", "22:00", 30),),
            ),
        ),
        clients=(
            DemoClient("Carla Soto", "athletica", "Europe/Madrid", "es"),
            DemoClient("Ben Adeyemi", "athletica", "Europe/London"),
            DemoClient("Yuki Tanaka", "athletica", "Asia/Tokyo"),
        ),
        providers={"Marko Ilic": ("Physiotherapy", "")},
        visit_types=(DemoVisitType("physio", "Physiotherapy", "athletica", 30, 4500, "EUR"),),
        rooms=("Court 1", "Court 2", "Gym"),
        address="Carrer de la Marina 16, Barcelona",
    ),
    DemoTenant(
        slug="bellevue",
        name="Bellevue Clinic",
        number=1003,
        timezone="Europe/Zurich",
        brands={"bellevue": "Bellevue"},
        coaches=(
            DemoCoach(
                "Dr. Anna Keller",
                "Dentist",
                "bellevue",
                "Europe/Zurich",
                (DemoOfficeHour((1, 2, 3, 4, 5), "08:00", "17:00", 30),),
            ),
            DemoCoach(
                "Dr. Luc Favre",
                "Orthodontist",
                "bellevue",
                "Europe/Zurich",
                (DemoOfficeHour((1, 3, 5, 6), "09:00", "13:00", 20, 60),),
            ),
        ),
        clients=(
            DemoClient("Emma Roth", "bellevue", "Europe/Zurich", "de"),
            DemoClient("Noah Perrin", "bellevue", "Europe/Zurich", "fr"),
        ),
        providers={"Dr. Anna Keller": ("Dentistry", "")},
        visit_types=(
            DemoVisitType("check-up", "Dental check-up", "bellevue", 30, 15000, "CHF"),
            DemoVisitType("second-opinion", "Second opinion by video", "bellevue", 20, 9000, "CHF", is_remote=True),
        ),
        rooms=("Treatment 1", "Treatment 2", "X-ray"),
        address="Bellevueplatz 5, Zurich",
    ),
)
