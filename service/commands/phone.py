"""`pamoja phone`: a phone in the terminal against a running demo, through its simulator."""

import secrets
import sys
from typing import Annotated, Any

import typer

from service.commands.context import data_dir, demo_address
from service.commands.problems import WRONG_USE, UserError

CODE = "*384*77#"
HELP = f"Type a code such as {CODE} to dial, `sms TEXT` to send a text, `call`, or Enter to look for new texts; q hangs up and ends."
SECONDS = 60.0
LAST_TEXTS = 5


def phone(
    number: Annotated[
        str, typer.Argument(metavar="MSISDN", help="The phone's number, such as +254700000001.")
    ],
    url: Annotated[str | None, typer.Option(help="Where the demo runs.")] = None,
) -> None:
    """A phone in the terminal: dial, text and read against a running demo."""
    import httpx

    from service.msisdn import parse

    parsed = parse(number, "KE")
    if parsed is None:
        raise UserError("That is not a mobile number: write it like +254700000001.", WRONG_USE)
    with httpx.Client(base_url=url or demo_address(data_dir()), timeout=SECONDS) as client:
        try:
            _Handset(client, parsed).use()
        except httpx.HTTPError:
            raise UserError(
                "The demo does not answer: start it with `make demo`, or give its address with --url."
            ) from None


class _Handset:
    """One phone; `client` is an httpx.Client at the demo's address."""

    def __init__(self, client: Any, number: str) -> None:
        self._client = client
        self._number = number
        self._seen = 0

    def use(self) -> None:
        """Read lines until the end or `q`."""
        print(HELP)
        self._show_texts()
        while (line := _ask("> ")) is not None and line != "q":
            if line.startswith("*") and line.endswith("#"):
                self._dial(line)
            elif line.startswith("sms "):
                self._post("/simulator/sms", {"from": self._number, "text": line.removeprefix("sms ")})
            elif line == "call":
                self._post("/simulator/call", {"from": self._number})
            elif line:
                print(HELP)
            self._show_texts()

    def _dial(self, code: str) -> None:
        """One USSD session: each answer is appended to the text, as the gateway does.

        What stands behind the demo's code (*384*77*7*417#) is typed at once, as on a network.
        """
        session, text = f"phone-{secrets.token_hex(8)}", ""
        if code.startswith(f"{CODE[:-1]}*"):
            code, text = CODE, code[len(CODE) : -1]
        while True:
            fields = {"sessionId": session, "phoneNumber": self._number, "serviceCode": code, "text": text}
            kind, _, screen = self._post("/simulator/ussd", fields).partition(" ")
            print(screen)
            typed = _ask("= ") if kind == "CON" else None
            if typed is None or typed == "q":
                return
            text = f"{text}*{typed}" if text else typed

    def _show_texts(self) -> None:
        answer = self._client.get("/simulator/outbox", params={"since": self._seen})
        _check(answer)
        texts = answer.json()
        mine = [text for text in texts if text["to"] == self._number]
        for text in mine if self._seen else mine[-LAST_TEXTS:]:
            print(f"[{text['at']}] {text['text']}")
        self._seen = max([self._seen, *(text["seq"] for text in texts)])

    def _post(self, path: str, fields: dict[str, str]) -> str:
        answer = self._client.post(path, data=fields)
        _check(answer)
        return str(answer.text)


def _check(answer: Any) -> None:
    if answer.status_code == 404:
        raise UserError("There is no simulator at that address: it is only in the demo.")
    if answer.status_code >= 400:
        raise UserError(f"The demo answered {answer.status_code}: look at its log, or start it again.")


def _ask(prompt: str) -> str | None:
    """A line from the keyboard or a pipe; None at its end."""
    try:
        return input(prompt if sys.stdin.isatty() else "").strip()
    except EOFError:
        return None
