"""Addresses that learn to write themselves when a page first asks for one: at the start none is asked for."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """Werkzeug's rule, but for when it compiles its two builders: that of every rule takes a twentieth of the start.

    `Flask.url_rule_class` is the place for it. Matching is compiled at once, as ever.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's own
        compiled = super()._compile_builder

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            made: Builder = compiled(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", made)
            return made(**values)

        return build
