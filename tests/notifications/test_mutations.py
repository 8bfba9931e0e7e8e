"""The list of what the model must find is about the code as it is. `bin/bench mutations` runs it."""

import ast
import shutil
from pathlib import Path

import pytest

from tests.notifications.mutations import DoesNotApplyError, Edit, Mutation, mutations
from tests.support.database import ROOT


@pytest.mark.parametrize("mutation", mutations(), ids=lambda each: each.name.replace(" ", "_"))
def test_a_mutation_applies_and_leaves_valid_code(mutation: Mutation, tmp_path: Path) -> None:
    files = {edit.file for edit in mutation.edits}
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)

    mutation.apply(tmp_path)

    for file in files:
        assert (tmp_path / file).read_text() != (ROOT / file).read_text()
        ast.parse((tmp_path / file).read_text())


def test_a_text_that_has_moved_is_named(tmp_path: Path) -> None:
    (tmp_path / "sender.py").write_text("sent = True\nsent = True\n")

    for old, times in {"sent = True": 2, "sent = False": 0}.items():
        with pytest.raises(DoesNotApplyError, match=rf"sender.py has {times} times"):
            Edit("sender.py", old, "pass").apply(tmp_path)


def test_names_are_unique() -> None:
    names = [each.name for each in mutations()]

    assert len(set(names)) == len(names) >= 20
