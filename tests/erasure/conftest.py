from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LOG = str(tmp_path / "erasures.jsonl")
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
