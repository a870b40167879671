"""The npm peer, installed by name into a folder of its own; left out with a plain line where there is no npm."""

import shutil
import subprocess
from pathlib import Path

from bench.report import note

PACKAGES = ("ussd-menu-builder@1.2.0", "express@4")
SCRIPT = Path(__file__).parent / "peers" / "menu_builder.js"
PATIENCE_SECONDS = 240


def menu_builder(folder: Path) -> list[str] | None:
    """The command that serves ussd-menu-builder, or None (and says why) when it cannot be had here."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        note("ussd-menu-builder is left out: this machine has no node and npm.")
        return None
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    try:
        done = subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--no-fund", *PACKAGES],
            cwd=folder,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        note("ussd-menu-builder is left out: npm did not end in time.")
        return None
    if done.returncode:
        note("ussd-menu-builder is left out: npm could not install it (is there a network?).")
        return None
    return [node, str(shutil.copy(SCRIPT, folder))]
