"""The menus and texts as one page that can be opened from disk, read in every language, printed and signed."""

from collections.abc import Iterator, Sequence
from html import escape

from flows.bundle import Bundle
from flows.lint.finding import Finding
from flows.lint.model.table import by_person, screens_said
from flows.lint.model.tasks import MOST_SCREENS, reaches
from flows.lint.model.walking import Model
from flows.picture.graph import svg
from flows.picture.marks import is_draft, language_mark
from flows.picture.phones import screens
from flows.picture.texts import texts
from flows.picture.words import words

__all__ = ["drawn"]

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1c1917;background:#fff;margin:0 auto;padding:1rem;max-width:78rem}
a{color:#0b57a4}a:focus-visible{outline:3px solid #b45309;outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
h2{border-bottom:2px solid #1c1917;margin-top:3rem}code{overflow-wrap:anywhere}
.graph{overflow:auto;border:1px solid #78716c}
svg{display:block}svg path{fill:none;stroke:#57534e}svg path.back{stroke:#a8a29e;stroke-dasharray:4 4}
svg rect{fill:#fff;stroke:#44403c}svg rect.end{fill:#dcfce7}svg rect.route{fill:#e7e5e4;stroke-dasharray:4 3}
svg rect.mother{stroke:#7e22ce;stroke-width:2.5}svg rect.staff,svg rect.supervisor{stroke:#0b57a4;stroke-width:2.5}
svg text{font:13px system-ui,sans-serif;fill:#1c1917}
.screen{border-top:1px solid #a8a29e;padding:.5rem 0;break-inside:avoid}.screen:target{background:#fef3c7}
.phones{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;width:17rem}
.phone{white-space:pre-wrap;overflow-wrap:anywhere;font:15px/1.35 ui-monospace,monospace;margin:0;padding:.75rem;
min-height:6rem;border:2px solid #1c1917;border-radius:.75rem;background:#f5f5f0}.sms{background:#eef6ff}
figcaption{font-size:.875rem}.draft{color:#9a3412;border:1px solid #9a3412;border-radius:3px;padding:0 .25rem}
table{border-collapse:collapse}th,td{border:1px solid #78716c;padding:.25rem .6rem;text-align:left}
.sign{break-inside:avoid;border:2px solid #1c1917;padding:1rem;margin:1rem 0}
.line{display:inline-block;min-width:16rem;border-bottom:1px solid #1c1917;height:2.2rem}
@media print{body{max-width:none;padding:0}.skip,nav{display:none}a{color:inherit}.graph{overflow:visible;border:0}
svg{width:100%;height:auto}h2{break-before:page}}
""".strip()


def drawn(model: Model, findings: Sequence[Finding] = ()) -> str:
    """Return the page as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""
    return "\n".join((*_head(model, findings), *_body(model), "</main></body></html>")) + "\n"


def _head(model: Model, findings: Sequence[Finding]) -> Iterator[str]:
    bundle = model.bundle
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Menus and texts, version {bundle.sha256[:12]}</title><style>{STYLE}</style></head><body>"
    yield '<a class="skip" href="#screens">To the screens</a><main><h1>Menus and texts</h1>'
    yield f"<p>Version <code>{bundle.sha256}</code>. A signature below is for this version alone.</p>"
    yield f"<p>{len(bundle.screens)} screens and {len(bundle.templates)} texts in {len(bundle.languages)} languages. "
    yield f"{model.states} states were walked in {model.hops} answers. Everything is shown with the longest data "
    yield f"there can be; a screen may take {bundle.limit} characters as the network counts them, less where a "
    yield "letter is outside its plain alphabet. What is marked draft nobody has reviewed.</p>"
    if findings:
        yield f'<section><h2>To correct first</h2><p><strong class="draft">{len(findings)} to correct</strong></p><ul>'
        yield from (f"<li>{escape(str(finding))}</li>" for finding in findings)
        yield "</ul></section>"
    yield '<nav aria-label="Parts"><ul><li><a href="#tasks">Tasks</a></li><li><a href="#graph">The whole menu</a></li>'
    yield '<li><a href="#screens">Screens</a></li><li><a href="#texts">Texts</a></li><li><a href="#words">Words and tips</a></li>'
    yield '<li><a href="#signatures">Signatures</a></li></ul></nav>'


def _body(model: Model) -> Iterator[str]:
    bundle = model.bundle
    yield f'<h2 id="tasks">Tasks</h2><p>Screens to answer after the PIN, or after home: {MOST_SCREENS} must do.</p>'
    yield '<table><thead><tr><th scope="col">task</th><th scope="col">who</th><th scope="col">screens</th>'
    yield '<th scope="col">why more</th></tr></thead><tbody>'
    for found in by_person(reaches(model)):
        task = found.task
        cells = (task.name, task.who, screens_said(found).replace("`", ""), task.why)
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield '</tbody></table><h2 id="graph">The whole menu</h2>'
    yield "<p>Each column is one answer further from home. Green ends the call, grey chooses by itself, purple is "
    yield "behind a mother's PIN, blue behind a mentor's or supervisor's. Dashed lines lead back.</p>"
    yield f'<div class="graph" tabindex="0" role="region" aria-label="The whole menu">{svg(bundle)}</div>'
    yield f'<h2 id="screens">Screens</h2>{screens(bundle)}<h2 id="texts">Texts</h2>{texts(bundle)}'
    yield '<h2 id="words">Words and tips</h2><div class="graph" tabindex="0" role="region" '
    yield f'aria-label="Words and tips">{words(bundle)}</div>'
    yield '<h2 id="signatures">Signatures</h2>'
    yield from (_signature(bundle, language) for language in bundle.languages)


def _signature(bundle: Bundle, language: str) -> str:
    name = escape(bundle.languages[language])
    draft = " Until somebody signs, it is a draft." if is_draft(bundle, language) else ""
    lines = "".join(
        f'<p>{said}: <span class="line"></span></p>' for said in ("Name", "Office", "Date", "Signature")
    )
    return (
        f'<section class="sign"><h3>{name}{language_mark(bundle, language)}</h3>'
        f"<p>I have read every screen, text, word and tip in this language, version <code>{bundle.sha256[:12]}</code>."
        f"{draft}</p>{lines}</section>"
    )
