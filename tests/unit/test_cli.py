"""The command line in real processes: what a person reads when something is wrong is one sentence, never a traceback."""

import io
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from service.cli import code_of
from service.commands.add import new_pin
from service.commands.problems import sentence_of
from service.security.pins import is_weak

LOGGING = ("serve", "worker", "watchdog", "demo")
ROOT = Path(__file__).parents[2]
COMMANDS = (
    "add",
    "api-key",
    "audit",
    "changes",
    "backup",
    "days",
    "demo",
    "doctor",
    "export",
    "import",
    "keys",
    "lint",
    "measures",
    "migrate",
    "phone",
    "publish",
    "serve",
    "translate",
    "try",
    "user",
    "watchdog",
    "why",
    "worker",
)


def process(
    *arguments: str, cwd: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of this machine's own settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PAMOJA_")}
    return subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", *arguments],
        check=False,
        capture_output=True,
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | environment,
        input=stdin,
        text=True,
        timeout=60,
    )


def pamoja(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The same within this process, ten times faster; not for commands that take logging over."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PAMOJA_")}
    out, err, was = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(cwd)
    try:
        with (
            patch.dict(os.environ, clean, clear=True),
            patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = code_of(arguments)
    finally:
        os.chdir(was)
    return subprocess.CompletedProcess(list(arguments), code, out.getvalue(), err.getvalue())


def one_sentence(stderr: str) -> bool:
    return stderr.count("\n") == 1 and "Traceback" not in stderr and stderr.strip().endswith(".")


def test_help_names_every_command(tmp_path: Path) -> None:
    done = process("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert tuple(re.findall(r"^  ([a-z][a-z-]*)  ", done.stdout, re.MULTILINE)) == tuple(
        sorted(COMMANDS, key=lambda name: done.stdout.find(f"\n  {name} "))
    )


@pytest.mark.parametrize(
    "arguments",
    [("nothing",), ("serve", "--port", "x"), ("serve", "--port", "70000"), ("phone",), ("user", "add", "a@b.c"),
     ("user", "add", "nobody", "--role", "me"), ("phone", "12"), ("measures", "--weeks", "0"), ("why",), ("why", "+254700000001"),
     ("why", "0700 000 001"), ("why", "254700000001"), ("why", "Riverside/+254700000001"), ("why", "Riverside/"), ("try", "--lang", "xx"), ("lint", "--country", "XX"),
     ("add", "mentor", "A", "+254700000001", "--facility", "1", "--duty", "never")],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_exit_2_and_one_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = pamoja(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert one_sentence(done.stderr), done.stderr


@pytest.mark.parametrize(("arguments", "shown"), [((), "  serve "), (("add",), "  facility ")])
def test_without_a_command_its_commands_are_listed(
    tmp_path: Path, arguments: tuple[str, ...], shown: str
) -> None:
    done = pamoja(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert any(line.startswith(shown) for line in done.stderr.splitlines()), done.stderr


def test_wrong_use_names_the_help_of_that_very_command(tmp_path: Path) -> None:
    assert "`pamoja add facility --help`" in pamoja("add", "facility", cwd=tmp_path).stderr
    assert "error," not in pamoja("user", "add", "a@b.c", "--role", "king", cwd=tmp_path).stderr


@pytest.mark.parametrize("command", ["serve", "watchdog", "migrate", "publish"])
def test_missing_settings_are_named_with_the_remedy(tmp_path: Path, command: str) -> None:
    done = (process if command in LOGGING else pamoja)(command, cwd=tmp_path)
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    for name in (
        "PAMOJA_HOOK_TOKENS",
        "PAMOJA_KEYS",
        "PAMOJA_INDEX_KEYS",
        "PAMOJA_PIN_PEPPER",
        "pamoja keys new",
    ):
        assert name in done.stderr


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """A folder whose .env holds fresh keys, the simulator, and a database that is not there."""
    keys = pamoja("keys", "new", cwd=tmp_path)
    lines = (
        f"{keys.stdout}PAMOJA_GATEWAY=simulator\nPAMOJA_DATABASE_URL=postgresql://x@127.0.0.1:1/x\n"
        "PAMOJA_SMS_CODE=22384\nPAMOJA_SMS_TWO_WAY=true\n"
    )
    (tmp_path / ".env").write_text(lines)
    return tmp_path


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "publish"])
def test_a_database_that_is_away_is_one_sentence(env_file: Path, command: str) -> None:
    arguments = (command, "--port", "0") if command == "serve" else (command,)
    done = (process if command in LOGGING else pamoja)(*arguments, cwd=env_file)
    assert done.returncode == 1
    assert done.stderr == "The database cannot be reached: start it, or correct PAMOJA_DATABASE_URL.\n"


def test_a_database_whose_socket_is_gone_is_away_too(env_file: Path) -> None:
    text = (env_file / ".env").read_text().replace("x@127.0.0.1:1/x", "x@/x?host=/nowhere")
    (env_file / ".env").write_text(text)
    done = pamoja("migrate", cwd=env_file)
    assert done.returncode == 1
    assert done.stderr == "The database cannot be reached: start it, or correct PAMOJA_DATABASE_URL.\n"


def test_without_a_database_serve_says_which_setting_is_missing(env_file: Path) -> None:
    text = (env_file / ".env").read_text().replace("PAMOJA_DATABASE_URL=", "OTHER=")
    (env_file / ".env").write_text(text)
    done = process("serve", "--port", "0", cwd=env_file)
    assert done.returncode == 1
    assert "PAMOJA_DATABASE_URL is not set" in done.stderr
    assert one_sentence(done.stderr)


def test_a_taken_port_is_told_at_once(env_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            done = process(command, "--port", port, cwd=env_file)
            assert done.returncode == 1
            assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
            assert one_sentence(done.stderr), done.stderr


def test_a_log_level_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    done = process("lint", cwd=tmp_path, PAMOJA_LOG_LEVEL="loud")
    assert done.returncode == 1
    assert "PAMOJA_LOG_LEVEL" in done.stderr
    assert one_sentence(done.stderr), done.stderr


def test_the_doctor_names_a_misspelt_setting_and_an_env_it_cannot_read(env_file: Path) -> None:
    text = (env_file / ".env").read_text()
    (env_file / ".env").write_text(f"{text}PAMOJA_SMS_TWOWAY=true\nPAMOJA_DOMAIN=x\n")
    done = pamoja("doctor", cwd=env_file)
    assert "✗ PAMOJA_SMS_TWOWAY: means nothing" in done.stdout
    assert "PAMOJA_DOMAIN" not in done.stdout
    (env_file / ".env").write_bytes(b"PAMOJA_KEYS=\xff\xfe\n")
    unread = pamoja("migrate", cwd=env_file)
    assert (unread.returncode, unread.stdout) == (1, "")
    assert ".env cannot be read" in unread.stderr


def test_new_keys_can_be_put_into_env_as_they_are(tmp_path: Path) -> None:
    one, two = (pamoja("keys", "new", cwd=tmp_path).stdout for _ in range(2))
    assert one != two
    assert [line.partition("=")[0] for line in one.splitlines()] == [
        "PAMOJA_HOOK_TOKENS", "PAMOJA_KEYS", "PAMOJA_INDEX_KEYS", "PAMOJA_PIN_PEPPER",
    ]  # fmt: skip


def test_the_content_that_ships_is_clean(tmp_path: Path) -> None:
    done = pamoja("lint", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Clean."), done.stdout


def test_lint_names_what_is_wrong_and_what_cannot_be_read(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "content"
    shutil.copytree(ROOT / "flows" / "content", folder)
    home = folder / "menus" / "home.toml"
    home.write_text(home.read_text().replace('"Welcome."', '"Your ART clinic."'))
    done = pamoja("lint", str(folder), "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert any(
        finding["file"] == "menus/home.toml" and finding["line"] > 0 for finding in json.loads(done.stdout)
    )
    country = folder / "countries" / "WHO" / "country.toml"
    whole = country.read_text()
    country.write_text(re.sub(r"ussd_limit = \d+", "ussd_limit = 100", whole))
    small = pamoja("lint", str(folder), cwd=tmp_path)
    assert small.returncode == 2
    assert "correct the country's limit" in small.stderr
    country.write_text(whole)
    home.write_text("not = [toml")
    broken = pamoja("lint", str(folder), cwd=tmp_path)
    assert broken.returncode == 2
    assert "menus/home.toml" in broken.stderr
    assert pamoja("lint", str(tmp_path / "nowhere"), cwd=tmp_path).returncode == 2


def test_the_menus_can_be_walked_without_anything(tmp_path: Path) -> None:
    done = pamoja("try", cwd=tmp_path, stdin="1\n2468\n1\n")
    assert done.returncode == 0
    assert "Welcome." in done.stdout
    assert "[CheckInAnswered]" in done.stdout
    mentor = pamoja("try", "--lang", "sw", "--as", "mentor", cwd=tmp_path, stdin="7\n2468\n")
    assert "Karibu." in mentor.stdout
    assert "Ufuatiliaji (3)" in mentor.stdout


def test_a_phone_without_a_demo_says_how_to_start_one(tmp_path: Path) -> None:
    done = pamoja("phone", "+254700000001", "--url", "http://127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 1
    assert "make demo" in done.stderr
    assert one_sentence(done.stderr)


def test_a_reader_that_closes_early_is_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'from service.cli import main; main()' doctor | true"
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, capture_output=True, cwd=tmp_path, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_an_unexpected_fault_never_quotes_what_it_holds() -> None:
    try:
        raise KeyError("+254700000001")
    except KeyError as error:
        sentence, code = sentence_of(error)
    assert code == 1
    assert "254700" not in sentence
    assert "KeyError at test_cli.py" in sentence


def test_a_first_pin_is_never_one_that_is_tried_first() -> None:
    assert not any(is_weak(new_pin()) for _ in range(200))
