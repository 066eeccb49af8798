"""The programs that the files of deploy/ are for: found where Debian puts them, or the test is left out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.left_out import left_out

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def needed(name: str) -> str:
    """The path of the program; without it the test is skipped, but never in CI, where nothing may be left out."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        left_out(f"{name} is not installed")
    return found


def yaml(path: Path) -> dict[str, Any]:
    """What a YAML file says. PyYAML is Debian's (python3-yaml): the portal itself needs none."""
    read = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    for python in (sys.executable, "/usr/bin/python3"):
        with path.open(encoding="utf-8") as file:
            done = subprocess.run(
                [python, "-c", read], stdin=file, capture_output=True, text=True, check=False
            )
        if done.returncode == 0:
            found: dict[str, Any] = json.loads(done.stdout)
            return found
        assert "No module named" in done.stderr, done.stderr
    return left_out("PyYAML is not installed")
