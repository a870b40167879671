"""The command `pamoja`. Whatever happens, a person reads one sentence that names the remedy, never a traceback."""

import os
import sys
from collections.abc import Sequence
from typing import Final

import typer
from typer.exceptions import TyperException

from service.commands import (
    add,
    api_key,
    audit,
    backup,
    content,
    days,
    demo,
    doctor,
    export,
    import_,
    measures,
    operate,
    phone,
    serve,
    translate,
    user,
    walk,
    why,
)
from service.commands.context import log_level
from service.commands.problems import FAILED, WRONG_USE, UserError, sentence_of
from service.logs import configure_logging

INTERRUPTED: Final = 130

app = typer.Typer(
    name="pamoja",
    help="USSD and SMS for mothers in care: reminders, and a mentor who is told when one goes silent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("watchdog")(serve.watchdog)
app.command("migrate")(operate.migrate)
app.command("lint")(content.lint)
app.command("publish")(content.publish)
app.command("changes")(content.changes)
app.command("translate")(translate.translate)
app.command("try")(walk.try_menus)
app.command("phone")(phone.phone)
app.command("doctor")(doctor.doctor)
app.command("why")(why.why)
app.command("audit")(audit.audit)
app.command("import")(import_.import_)
app.command("measures")(measures.measures)
app.add_typer(add.app, name="add")
app.add_typer(api_key.app, name="api-key")
app.add_typer(export.app, name="export")
app.add_typer(backup.app, name="backup")
app.add_typer(days.app, name="days")
app.add_typer(user.app, name="user")
app.add_typer(operate.keys, name="keys")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 it failed, 2 it was used wrongly."""
    try:
        configure_logging(log_level("WARNING"))
    except UserError as error:
        sys.exit(_say(*sentence_of(error)))
    sys.exit(code_of(arguments))


def code_of(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        code = app(
            list(arguments) if arguments is not None else None, prog_name="pamoja", standalone_mode=False
        )
        sys.stdout.flush()
    except TyperException as error:
        return _say(_corrected(error), WRONG_USE)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _say(*sentence_of(error))
    return code if isinstance(code, int) else 0


def _corrected(error: TyperException) -> str:
    """What was used wrongly, and whose help to read; a group without a command shows its own help instead."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return error.format_message()
    said = " ".join(error.format_message().split()).rstrip(".,").replace(": Value error, ", ": ")
    context = getattr(error, "ctx", None)
    return f"{said}. See `{context.command_path if context else 'pamoja'} --help`."


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
