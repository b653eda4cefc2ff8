"""The API's description: whole, valid, and true as far as it can be seen without asking."""

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from solosync import app
from solosync.config import Config
from solosync.records.scopes import SCOPES
from solosync.web import limits, openapi, openapi_parts, static
from solosync.web.auth import public
from solosync.web.documented import BODY, RATE, SCOPE
from solosync.web.examples import EXAMPLES
from solosync.web.listing import LISTING
from solosync.web.routes import routes
from tests.servers import ROOT

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def described():
    return openapi.document(routes())


@pytest.fixture(scope="module")
def operations(described):
    """(where, operation) of each."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
    ]


@pytest.fixture(scope="module")
def handlers(described):
    """By operationId."""
    litestar = app.build_app(Config(data_dir=Path("/nowhere")))
    return {
        handler.handler_name: handler
        for route in litestar.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    }


@pytest.fixture(scope="module")
def validate(described):
    resource = DRAFT202012.create_resource(described)
    registry: Registry = Registry().with_resource("urn:described", resource)

    def check(value, schema):
        validator = Draft202012Validator(_absolute(schema), registry=registry)
        return [error.message for error in validator.iter_errors(value)]

    return check


def _absolute(schema):
    """Its references, as somebody outside of the document writes them."""
    return json.loads(json.dumps(schema).replace('"#/', '"urn:described#/'))


def resolved(described, value):
    while "$ref" in value:
        found = described
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/")]
        value = found
    return value


def test_description_fits_the_official_schema(described):
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_tagged_described_and_named_once(described, operations):
    tags = {tag["name"] for tag in described["tags"]}
    for where, operation in operations:
        assert operation["tags"], where
        assert tags >= set(operation["tags"]), where
        assert operation["description"], where
        assert operation["summary"], where
    ids = [operation["operationId"] for _, operation in operations]
    assert sorted(ids) == sorted(set(ids))


def test_every_parameter_is_described(described, operations):
    for where, operation in operations:
        for given in operation["parameters"]:
            parameter = resolved(described, given)
            assert parameter.get("description"), (where, parameter["name"])


def test_every_operation_tells_who_may_ask_and_its_errors(operations, handlers):
    for where, operation in operations:
        handler = handlers[operation["operationId"]]
        statuses = {int(status) for status in operation["responses"]}
        is_open = handler.resolve_guards() == [public]
        scope = handler.opt.get(SCOPE)
        expected: list[dict] = [] if is_open else [{"bearer": []}, {"cookie": []}]
        if scope:
            assert scope in SCOPES, where
            expected.append({"apiKey": [scope]})
            assert f"`{scope}`" in operation["description"], where
        assert operation["security"] == expected, where
        assert is_open or {401, 403} <= statuses, where
        assert (handler.opt.get(RATE) == limits.NONE) or 429 in statuses, where
        assert ("_id}" in where) <= (404 in statuses), where
        method = where.split()[0]
        if method != "GET" and not is_open:
            assert {503, 507} <= statuses, where
        if BODY in handler.opt:
            assert {400, 413, 415} <= statuses, where


def test_every_raw_body_is_described(operations, handlers):
    for where, operation in operations:
        assert ("requestBody" in operation) == (BODY in handlers[operation["operationId"]].opt), (
            where
        )


def test_every_error_is_a_problem_document_or_the_teams_envelope(described, operations):
    for where, operation in operations:
        for status, given in operation["responses"].items():
            if int(status) < 400:
                continue
            response = resolved(described, given)
            (media_type,) = response["content"]
            is_teams = "/api/v1/" not in where and operation["tags"] == ["Team"]
            assert (media_type == "application/json") == is_teams, (where, status)


def test_every_list_takes_limit_cursor_sort_and_filters(described, operations, handlers):
    for where, operation in operations:
        listing = handlers[operation["operationId"]].opt.get(LISTING)
        if listing is None:
            continue
        names = [resolved(described, given)["name"] for given in operation["parameters"]]
        expected = ["limit", "cursor", "sort", *(f"filter[{name}]" for name in listing.filters)]
        assert [name for name in names if name in expected] == expected, where
        body = operation["responses"]["200"]["content"]["application/json"]["schema"]
        answered = resolved(described, body)["properties"]
        shape = ["count", "results", "next"] if "/solo/" in where else ["data", "meta"]
        assert list(answered) == shape, where
        sort = next(given for given in operation["parameters"] if given.get("name") == "sort")
        assert validates(sort["schema"]["default"], sort["schema"]), where


def validates(value, schema):
    return Draft202012Validator(schema).is_valid(value)


def test_every_body_and_answer_has_an_example(operations):
    for where, operation in operations:
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in contents:
            body = content.get("content", {}).get("application/json")
            if body is not None and "$ref" in body["schema"]:
                assert "examples" in body, (where, body["schema"])


def test_every_example_fits_its_schema_and_holds_nothing_unknown(described, validate):
    schemas = described["components"]["schemas"]
    for name, example in EXAMPLES.items():
        assert name in schemas, f"{name} is no schema any more"
        assert validate(example, schemas[name]) == [], name
        properties = schemas[name].get("properties")
        if properties is not None and schemas[name].get("additionalProperties") is None:
            assert example.keys() <= properties.keys(), name


def test_every_example_of_an_error_fits_its_schema(described, validate):
    for name, response in described["components"]["responses"].items():
        for body in response["content"].values():
            assert validate(body["example"], body["schema"]) == [], name


def test_every_example_of_a_parameter_or_header_fits_its_schema(described, operations, validate):
    found = [
        *described["components"]["headers"].values(),
        *described["components"]["parameters"].values(),
        *(given for _, operation in operations for given in operation["parameters"]),
    ]
    for one in found:
        if "example" in one:
            assert validate(one["example"], one["schema"]) == [], one


def test_every_reference_leads_somewhere_and_nothing_shared_is_unused(described):
    text = json.dumps(described)
    targets = {part.partition('"')[0] for part in text.split('"#/components/')[1:]}
    for target in targets:
        kind, _, name = target.partition("/")
        assert name in described["components"][kind], target
    unused = {
        f"{kind}/{name}"
        for kind in ("schemas", "responses", "parameters", "headers", "examples")
        for name in described["components"][kind]
    } - targets
    assert unused == set()


def test_error_answers_tell_what_all_of_them_do(described):
    for name, response in described["components"]["responses"].items():
        assert "X-Request-ID" in response["headers"], name
    responses = described["components"]["responses"]
    assert {"Retry-After", *openapi_parts.RATE_HEADERS} <= responses["TooManyRequests"][
        "headers"
    ].keys()
    assert "Retry-After" in responses["ServiceUnavailable"]["headers"]
    assert "WWW-Authenticate" in responses["Unauthorized"]["headers"]


def test_description_is_served_where_it_is_enabled(client, serving, config):
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert client.get("/api/schema").content == response.content
    hidden = serving(replace(config, api_docs_enabled=False))
    assert hidden.get("/api/schema/").status_code == 404


def test_description_is_printed_as_it_is_served_without_a_data_folder(client, tmp_path):
    printed = subprocess.run(
        [sys.executable, "-m", "solosync", "openapi", "--data-dir", str(tmp_path / "none")],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert printed.stdout == client.get("/api/schema/").content
    assert not (tmp_path / "none").exists()


def test_description_names_the_address_it_was_told(tmp_path):
    text = app.openapi_json(Config(data_dir=tmp_path, public_url="https://boards.example"))
    assert json.loads(text)["servers"] == [{"url": "https://boards.example"}]


def test_page_of_the_description_may_do_little_and_is_there_only_where_enabled(
    client, serving, config
):
    response = client.get("/api/docs/")
    assert response.status_code == 200
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "http" not in response.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bon\w+=|\bstyle=|//", response.text)

    hidden = serving(replace(config, api_docs_enabled=False))
    assert hidden.get("/api/docs/").status_code == 404


def test_script_of_the_page_is_compressed_for_those_who_take_it_and_kept_by_them(client):
    (address,) = re.findall(r'"(/static/redoc[^"]+)"', client.get("/api/docs/").text)
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    squeezed = client.get(address, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0.0, *"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.content == plain.content == refused.content
    assert int(squeezed.headers["content-length"]) * 3 < len(plain.content)
    assert plain.headers["etag"] != squeezed.headers["etag"]
    for response in (plain, squeezed):
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "Accept-Encoding"
        headers = {"If-None-Match": response.headers["etag"]}
        headers["Accept-Encoding"] = response.headers.get("content-encoding", "identity")
        assert client.get(address, headers=headers).status_code == 304


def test_script_is_the_one_that_the_licences_name(client):
    script = (static.PAGES / "static" / "redoc.standalone.js").read_bytes()
    licences = (ROOT / "packaging" / "LICENSES.md").read_text(encoding="utf-8")
    assert hashlib.sha256(script).hexdigest() in licences
    notices = client.get("/static/redoc.standalone.js.LICENSE.txt").text
    assert "Permission is hereby granted" in notices
    assert all(name in notices for name in ("DOMPurify", "react", "lunr"))
