"""`bin/audit`: known vulnerabilities in what production installs, from the advisories of PyPI."""

import json
import subprocess
from typing import Any

from . import environment
from .console import Console

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 3

# The lock is read as it stands: every version is exact and hashed, so nothing is resolved or installed.
COMMAND = (
    "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json",
    "--timeout", "20", "--requirement", "requirements/base.txt",
)  # fmt: skip


def audit(arguments: list[str], *, console: Console) -> int:
    """Say what is vulnerable and which version is not. 0: nothing. 1: something is. 3: nobody could be asked.

    `arguments` go to pip-audit, such as `--vulnerability-service osv` or `--ignore-vuln ID`.
    """
    environment.ensure("dev", console=console)
    done = subprocess.run(
        [str(environment.PYTHON), *COMMAND, *arguments],
        cwd=environment.ROOT,
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        libraries = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        # pip-audit ends with 1 for a finding and for a failure alike: only a report tells them apart.
        lines = done.stderr.strip().splitlines() or ["pip-audit said nothing"]
        console.say("bin/audit: NOT CHECKED. The advisories could not be read, so nothing is known of the lock:")
        console.say(f"  {lines[-1]}")
        return UNKNOWN
    return _report(libraries, console)


def _report(libraries: list[dict[str, Any]], console: Console) -> int:
    skipped = [library for library in libraries if "skip_reason" in library]
    found = [(library, finding) for library in libraries for finding in library.get("vulns", ())]
    for library, finding in found:
        fixed = ", ".join(finding["fix_versions"]) or "in no version yet"
        names = ", ".join([finding["id"], *finding.get("aliases", ())])
        console.say(f"  {library['name']} {library['version']}: {names}; fixed: {fixed}")
    if found:
        console.say(f"bin/audit: {len(found)} known vulnerabilities. Raise the lower bounds, then bin/lock.")
        return VULNERABLE
    if skipped or not libraries:
        console.say(f"bin/audit: NOT CHECKED: {len(skipped)} of {len(libraries)} libraries. The first:")
        console.say(f"  {skipped[0]['skip_reason']}" if skipped else "  The report names no library.")
        return UNKNOWN
    console.say(f"bin/audit: no known vulnerability in {len(libraries)} libraries")
    return CLEAN
