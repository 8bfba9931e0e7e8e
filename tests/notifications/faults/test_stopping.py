"""Whoever ends a run of faults ends the servers and workers that it has started."""

import signal
import subprocess
import sys

from tests.support.database import ROOT

_PROGRAM = """
import time
from tests.support.live import interruptible
with interruptible():
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        print("cleaning up", flush=True)
        time.sleep(0.5)
        print("cleaned up", flush=True)
"""


def test_sigterm_unwinds_and_does_not_cut_the_clean_up_off() -> None:
    with subprocess.Popen([sys.executable, "-c", _PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        assert run.stdout.readline() == "begun\n"
        run.send_signal(signal.SIGTERM)
        assert run.stdout.readline() == "cleaning up\n"
        run.send_signal(signal.SIGTERM)

        assert run.stdout.readline() == "cleaned up\n"
        assert run.wait(timeout=10) != 0
