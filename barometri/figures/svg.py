"""SVG made fit for a page: ids of its own, no metadata, no style that leaks, a name and a description."""

import re
from html import escape
from typing import Final

_METADATA: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_STYLE: Final = re.compile(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_PROLOGUE: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_COMMENT: Final = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_ROOT: Final = re.compile(r"<svg[^>]*>")
_ID: Final = re.compile(r'(?<=[\s])id="([^"]+)"')
_REFERENCE: Final = re.compile(r'((?:xlink:)?href=")#([^"]+)"')
_URL: Final = re.compile(r"url\(#([^)]+)\)")
_TAG: Final = re.compile(r"<[^<>]*>")
"""Matplotlib writes no angle bracket into a value or a text."""
_VIEW_BOX: Final = re.compile(r'viewBox="([^"]+)"')


def prefixed(source: str, prefix: str) -> str:
    """Return the SVG with every id, and every reference to one, prefixed; words stay as they are."""

    def tag(found: re.Match[str]) -> str:
        text = _ID.sub(lambda m: f'id="{prefix}-{m[1]}"', found[0])
        text = _REFERENCE.sub(lambda m: f'{m[1]}#{prefix}-{m[2]}"', text)
        return _URL.sub(lambda m: f"url(#{prefix}-{m[1]})", text)

    return _TAG.sub(tag, source)


def accessible(source: str, *, prefix: str, title: str, alt: str, language: str, size: bool = False) -> str:
    """Return an SVG element ready to stand in a page.

    Parameters
    ----------
    source
        What matplotlib wrote.
    prefix
        Prefix of every id.
    title, alt
        Accessible name and description.
    language
        Language of its text.
    size
        Whether the element states its own width and height (a file) or fills its place (a page).
    """
    prefix, language = escape(prefix), escape(language)
    box = _VIEW_BOX.search(source)
    view = box[1] if box else "0 0 0 0"
    for pattern in (_PROLOGUE, _METADATA, _STYLE, _COMMENT):
        source = pattern.sub("", source, count=0)
    source = prefixed(source, prefix)
    _, _, width, height = view.split()
    measures = f'width="{width}pt" height="{height}pt" ' if size else ""
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" id="{prefix}" '
        f'class="barometri-chart" {measures}viewBox="{view}" role="img" lang="{language}" '
        f'aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc" '
        'stroke-linejoin="round" stroke-linecap="butt">\n'
        f'<title id="{prefix}-title">{escape(title)}</title>\n<desc id="{prefix}-desc">{escape(alt)}</desc>'
    )
    return _ROOT.sub(lambda _: root, source, count=1).strip() + "\n"
