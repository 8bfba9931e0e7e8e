"""The mistakes that the model must find: `mutations.toml`, read and applied."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_LIST = Path(__file__).with_name("mutations.toml")


class DoesNotApplyError(Exception):
    """The text to be replaced does not stand in its file exactly once."""


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Raises DoesNotApplyError."""
        path = root / self.file
        code = path.read_text()
        if code.count(self.old) != 1:
            raise DoesNotApplyError(f"{self.file} has {code.count(self.old)} times, instead of once: {self.old}")
        path.write_text(code.replace(self.old, self.new))


@dataclass(frozen=True)
class Mutation:
    name: str
    edits: tuple[Edit, ...]

    def apply(self, root: Path) -> None:
        """Changes the code below a folder. Raises DoesNotApplyError."""
        for edit in self.edits:
            edit.apply(root)


def mutations() -> list[Mutation]:
    listed = tomllib.loads(_LIST.read_text())["mutation"]
    return [Mutation(each["name"], tuple(Edit(**edit) for edit in each["edits"])) for each in listed]
