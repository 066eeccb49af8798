"""Rule: an address is written as Werkzeug itself writes it, though it learns to late (portal/web/late_rule.py).

Source: BUDGETS, the start; over the whole URL map.
"""

from flask import Flask
from werkzeug.routing import Map, Rule

from portal.web.late_rule import LateRule


def test_each_address_is_written_as_werkzeug_writes_it(app: Flask) -> None:
    for late in app.url_map.iter_rules():
        assert isinstance(late, LateRule)
        plain = Rule(late.rule, endpoint=late.endpoint, methods=late.methods)
        Map([plain])
        values = dict.fromkeys(late.arguments, "a b/ø")
        for unknown in (False, True):
            asked = {**values, "more": "x y"} if unknown else values
            twice = [late.build(asked, append_unknown=unknown) for _ in range(2)]
            assert twice == [plain.build(asked, append_unknown=unknown)] * 2, late.rule


def test_no_builder_is_compiled_before_an_address_is_asked_for(app: Flask) -> None:
    assert all(rule._build.__module__ == LateRule.__module__ for rule in app.url_map.iter_rules())  # noqa: SLF001
