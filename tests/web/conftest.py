"""What the tests of pages and addresses share: the officer."""

import pytest

from tests.builders import Portal, Staff


@pytest.fixture
def ida(portal: Portal) -> Staff:
    """The officer."""
    return portal.staff("Ida", "Head of compliance")
