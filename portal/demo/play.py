"""The stories, acted out through the services: reporters write and answer, officers open, ask and note.

The clock is set for each step, so that deadlines, the register and the messages' days agree with each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from babel.dates import format_date
from babel.support import Translations

from portal.demo.clock import SetClock
from portal.demo.officer_hand import Hand
from portal.demo.people import PeopledPortal, Staff, Team
from portal.demo.reporter_hand import Reporter
from portal.demo.stories import Step, Story, attached, in_order
from portal.domain import taxonomy
from portal.services import casework, stages
from portal.settings import ROOT

OTHERWISE = "en"
"""The language of an acknowledgement to somebody whose language has no standard text, as at the desk."""

WORDS = "The eight words of this team are: {words}"
TRANSLATIONS = ROOT / "portal" / "translations"


@dataclass
class Play:
    """A portal, the people in it by their keys, and the reporters as they come."""

    portal: PeopledPortal
    clock: SetClock
    crew: Mapping[str, Staff]
    teams: Mapping[str, Team]
    reporters: dict[str, Reporter] = field(default_factory=dict)

    def act(self, told: tuple[Story, ...], today: date) -> None:
        """Every step of every story, in the order of time."""
        for moment, story, step in in_order(told, today):
            self.clock.at = moment
            if step.what == "report":
                self.reporters[story.key] = self._report(story, step)
            elif step.what == "answer":
                self.reporters[story.key].answers(step.text, **attached(step))
            else:
                ACTS[step.what](self._hand(story, step), story, step)

    def _report(self, story: Story, step: Step) -> Reporter:
        return self.portal.report(
            self.teams[story.channel],
            story.text,
            lang=story.lang,
            fields=story.fields,
            name=story.name,
            files=attached(step),
        )

    def _hand(self, story: Story, step: Step) -> Hand:
        team, case_id = self.teams[story.channel], self.reporters[story.key].case_id
        return Hand(self.portal, self.crew[step.by], team, case_id, lang=story.lang)


def acknowledgement(hand: Hand) -> str:
    """The standard text as the desk proposes it: in the reporter's language, its places filled, then the words."""
    view = hand.read()
    lang = hand.lang if hand.lang in taxonomy.LANGUAGES else OTHERWISE
    written = partial(format_date, format="long", locale="en_GB" if lang == "en" else lang)
    text = taxonomy.fill(
        "acknowledgement",
        lang,
        {
            "case_no": view.case.reference,
            "received_date": written(view.case.received_on),
            "officer_role": hand.officer.role,
            "feedback_date": written(view.feedback_if_today),
        },
    )
    words = Translations.load(str(TRANSLATIONS), [lang]).gettext(WORDS)
    return f"{text}\n\n{words.format(words=' '.join(hand.team.anchor.party.words))}"


def _open(hand: Hand, story: Story, _step: Step) -> None:
    opening = hand.opening(story.title, story.category)
    casework.open_first(hand.portal.parts, hand.officer.id, hand.case_id, opening)


def _name(hand: Hand, _story: Story, _step: Step) -> None:
    (given,) = [opened for opened in hand.messages("talk") if opened.body.kind == "identity"]
    casework.note_identity_opened(hand.portal.parts, hand.officer.id, hand.case_id, given.body.n)


def _acknowledge(hand: Hand, _story: Story, _step: Step) -> None:
    text = acknowledgement(hand)
    hand.lang = hand.lang if hand.lang in taxonomy.LANGUAGES else OTHERWISE
    hand.acknowledges(text)


def _ask(hand: Hand, _story: Story, step: Step) -> None:
    items = tuple(hand.uploads(content, name) for name, content in attached(step).items())
    hand.posts(hand.seals(step.text, files=items))


def _note(hand: Hand, _story: Story, step: Step) -> None:
    hand.lang = "en"
    hand.posts(hand.seals(step.text, "desk", kind="note"))


def _read(hand: Hand, _story: Story, _step: Step) -> None:
    hand.messages("talk")


def _to(stage: str, hand: Hand, _story: Story, _step: Step) -> None:
    seen = hand.read().case.stage
    stages.change(hand.portal.parts, hand.officer.id, hand.case_id, seen=seen, to=stage)


ACTS: Mapping[str, Callable[[Hand, Story, Step], None]] = {
    "open": _open,
    "name": _name,
    "acknowledge": _acknowledge,
    "ask": _ask,
    "note": _note,
    "read": _read,
    "progress": partial(_to, "in_progress"),
    "close": partial(_to, "closed"),
}
