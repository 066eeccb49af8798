"""What can't be tested on this machine is said, and in CI it is a failure: there nothing may be left out."""

import os
from typing import NoReturn

import pytest


def left_out(reason: str) -> NoReturn:
    """The test is skipped for `reason`; with CI=true it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and in CI nothing may be left out")
    pytest.skip(reason)
