"""Validates responses against the OpenAPI description of Graph's licensing surface.

`graph-openapi-closed.yaml` is cut from Microsoft's published metadata and refuses unknown properties. Its schemas
are JSON Schema 2020-12, as OpenAPI 3.1 has it.
"""

import functools
import re
from pathlib import Path

import httpx
import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parent.parent / "graph-openapi-closed.yaml"
BASE = "urn:graph"


@functools.cache
def document() -> dict:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded = yaml.load(DOCUMENT.read_text(encoding="utf-8"), Loader=loader)
    # Directory objects are open in the description, since other types extend them. Nothing extends a user.
    loaded["components"]["schemas"]["microsoft.graph.user"]["additionalProperties"] = False
    # The description takes references for texts; they are objects (OData JSON Format 4.01, section 14).
    reference = {"type": "object", "properties": {"@odata.id": {"type": "string"}}, "additionalProperties": False}
    for path, operations in loaded["paths"].items():
        if path.endswith("/$ref") and "get" in operations and not path.endswith("/manager/$ref"):
            answer = operations["get"]["responses"]["2XX"]["content"]["application/json"]["schema"]
            answer["properties"]["value"]["items"] = reference | {"required": ["@odata.id"]}
    return loaded


@functools.cache
def registry() -> Registry:
    return Registry().with_resource(BASE, Resource.from_contents(document(), default_specification=DRAFT202012))


@functools.cache
def templates() -> list[tuple[re.Pattern, str]]:
    """Paths of the description as patterns, those with the most fixed text first."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), -len(path)))
    key = re.compile(r"\\\{[^}]+\\\}")
    return [(re.compile(key.sub("[^/']+", re.escape(path)), re.IGNORECASE), path) for path in paths]


def find_template(path: str) -> str | None:
    """The path of the description for a requested path, in any of the spellings that clients use."""
    plain = re.sub("/+", "/", path).replace("microsoft.graph.", "graph.")
    # A key in parentheses is a key all the same, but for the alternate ones, which have names.
    plain = re.sub(r"\('([^']*)'\)", r"/\1", plain)
    return next((template for pattern, template in templates() if pattern.fullmatch(plain)), None)


def is_described(path: str) -> bool:
    """Whether a requested path, with its `/v1.0`, is in the description."""
    return find_template(path.partition("/v1.0")[2]) is not None


def template_of(path: str) -> str:
    """The path of the description that answers for a requested path (which starts after `/v1.0`)."""
    template = find_template(path)
    assert template is not None, f"{path} is not in {DOCUMENT.name}"
    return template


def schema_pointer(template: str, method: str, status: int) -> str | None:
    """Where the schema of this response is; None if the response has no body."""
    responses = document()["paths"][template][method]["responses"]
    key = next(key for key in (str(status), f"{status // 100}XX", "default") if key in responses)
    place = ["paths", template, method, "responses", key]
    response = responses[key]
    if "$ref" in response:
        place = response["$ref"].removeprefix("#/").split("/")
        response = document()["components"]["responses"][place[-1]]
    if "content" not in response:
        return None
    tokens = [*place, "content", "application/json", "schema"]
    return "#/" + "/".join(token.replace("~", "~0").replace("/", "~1").replace("%", "%25") for token in tokens)


def validate(response: httpx.Response) -> None:
    """Fails with every deviation of the response from the description."""
    if response.content:
        assert response.headers["content-type"].startswith("application/json")
    path = response.request.url.path.partition("/v1.0")[2]
    body = response.json() if response.content else None
    validate_body(path, response.request.method, response.status_code, body)


def validate_body(path: str, method: str, status: int, body: object) -> None:
    """The same for a body with this status, None if there was none. The path starts after `/v1.0`."""
    template = template_of(path.partition("?")[0])
    pointer = schema_pointer(template, method.lower(), status)
    if pointer is None or status == 204:
        assert body is None, f"{template} has a body that Graph does not send: {body}"
        return
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": BASE + pointer}
    validator = jsonschema.Draft202012Validator(schema, registry=registry())
    deviations = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
    assert not deviations, f"{method} {template} {status}:\n" + "\n".join(deviations)
