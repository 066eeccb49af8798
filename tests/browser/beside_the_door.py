"""Into the desk without the sign-in page: what signing in leaves in the server's session and in the browser's tab.

A browser needs some seconds of a whole core to stretch a passphrase; here the same Argon2id runs in C, at its full
cost. For tests of what comes after: signing in itself is done on its page in test_account.py, test_set_up.py,
test_sample_reports.py and, by a whole team, in test_people.py.
"""

import base64
import secrets

from playwright.sync_api import Page

from crypto.keys import Party, Recipient
from crypto.wrap import officer_keys, unwrap_officer, wrap_session
from portal.services import officers, sessions
from portal.services.parts import Parts
from tests.builders import stretch


def enter(page: Page, parts: Parts, address: str, name: str, passphrase: str, code: str) -> None:
    """The page after signing in, on its way, for the officer who has this passphrase and this code."""
    auth, wrap_key = officer_keys(stretch(passphrase, officers.salt_for(parts, name)))
    opened = officers.sign_in(parts, officers.Credentials(name, auth, code))
    person = opened.officer
    party = Party(Recipient.parse(person.recipient), person.verify_key)
    root = unwrap_officer(wrap_key, opened.wrapped_root, officer_id=person.id, party=party)
    key = secrets.token_bytes(sessions.KEY_BYTES)
    row = opened.cookie.row
    sessions.keep_sealed(parts, row, wrap_session(key, root.secret, row=row))
    page.context.add_cookies([{"name": "desk", "value": opened.cookie.value, "url": address}])
    page.goto(f"{address}/static/")  # any answer: what the tab keeps belongs to the address that it shows
    page.evaluate("(key) => sessionStorage.setItem('desk-key', key)", base64.b64encode(key).decode())
    page.goto(f"{address}/en/desk")
