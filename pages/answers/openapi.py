"""OpenAPI 3.1 of the addresses below /api, made from the signatures that the questions themselves are read with."""

from __future__ import annotations

from typing import Any

from pages.answers.answer import Answer
from pages.answers.questions import INSTRUCTIONS, QUESTIONS, Question
from pages.browse.known import LOCAL
from pages.database import Row
from pages.export.atom import RIGHTS
from pages.http.names import named

VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
#: What an answer may be instead of an answer, by its status.
_REFUSALS = {
    "304": "You have this answer already (If-None-Match or If-Modified-Since)",
    "400": "An argument is unknown, missing, repeated, of the wrong form, or has a value that does not exist",
    "405": "Only GET and HEAD are answered",
    "409": "The cursor is not of this corpus: begin again with `since`",
    "429": "Too many requests: the header Retry-After says when to ask again",
    "503": "The site is too busy: the header Retry-After says when to ask again",
}
_ERROR = {
    "type": "object",
    "required": ["ok", "error", "status"],
    "properties": {
        "ok": {"type": "boolean", "const": False},
        "error": {"type": "string", "description": "What is wrong, and what to give instead"},
        "status": {"type": "integer"},
    },
}


def openapi(site: str, there: dict[str, str], values: dict[str, list[str]]) -> Row:
    """The description.

    Args:
        site: the public address.
        there: argument -> a value that answers, for the examples.
        values: filter -> the values that it takes (`pages.browse.known.values`).
    """
    whole = Answer.model_json_schema(mode="serialization", ref_template=_REF)
    schemas: dict[str, Any] = whole.pop("$defs") | {"Answer": whole, "Error": _ERROR}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Information policy monitor",
            "version": VERSION,
            "description": named(INSTRUCTIONS),
            "license": {"name": RIGHTS, "identifier": "Apache-2.0"},
        },
        "servers": [{"url": site}],
        "paths": {each.path: {"get": _operation(each, there, values)} for each in QUESTIONS.values()},
        "components": {"schemas": schemas},
    }


def _operation(question: Question, there: dict[str, str], values: dict[str, list[str]]) -> Row:
    refusals = {
        status: {"description": about}
        | (
            {}
            if status == "304"
            else {"content": {"application/json": {"schema": {"$ref": _REF.format(model="Error")}}}}
        )
        for status, about in _REFUSALS.items()
        if status != "409" or "cursor" in question.signature.parameters
    }
    described = parameters(question, there)
    for each in described:
        if each["name"] in ("area", "status", "agency"):
            each["schema"]["enum"] = values[question.filter(each["name"])]
        if each["name"] == "place":
            each["schema"]["anyOf"] = [{"enum": values[question.filter("place")]}, {"pattern": f"^{LOCAL}$"}]
    return {
        "operationId": question.name,
        "summary": question.title,
        "description": question.about,
        "parameters": described,
        "responses": {
            "200": {
                "description": "The answer; `state` says what it is",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": _REF.format(model="Answer")}}},
            },
            **refusals,
        },
    }


def parameters(question: Question, there: dict[str, str]) -> list[Row]:
    """The arguments of a question as OpenAPI describes parameters. What may be left out is not also null in an address."""
    schema = question.arguments.model_json_schema()
    required = schema.get("required", [])
    found = []
    for name, about in schema["properties"].items():
        kinds = [each for each in about.get("anyOf", [about]) if each.get("type") != "null"]
        kept = {key: each for key, each in kinds[0].items() if key not in ("title", "description")}
        if about.get("default") is not None:
            kept["default"] = about["default"]
        row: Row = {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": about["description"],
            "schema": kept,
        }
        if name in there and name in required:
            row["example"] = there[name]
        found.append(row)
    return found


def example(question: Question, there: dict[str, str]) -> str:
    """The address of a question that has an answer: with what it needs, and nothing else."""
    needed = [each["name"] for each in parameters(question, there) if each["required"]]
    return question.path + ("?" + "&".join(f"{name}={there[name]}" for name in needed) if needed else "")
