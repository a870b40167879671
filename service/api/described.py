"""What the API says of itself: its OpenAPI description, and the same as one plain page without any script."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI

from service.api.problems import MEDIA, SAYS, Problem
from service.dashboard.frame.pages import environment

ABOUT: Final = (
    "One key belongs to one clinic: everything it enters and reads is that clinic's. Show it as "
    "`Authorization: Bearer pmj_…`. A mother is named by her client number alone. Every entry may be sent again: "
    "the same object changes nothing. A key may make 300 requests a minute unless it was given another number."
)

EVERYWHERE: Final = (400, 401, 403, 413, 429, 500)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors an operation may answer with, beside those that any may."""
    return {status: {"model": Problem, "description": SAYS[status]} for status in (*EVERYWHERE, *statuses)}


class Described(FastAPI):
    """An application that also says what FastAPI cannot know: that there is a key, and how errors are answered."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            found = super().openapi()
            components = found.setdefault("components", {})
            components["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "pmj_…"}
            }
            found["security"] = [{"key": []}]
            found["servers"] = [{"url": "/api"}]
            for methods in found["paths"].values():
                for operation in methods.values():
                    _as_problems(operation["responses"])
            for unused in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(unused, None)
        return self.openapi_schema or {}


def page(description: Mapping[str, Any]) -> str:
    """The description as a page."""
    schemas = description["components"]["schemas"]
    operations = [
        {
            "method": method.upper(),
            "path": f"/api{path}",
            "summary": operation.get("summary", ""),
            "says": operation.get("description", ""),
            "parameters": operation.get("parameters", []),
            "sends": _name(operation.get("requestBody", {})),
            "answers": _name(operation["responses"]["200"]),
            "errors": sorted(int(status) for status in operation["responses"] if status != "200"),
        }
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    template = environment().get_template("api/docs.html")
    return template.render(
        about=ABOUT.replace("`", ""), operations=operations, shapes=_shapes(schemas), says=SAYS
    )


def _as_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if int(status) >= 400:
            response["content"] = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _name(holder: Mapping[str, Any]) -> str:
    content: Mapping[str, Any] = next(iter(holder.get("content", {}).values()), {})
    return str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _shapes(schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "says": schema.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "needed": field in schema.get("required", []),
                    "type": _type(one),
                    "says": one.get("description", ""),
                }
                for field, one in schema.get("properties", {}).items()
            ],
        }
        for name, schema in schemas.items()
    ]


def _type(one: Mapping[str, Any]) -> str:
    """A field's type as a person reads it."""
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "anyOf" in one:
        return " or ".join(_type(part) for part in one["anyOf"] if part.get("type") != "null") + ", or null"
    if "enum" in one:
        return ", ".join(str(word) for word in one["enum"])
    if one.get("type") == "array":
        return f"list of {_type(one.get('items', {}))}"
    return str(one.get("format") or one.get("type", "anything"))
