"""What an officer's browser does with a case, in Python: the demonstration's hand serves the tests too."""

from portal.demo.officer_hand import ROW, Hand, hand

__all__ = ["ROW", "Hand", "hand"]
