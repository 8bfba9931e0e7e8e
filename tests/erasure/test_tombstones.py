"""Who was erased stands in a file of its own, and a restored backup is erased again."""

import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from scheduling.models import Erasure, Person
from scheduling.services import erase_person as erasing
from scheduling.services.erase_person import erase_person
from scheduling.services.tombstones import ErasureLogError, read_tombstones, write_tombstone
from tests.erasure import world
from tests.support import cast


def _replay(log: Path | None = None) -> str:
    said = StringIO()
    call_command("replay_erasures", *([] if log is None else ["--log", str(log)]), stdout=said)
    return said.getvalue().strip()


def test_an_erasure_is_written_down_without_a_name(north: Any) -> None:
    client = cast.make_client()
    receipt = erase_person(person=client.person, by="user:x", now=cast.MONDAY)

    (line,) = read_tombstones(world.log_of_erasures())
    assert (line.schema, line.person_id, line.at) == (north.schema_name, client.person_id, receipt.asked_at)
    assert "bob" not in world.log_of_erasures().read_text().lower()
    assert world.log_of_erasures().stat().st_mode & 0o077 == 0


def test_it_is_on_the_disk_before_the_commit(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cast.make_client()
    order: list[str] = []
    sync = os.fsync

    def on_disk(descriptor: int) -> None:
        sync(descriptor)
        order.append("on the disk")

    def last(**said: Any) -> None:
        write_tombstone(**said)
        order.append(f"erased: {Person.objects.get(pk=client.person_id).erased_at is not None}")

    monkeypatch.setattr("os.fsync", on_disk)
    monkeypatch.setattr(erasing, "write_tombstone", last)
    erase_person(person=client.person, by="user:x", now=cast.MONDAY)

    assert order == ["on the disk", "on the disk", "erased: True"]


def test_where_it_cant_be_written_nobody_is_erased(north: Any, settings: Any, tmp_path: Path) -> None:
    client = cast.make_client()
    (tmp_path / "file").write_text("")
    settings.ERASURE_LOG = str(tmp_path / "file" / "log")

    with pytest.raises(ErasureLogError):
        erase_person(person=client.person, by="user:x", now=cast.MONDAY)

    assert Person.objects.get(pk=client.person_id).erased_at is None
    assert not Erasure.objects.exists()


def test_what_was_back_is_erased_again(north: Any) -> None:
    client, other = cast.make_client(), cast.make_client("Carol Client")
    block = transaction.atomic()
    with block:  # what a backup holds is what there was before
        erase_person(person=client.person, by="user:x", now=cast.MONDAY)
        transaction.set_rollback(True)
    assert Person.objects.get(pk=client.person_id).given_name == "Bob"

    assert _replay() == "1 were erased before; 1 of them were back and are erased again."

    assert Person.objects.get(pk=client.person_id).erased_at is not None
    assert Erasure.objects.get().by == "command:replay_erasures"
    assert Person.objects.get(pk=other.person_id).given_name == "Carol"
    assert _replay() == "1 were erased before; 0 of them were back and are erased again."


def test_lines_of_others_and_broken_ones_are_passed_over(north: Any) -> None:
    client = cast.make_client()
    log = world.log_of_erasures()
    log.write_text(
        '{"tenant": "t_gone", "person": "0198c0de-7a00-7000-8000-0c11e0000001", "at": "2026-01-01T00:00:00Z"}\n{"ten'
    )
    write_tombstone(person_id=client.person_id, at=timezone.now())

    assert [line.person_id for line in read_tombstones(log)][1:] == [client.person_id]
    assert _replay() == "2 were erased before; 1 of them were back and are erased again."


def test_a_log_that_is_missing_is_said(north: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        _replay(tmp_path / "nothing")


def test_the_database_keeps_an_erased_person_empty(north: Any) -> None:
    """Whoever read them before and saves them after."""
    person = cast.make_client().person
    erase_person(person=person, by="user:x", now=cast.MONDAY)

    with pytest.raises(DatabaseError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(given_name="Bob")
