"""A content folder read, compiled and linted in one go: what may be published, or what has to be corrected first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flows.bundle import Bundle, BundleError
from flows.lint import Finding, lint, unusable
from flows.lint.model import Model, explore
from flows.lint.sources import Sources
from scheduler.rules import RulesError
from service.content.bundles import compiled
from service.content.files import ContentError, packaged, read_tables
from service.settings import Settings

KINDS = (".toml", ".po")
KEPT_WALKS = 3
_walks: dict[tuple[str, int, tuple[str, ...]], Model] = {}
"""The last walks of this process, by what alone decides them: the content, the size of a page and the languages."""

_HAS_PLACE = re.compile(r"[\w./-]+, line \d+: ")


@dataclass(frozen=True)
class Checked:
    """Content with what lint found in it, and its menus as they were walked; publish only without findings."""

    tables: Mapping[str, Any]
    bundle: Bundle
    texts: Mapping[str, str]
    two_way: bool
    toll_free: bool

    @cached_property
    def walked(self) -> Model:
        """Its menus, walked when first asked for: that takes many seconds, and a slip elsewhere is told at once."""
        return walked(self.bundle)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything to correct; what only walking shows is looked for once nothing else is left."""
        return tuple(
            lint(
                self.bundle,
                self.texts,
                two_way=self.two_way,
                toll_free=self.toll_free,
                walk=lambda: self.walked,
            )
        )


def walked(bundle: Bundle) -> Model:
    """Its menus, walked: once in this process for the same content, page and languages."""
    known = (bundle.sha256, bundle.limit, tuple(bundle.languages))
    model = _walks.get(known)
    if model is None:
        model = _walks[known] = explore(bundle)
        if len(_walks) > KEPT_WALKS:
            del _walks[next(iter(_walks))]
    return model


def check(
    folder: Path | None = None, country: str | None = None, *, two_way: bool = True, toll_free: bool = False
) -> Checked:
    """Check a folder (the one that ships, by default) for codes like these.

    Screens must fit `country`'s page in the languages it offers; without a country, the smallest page of
    all its countries, in every language there is.

    Raises ContentError, with file and line where they can be told, when it cannot be read at all.
    """
    root = folder if folder is not None else Path(str(packaged()))
    try:
        tables = read_tables(root)
        bundle, _ = compiled(tables, country)
    except (BundleError, RulesError) as error:
        raise located(error, root) from None
    return Checked(tables, bundle, sources(root), two_way, toll_free)


def check_for(settings: Settings, folder: Path | None = None) -> Checked:
    """Check a folder for one deployment: its country, and whether it can receive and costs a caller nothing.

    Where only one of its codes is toll-free, no text may say "free": a text does not say which. Raises ContentError.
    """
    return check(
        folder,
        settings.country,
        two_way=settings.sms_two_way,
        toll_free=settings.sms_toll_free and settings.ussd_toll_free,
    )


def check_tables(
    tables: Mapping[str, Any], settings: Settings, texts: Mapping[str, str] | None = None
) -> Checked:
    """Check content that is put together already, as `check_for` does; ``texts`` are its files, for lines of findings.

    Raises BundleError or RulesError when it cannot be compiled.
    """
    bundle, _ = compiled(tables, settings.country)
    toll_free = settings.sms_toll_free and settings.ussd_toll_free
    return Checked(tables, bundle, texts or {}, settings.sms_two_way, toll_free)


def located(error: BundleError | RulesError, root: Path) -> ContentError:
    """Return the same refusal with the file and the line in front, where it does not name them itself."""
    sentence = str(error)
    if _HAS_PLACE.match(sentence) or not root.is_dir():
        return ContentError(sentence)
    file, line = unusable.place(sentence, Sources(sources(root)))
    rest = sentence.removeprefix(file).lstrip(": ")
    return ContentError(f"{file}, line {line}: {rest}" if line else sentence)


def sources(root: Path) -> dict[str, str]:
    """Return every content file as text, by its path inside the folder; what is not UTF-8 is read as far as it is."""
    found = sorted(path for path in root.rglob("*") if path.suffix in KINDS and path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text("utf-8", "replace") for path in found}
