"""`pamoja translate`: catalogues brought up to date with the English, and new ones begun."""

import re
from pathlib import Path
from typing import Annotated

import typer

from service.commands.problems import WRONG_USE, UserError

_CODE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")


def translate(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A content folder; the standard one if left out.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="This language alone, such as sw.")] = None,
    new: Annotated[
        str | None, typer.Option(metavar="CODE", help="Begin a catalogue for this language.")
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if anything would change.")
    ] = False,
) -> int:
    """Bring locale/*.po up to date with the English: reworded texts fuzzy, new ones empty, gone ones aside."""
    from flows.bundle import BundleError
    from scheduler.rules import RulesError
    from service.content.files import packaged

    root = folder if folder is not None else Path(str(packaged()))
    try:
        return _translate(root, lang, new, only_check=only_check)
    except (BundleError, RulesError) as error:
        raise UserError(str(error), WRONG_USE) from None


def _translate(root: Path, lang: str | None, new: str | None, *, only_check: bool) -> int:
    from service.content.bundles import compiled
    from service.content.catalogue import empty, updated
    from service.content.files import places, read_tables
    from service.content.to_translate import texts

    files = [_to_begin(root, new)] if new is not None else _catalogues(root, lang)
    tables = read_tables(root)
    bundle, _ = compiled(tables, None)
    where = places(root)
    if new is not None:
        _write(files[0], empty(new, bundle.languages.get(new, new)))
    stale = []
    for file in files:
        before = file.read_text(encoding="utf-8")
        after = updated(f"locale/{file.name}", before, texts(bundle, tables, where, file.stem))
        if after != before:
            stale.append(f"locale/{file.name}")
            if not only_check:
                _write(file, after)
    if not stale:
        print("Every catalogue is up to date.")
    elif only_check:
        print(f"Not up to date: {', '.join(stale)}. Run `pamoja translate`.")
        return 1
    else:
        print(f"Brought up to date: {', '.join(stale)}. `pamoja lint` names what is left to translate.")
    return 0


def _catalogues(root: Path, lang: str | None) -> list[Path]:
    if lang is None:
        return sorted((root / "locale").glob("*.po"))
    file = root / "locale" / f"{lang}.po"
    if not file.is_file():
        raise UserError(
            f"There is no locale/{lang}.po: begin it with `pamoja translate --new {lang}`.", WRONG_USE
        )
    return [file]


def _to_begin(root: Path, code: str) -> Path:
    file = root / "locale" / f"{code}.po"
    if not _CODE.fullmatch(code):
        raise UserError("A language is named by its ISO 639 code, such as sw or pt_BR.", WRONG_USE)
    if file.exists():
        raise UserError(f"locale/{code}.po is there already: leave out --new.", WRONG_USE)
    return file


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{file} cannot be written ({error.strerror}): copy the content folder and name it."
        ) from None
