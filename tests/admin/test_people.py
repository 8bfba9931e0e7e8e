"""Registering and changing people in the admin."""

from collections.abc import Callable

from accounts.rules import Role
from scheduling.models import Client, Location, Person, Resource, Room, StaffMember
from scheduling.services.register_room import register_room
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]


def test_a_client_is_registered(sign_in: SignIn) -> None:
    answer = sign_in().post(
        "/admin/scheduling/client/add/",
        given_name="Mara", family_name="Field", email="mara@example.com", phone="", timezone="Europe/Berlin",
        brand=str(cast.main_brand().pk),
    )  # fmt: skip
    assert answer.status_code == 302, answer.content
    client = Client.objects.get()
    assert (client.person.name, client.person.timezone) == ("Mara Field", "Europe/Berlin")
    assert list(client.brands.all()) == [cast.main_brand()]


def test_who_is_a_client_already_is_named_and_nothing_is_written(sign_in: SignIn) -> None:
    existing = cast.make_client()
    page = sign_in().post(
        "/admin/scheduling/client/add/",
        given_name="Bob", family_name="", email=existing.person.email, phone="", timezone="UTC",
        brand=str(cast.main_brand().pk),
    )  # fmt: skip
    assert page.status_code == 200
    assert str(existing.person_id) in page.content.decode()
    assert Client.objects.count() == 1


def test_an_unknown_zone_is_refused_at_its_field(sign_in: SignIn) -> None:
    page = sign_in().post(
        "/admin/scheduling/client/add/",
        given_name="Bob", family_name="", email="", phone="", timezone="Mars/Olympus", brand=str(cast.main_brand().pk),
    )  # fmt: skip
    assert "no zone of the IANA database" in page.content.decode()
    assert not Client.objects.exists()


def test_a_staff_member_gets_a_calendar(sign_in: SignIn) -> None:
    sign_in(Role.MANAGER).post(
        "/admin/scheduling/staffmember/add/",
        given_name="Nia", family_name="Stone", email="", phone="", timezone="UTC", brand=str(cast.main_brand().pk),
    )  # fmt: skip
    assert StaffMember.objects.get().resource.name == "Nia Stone"


def test_changing_a_person_changes_the_name_of_their_calendar(sign_in: SignIn) -> None:
    person = cast.make_coach().person
    sign_in(Role.MANAGER).post(
        f"/admin/scheduling/person/{person.pk}/change/",
        given_name="Ada", family_name="Lovelace", email=person.email, phone="", language="en", timezone="Europe/London",
    )  # fmt: skip
    person = Person.objects.get(pk=person.pk)
    assert (person.name, person.version) == ("Ada Lovelace", 2)
    resource = Resource.objects.get(staff_member__person=person)
    assert (resource.name, resource.timezone) == ("Ada Lovelace", "Europe/London")


def test_a_room_gets_a_calendar(sign_in: SignIn) -> None:
    admin = sign_in(Role.MANAGER)
    admin.post("/admin/scheduling/location/add/", name="Main street", address="", timezone="Europe/Berlin")
    location = Location.objects.get()
    admin.post("/admin/scheduling/room/add/", name="Blue room", location=str(location.pk), seats="4")
    room = Room.objects.get()
    assert (room.resource.name, room.resource.timezone, room.seats) == ("Blue room", "Europe/Berlin", 4)


def test_a_rooms_calendar_follows_its_name_and_location(sign_in: SignIn) -> None:
    there = Location.objects.create(name="There", timezone="America/New_York")
    room = register_room(name="Blue room", location=Location.objects.create(name="Here", timezone="Europe/Berlin"))
    answer = sign_in(Role.MANAGER).post(
        f"/admin/scheduling/room/{room.pk}/change/", name="Red room", location=str(there.pk), seats="9"
    )
    assert answer.status_code == 302, answer.content
    room = Room.objects.get()
    resource = room.resource
    assert (room.seats, room.location, resource.location) == (9, there, there)
    assert (resource.name, resource.timezone) == ("Red room", "America/New_York")
