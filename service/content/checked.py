"""A content folder read, compiled and linted in one go: what may be published, or what has to be corrected first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.bundle import Bundle
from flows.lint import Finding, lint
from flows.lint.model import Model, explore
from service.content.bundles import compiled
from service.content.files import packaged, read_tables

KINDS = (".toml", ".po")


@dataclass(frozen=True, slots=True)
class Checked:
    """Content with what lint found in it, and its menus as they were walked; publish only without findings."""

    tables: Mapping[str, Any]
    bundle: Bundle
    findings: tuple[Finding, ...]
    walked: Model


def check(
    folder: Path | None = None, country: str | None = None, *, two_way: bool = True, toll_free: bool = False
) -> Checked:
    """Check a folder (the one that ships, by default) for codes like these.

    Screens must fit `country`'s page, or without one the smallest page of all its countries.

    Raises BundleError (ContentError among them) or RulesError when it cannot be read at all.
    """
    root = folder if folder is not None else Path(str(packaged()))
    tables = read_tables(root)
    bundle, _ = compiled(tables, country or _smallest_page(tables))
    walked = explore(bundle)
    findings = lint(bundle, _sources(root), two_way=two_way, toll_free=toll_free, walked=walked)
    return Checked(tables, bundle, tuple(findings), walked)


def _smallest_page(tables: Mapping[str, Any]) -> str:
    """The country with the smallest USSD page; one that does not say how large is refused elsewhere."""
    limits = {code: folder["country"].get("ussd_limit") for code, folder in tables["countries"].items()}
    known = {code: limit for code, limit in limits.items() if isinstance(limit, int)}
    return min(known, key=lambda code: known[code], default="")


def _sources(root: Path) -> dict[str, str]:
    found = sorted(path for path in root.rglob("*") if path.suffix in KINDS and path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}
