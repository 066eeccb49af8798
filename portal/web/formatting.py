"""The one place where text becomes markup: what an administrator may format, cleaned by bleach.

What reporters and officers write never comes here; it is shown as plain text.
"""

from typing import TYPE_CHECKING, Any

from flask import Flask
from markupsafe import Markup

if TYPE_CHECKING:
    from bleach.linkifier import LinkifyFilter

TAGS = frozenset({"a", "br", "em", "li", "ol", "p", "strong", "ul"})
ATTRIBUTES = {"a": ["href"]}
PROTOCOLS = frozenset({"https", "mailto"})


def init_app(app: Flask) -> None:
    """Give templates the filter `formatted`."""
    app.jinja_env.filters["formatted"] = formatted


def formatted(text: str) -> Markup:
    """`text` with a few harmless tags kept and everything else stripped; links go out without a referrer.

    Fails closed: a tag, attribute or protocol that is not named above is not in the result.
    """
    # Bleach brings a whole HTML parser: 3 MiB and a twentieth of the start, for portals whose texts are formatted.
    from bleach.sanitizer import Cleaner  # noqa: PLC0415

    cleaner = Cleaner(
        tags=TAGS, attributes=ATTRIBUTES, protocols=PROTOCOLS, strip=True, filters=[_quiet_links]
    )
    return Markup(cleaner.clean(text))  # noqa: S704 - bleach has just cleaned it


def _quiet_links(source: Any) -> "LinkifyFilter":
    from bleach.linkifier import LinkifyFilter  # noqa: PLC0415 - as above

    return LinkifyFilter(source, callbacks=[_quiet], parse_email=False)


def _quiet(attributes: Any, new: Any = None) -> Any:
    """Bleach's call for each link; None for a bare address: only what was marked as a link becomes one."""
    return None if new else {**attributes, (None, "rel"): "noopener noreferrer"}
