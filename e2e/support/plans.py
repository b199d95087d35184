"""Plans, the guard, and the changes that were made (docs/reference/own-endpoints.md)."""

import functools
import json
from pathlib import Path

import httpx
import jsonschema

from support.graph import Graph, expect, expect_error

SCHEMA = Path(__file__).parents[2] / "docs/reference/plan.schema.json"


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plan(graph: Graph, method: str, path: str, **options) -> dict:
    """What a request would do: an answer that is valid by the documented schema."""
    answer = graph.request(method, path, headers={"Prefer": "zetel.plan"}, **options)
    planned = expect(answer, 200)
    assert answer.headers["preference-applied"] == "zetel.plan"
    deviations = [f"{error.json_path}: {error.message[:300]}" for error in validator().iter_errors(planned)]
    assert not deviations, deviations
    return planned


def confirmation(token: str) -> dict[str, str]:
    """The headers that confirm a change."""
    return {"Zetel-Confirm": token}


def token_of_refusal(answer: httpx.Response) -> str:
    """The token of a change that the guard stopped."""
    error = expect_error(answer, 428, "zetel_confirmationRequired")
    return error["innerError"]["zetel.confirmation"]["token"]


def newest_change(graph: Graph) -> int:
    [change] = graph.get("/zetel/changes?$top=1")["value"]
    return change["id"]


def undo(graph: Graph, change: int, **options) -> dict:
    return expect(graph.request("POST", f"/zetel/changes/{change}/undo", json={}, **options), 200)
