"""What a rule can refuse.

DomainError
├── StepNotAllowed          a case can't go from this stage to that one
├── EntryRefused            a register entry would hold what it must not hold
├── RegisterBroken          the chain is changed, cut, reordered or added to; `.seq` says where
└── ListDamaged             a list the portal ships with can't be read, or lacks what was asked for
"""


class DomainError(Exception):
    """A rule refused."""


class StepNotAllowed(DomainError):
    """A case can't go from this stage to that one."""


class EntryRefused(DomainError):
    """A register entry would hold what it must not hold, or lacks what it must."""


class RegisterBroken(DomainError):
    """The register does not verify; `seq` is the first place where it doesn't."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"register entry {seq}: {why}")
        self.seq = seq
        self.why = why


class ListDamaged(DomainError):
    """A list the portal ships with can't be read, or lacks what was asked for."""
