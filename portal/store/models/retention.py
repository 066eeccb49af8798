"""What keeps a case beyond its time, what marks it as over, and what is left to do of an erasure."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.models.base import Base, Day, IdKey, reference_to


class Hold(Base):
    """A legal hold on a case: nothing erases it until somebody ends the hold.

    `reason` is in clear, as in the register: it names nobody.
    """

    __tablename__ = "holds"

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    review_on: Mapped[Day] = mapped_column(index=True)
    set_on: Mapped[Day]


class ErasureMark(Base):
    """A closed case that was found over on `seen_on`; erased when a later day finds it over too."""

    __tablename__ = "erasure_marks"

    case_id: Mapped[bytes] = reference_to("cases.id", primary_key=True)
    seen_on: Mapped[Day]


class Erasure(Base):
    """Something that has to go after its case is gone from the database: the case's erase key, or a sealed file.

    `id` is the case's (`is_case`) or the file's; it points at nothing that is still there. The row goes last.
    """

    __tablename__ = "erasures"

    id: Mapped[IdKey]
    is_case: Mapped[bool]
