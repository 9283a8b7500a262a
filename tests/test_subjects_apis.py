"""Descriptions of APIs with one fault each, through the public scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.finished_scan import Scan
from scanner.loss import OUTSIDE
from scanner.model import InputStatus, Profile
from scanner.scan import Options, scan

TOKEN = {"token": {"type": "http", "scheme": "bearer"}}
ORDER: dict[str, Any] = {"post": {"responses": {}}}


def openapi(**fields: Any) -> dict[str, Any]:
    """A description without a fault, with fields replaced."""
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://api.shop.com"}],
        "security": [{"token": []}],
        "paths": {"/orders": ORDER},
        "components": {"securitySchemes": TOKEN},
    }
    return {key: value for key, value in {**whole, **fields}.items() if value is not None}


def swagger(**fields: Any) -> dict[str, Any]:
    whole = {
        "swagger": "2.0",
        "info": {"title": "Shop", "version": "1"},
        "host": "api.shop.com",
        "schemes": ["https"],
        "security": [{"token": []}],
        "paths": {"/orders": ORDER},
        "securityDefinitions": {"token": {"type": "apiKey", "in": "header", "name": "X-Token"}},
    }
    return {key: value for key, value in {**whole, **fields}.items() if value is not None}


def asyncapi(version: str = "3.0.0", **fields: Any) -> dict[str, Any]:
    whole = {
        "asyncapi": version,
        "info": {"title": "Shop", "version": "1"},
        "servers": {"live": {"host": "broker.shop.com", "protocol": "amqps", "security": [{"token": []}]}},
        "components": {"securitySchemes": TOKEN},
    }
    return whole | fields


def server(url: str, **fields: Any) -> dict[str, Any]:
    return openapi(servers=[{"url": url, **fields}])


def broker(protocol: str, host: str = "broker.shop.com", **fields: Any) -> dict[str, Any]:
    return asyncapi(servers={"live": {"host": host, "protocol": protocol, "security": [{"token": []}], **fields}})


def secured(scheme: dict[str, Any]) -> dict[str, Any]:
    return openapi(components={"securitySchemes": {"token": scheme}})


def operation(path: str = "/orders", method: str = "post", **fields: Any) -> dict[str, Any]:
    return openapi(paths={path: {method: {"responses": {}, **fields}}})


def scanned(path: Path, value: Any, profile: Profile = Profile.DEFAULT) -> Scan:
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return scan([str(path)], Options(profile=profile))


def told(done: Scan) -> set[tuple[str, str]]:
    return {(each.outcome.value, each.rule.partition(".")[2]) for each in done.findings}


PUBLIC, PRIVATE = "server-public-encrypted", "server-private-encrypted"
WRITE, STATED = "operation-write-authenticated", "operation-write-security-stated"
CASES: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "without a fault": (openapi(), set()),
    "HTTP": (server("http://api.shop.com"), {("fail", PUBLIC)}),
    "HTTP in capital letters": (server("HTTP://API.SHOP.COM"), {("fail", PUBLIC)}),
    "HTTP with a user": (server("http://me@api.shop.com:8080/v1?x=/"), {("fail", PUBLIC)}),
    "the machine itself": (server("http://localhost:8080"), set()),
    "the machine itself by its address": (server("http://[::1]:80"), set()),
    "an example of RFC 2606": (server("http://api.example.com"), set()),
    "a mock server of SwaggerHub": (server("http://virtserver.swaggerhub.com/shop/orders/1.0"), set()),
    "the Petstore": (server("http://petstore.swagger.io/v2"), set()),
    "the name of a kind of company": (server("http://api.banco.com.br/v1"), {("unknown", PUBLIC)}),
    "a private network": (server("http://10.1.2.3"), {("fail", PRIVATE)}),
    "a name without a dot": (server("http://orders:80"), {("fail", PRIVATE)}),
    "a relative address": (server("/v1"), set()),
    "a host of a variable": (server("http://{host}/v1"), {("unknown", PUBLIC)}),
    "a host to be replaced": (server("http://your-domain.com"), {("unknown", PUBLIC)}),
    "a scheme of a variable": (
        server("{scheme}://api.shop.com", variables={"scheme": {"enum": ["https", "http"], "default": "https"}}),
        {("unknown", PUBLIC)},
    ),
    "a scheme of a variable that is always TLS": (
        server("{scheme}://api.shop.com", variables={"scheme": {"enum": ["https"], "default": "https"}}),
        set(),
    ),
    "a server of an operation": (
        operation(servers=[{"url": "http://api.shop.com"}]),
        {("fail", PUBLIC)},
    ),
    "a server of a path": (
        openapi(paths={"/orders": {**ORDER, "servers": [{"url": "http://api.shop.com"}]}}),
        {("fail", PUBLIC)},
    ),
    "OpenAPI 2": (swagger(), set()),
    "OpenAPI 2 with both schemes": (swagger(schemes=["https", "http"]), {("fail", PUBLIC)}),
    "OpenAPI 2 without schemes": (swagger(schemes=None), {("unknown", PUBLIC)}),
    "OpenAPI 2 without a host": (swagger(host=None, schemes=["http"]), set()),
    "an operation that opts out": (operation(security=[]), {("fail", WRITE)}),
    "an operation that anybody may call too": (operation(security=[{"token": []}, {}]), {("fail", WRITE)}),
    "an operation that reads opts out": (operation(method="get", security=[]), set()),
    "a login opts out": (operation("/auth/login", security=[]), set()),
    "a registration opts out": (operation("/users", security=[]), set()),
    "a change of a user opts out": (operation("/users/{id}", "put", security=[]), {("fail", WRITE)}),
    "a login by its name opts out": (operation("/x", operationId="userLogin", security=[]), set()),
    "a webhook opts out": (operation("/stripe/webhook", security=[]), set()),
    "a search opts out": (operation("/orders/search", security=[]), set()),
    "a key in a header": (
        operation(security=[], parameters=[{"in": "header", "name": "X-API-Key"}]),
        {("unknown", WRITE), ("unknown", STATED)},
    ),
    "an extension that states who may call": (
        openapi(paths={"/orders": {"post": {"security": [], "x-permissions": ["order"]}}}),
        {("unknown", WRITE), ("unknown", STATED)},
    ),
    "nobody states security": (
        openapi(security=None),
        {("unknown", WRITE), ("fail", "description-security-stated")},
    ),
    "security is optional everywhere": (openapi(security=[{"token": []}, {}]), {("fail", WRITE)}),
    "others state security": (
        openapi(security=None, paths={"/orders": ORDER, "/a": {"get": {"security": [{"token": []}]}}}),
        {("unknown", WRITE), ("fail", STATED)},
    ),
    "an undefined scheme": (
        openapi(security=[{"token": [], "tokn": []}]),
        {("fail", "security-requirement-scheme-defined")},
    ),
    "a scheme by its address": (
        openapi(security=[{"https://id.shop.com/scheme": []}]),
        {("unknown", "security-requirement-scheme-defined")},
    ),
    "schemes in another file": (
        openapi(components={"securitySchemes": {"$ref": "security.yaml"}}),
        {("unknown", "security-requirement-scheme-defined")},
    ),
    "a part without schemes that names another file": (
        openapi(paths={"/orders": {"post": {"responses": {"401": {"$ref": "a.yaml#/b"}}}}}, components=None),
        {("unknown", "security-requirement-scheme-defined")},
    ),
    "a part without schemes and operations": (
        openapi(paths={}, components=None),
        {("unknown", "security-requirement-scheme-defined")},
    ),
    "a whole description without schemes": (
        openapi(components=None),
        {("fail", "security-requirement-scheme-defined")},
    ),
    "the Petstore with another word": (server("http://shop.swagger.io/v2"), set()),
    "a service of Swagger": (server("http://validator.swagger.io"), {("fail", PUBLIC)}),
    "a scheme in another file": (
        openapi(components={"securitySchemes": {"token": {"$ref": "a.yaml"}}}),
        {
            ("unknown", f"security-scheme-{rule}")
            for rule in ("oauth-flow-current", "key-outside-query", "not-basic", "urls-encrypted")
        },
    ),
    "a key in the query": (
        secured({"type": "apiKey", "in": "query", "name": "key"}),
        {("fail", "security-scheme-key-outside-query")},
    ),
    "HTTP Basic": (secured({"type": "http", "scheme": "Basic"}), {("fail", "security-scheme-not-basic")}),
    "the password flow": (
        secured({"type": "oauth2", "flows": {"password": {"tokenUrl": "/token"}}}),
        {("fail", "security-scheme-oauth-flow-current")},
    ),
    "a token over HTTP": (
        secured({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "http://id.shop.com/t"}}}),
        {("fail", "security-scheme-urls-encrypted")},
    ),
    "a scheme behind a reference": (
        openapi(
            components={
                "securitySchemes": {"token": {"$ref": "#/components/securitySchemes/b"}, "b": {"type": "basic"}}
            }
        ),
        {("fail", "security-scheme-not-basic")},
    ),
    "a text without a limit": (
        operation(requestBody={"content": {"a/b": {"schema": {"properties": {"a": {"type": "string"}}}}}}),
        {("fail", "description-input-bounded")},
    ),
    "AsyncAPI": (asyncapi(), set()),
    "a plain WebSocket": (broker("ws"), {("fail", PUBLIC)}),
    "a plain broker": (broker("mqtt", "broker.shop.com:1883"), {("fail", PUBLIC)}),
    "a broker without a port": (broker("mqtt"), {("unknown", PUBLIC)}),
    "a broker at the port for TLS": (broker("mqtt", "broker.shop.com:8883"), {("unknown", PUBLIC)}),
    "Kafka with TLS": (broker("kafka-secure", "broker.shop.com:9092"), set()),
    "Kafka with a password": (
        broker("kafka", "broker.shop.com:9092", security=[{"type": "scramSha256"}]),
        {("unknown", PUBLIC)},
    ),
    "Kafka of version 2": (
        asyncapi(
            "2.6.0", servers={"a": {"url": "broker.shop.com:9092", "protocol": "kafka", "security": [{"token": []}]}}
        ),
        {("fail", PUBLIC)},
    ),
    "a broker without security": (broker("amqps", security=[]), {("fail", "description-security-stated")}),
    "a scheme of version 3 by reference": (
        broker("amqps", security=[{"$ref": "#/components/securitySchemes/none"}]),
        {("fail", "security-requirement-scheme-defined")},
    ),
}


@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_what_an_api_states_is_judged(value: dict[str, Any], expected: set[tuple[str, str]], tmp_path: Path) -> None:
    done = scanned(tmp_path / "api.json", value, Profile.STRICT)
    assert {each.status for each in done.inputs} == {InputStatus.ASSESSED}
    assert told(done) == expected


READ: dict[str, Any] = {"/roads": {"get": {"responses": {}}}}
KEYED: dict[str, Any] = {"/roads": {"get": {"parameters": [{"name": "api_key", "in": "query"}], "responses": {}}}}
BOTH = [{"url": "http://api.shop.com"}, {"url": "https://api.shop.com"}]


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        (openapi(servers=BOTH, paths=READ, security=None, components=None), "medium"),
        (swagger(schemes=["http", "https"], paths=READ, security=None, securityDefinitions=None), "medium"),
        (openapi(servers=BOTH, paths=READ), "high"),
        (openapi(servers=BOTH[::-1]), "medium"),
        (openapi(servers=[BOTH[1], {"url": "http://api.shop.com:80/"}]), "medium"),
        (openapi(servers=[BOTH[1], {"url": "http://api.shop.com:8080"}]), "high"),
        (openapi(servers=[BOTH[1], {"url": "http://api.shop.com/v1"}]), "high"),
        (openapi(servers=BOTH[1:], paths={"/orders": {**ORDER, "servers": BOTH[:1]}}), "high"),
        (swagger(schemes=["https", "http"]), "medium"),
        (swagger(schemes=["http", "https"]), "high"),
        (openapi(servers=BOTH, security=None, components=None), "high"),
        (openapi(servers=BOTH[:1], paths=READ, security=None, components=None), "medium"),
        (openapi(servers=BOTH[:1], paths=KEYED, security=None, components=None), "high"),
        (openapi(servers=BOTH[:1], paths={}, security=None, components=None), "medium"),
        (openapi(servers=BOTH[:1], paths={}, components=None), "high"),
        (openapi(servers=BOTH[:1], paths={}, webhooks={"paid": {}}, security=None, components=None), "high"),
    ],
)
def test_plaintext_counts_lower_where_everybody_only_reads(
    value: dict[str, Any], severity: str, tmp_path: Path
) -> None:
    found = [each for each in scanned(tmp_path / "api.json", value).findings if each.rule.endswith(PUBLIC)]
    assert [each.severity.value for each in found] == [severity]


KEY = "security-scheme-key-outside-query"


@pytest.mark.parametrize(
    ("path", "info", "severity", "because"),
    [
        ("api.json", {}, "medium", ""),
        ("api.json", {"title": "Shop API (unofficial)"}, "low", "its title says “unofficial”"),
        (
            "api.json",
            {"description": "Draft.\nSource: official Shop 3.0 documentation."},
            "low",
            "its description says",
        ),
        ("api.json", {"description": "Generated from our official documentation."}, "medium", ""),
        ("api.json", {"description": "An official API with a reference."}, "medium", ""),
        ("api.json", {"x-providerName": "shop.com"}, "low", "it has the key x-providerName"),
        ("third_party/shop/api.json", {}, "low", "it is in the folder third_party"),
        ("fixtures/api.json", {}, "info", "it is in a folder of tests, test data or installed packages"),
        ("lib/site-packages/shop/api.json", {}, "info", "it is vendored: a package manager writes site-packages"),
        ("vendor/github.com/shop/api.json", {}, "info", "it is vendored: a package manager writes vendor/github.com"),
        ("bower_components/shop/api.json", {}, "info", "it is vendored: a package manager writes bower_components"),
        ("src/test/resources/api.json", {}, "info", "it is in a folder of tests, test data or installed packages"),
        ("tests/api.json", {}, "low", "it describes an API in a folder of tests"),
        ("Test APIs/shop/api.json", {}, "low", "it describes an API in a folder of tests"),
        ("api-tester/api.json", {}, "medium", ""),
        ("archive/api.json", {}, "low", "the name of its folder, archive, says that it is no longer used"),
        ("archive-service/api.json", {}, "medium", ""),
    ],
)
def test_an_api_of_others_and_one_that_nobody_serves_count_lower(
    path: str, info: dict[str, Any], severity: str, because: str, tmp_path: Path
) -> None:
    value = secured({"type": "apiKey", "in": "query", "name": "key"})
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(json.dumps(value | {"info": {"title": "Shop", "version": "1", **info}}))
    [found] = (each for each in scan([str(tmp_path)], Options(cache_folder=None)).findings if each.rule.endswith(KEY))
    assert (found.outcome.value, found.severity.value) == ("fail", severity)
    assert because in found.counted_because
    assert bool(found.counted_because) is bool(because)


@pytest.mark.parametrize(("folder", "severity"), [("fixtures", "info"), ("tests", "low")])
def test_an_api_that_tests_make_up_counts_at_most_low(folder: str, severity: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "api.json").write_text(json.dumps(operation(security=[])))
    found = [each for each in scan([str(tmp_path)], Options(cache_folder=None)).findings if each.rule.endswith(WRITE)]
    assert [each.severity.value for each in found] == [severity]


def test_an_api_in_an_installed_package_tells_that_and_not_what_its_rule_says(tmp_path: Path) -> None:
    path = tmp_path / "vendor/github.com/shop/api.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(openapi(servers=BOTH, paths=READ, security=None, components=None)))
    (found,) = (each for each in scan([str(tmp_path)], Options(cache_folder=None)).findings if each.outcome == "fail")
    assert (found.severity.value, found.counted_because.partition(":")[0]) == ("info", "it is vendored")


TOKEN_BASED = {"security": [], "summary": "Approve (token-based)", "responses": {}}
SIGNED = {"security": [], "description": "Only who has the signed link can do it.", "responses": {}}


def test_operations_of_one_cause_with_other_reasons_are_findings_of_their_own(tmp_path: Path) -> None:
    done = scanned(
        tmp_path / "api.json",
        openapi(
            paths={
                "/a": {"post": TOKEN_BASED},
                "/b": {"post": TOKEN_BASED},
                "/c": {"post": SIGNED},
                "/d": {"post": {"security": [], "responses": {}}},
            }
        ),
    )
    none = ", for which the description declares no security scheme"
    assert {each.message.partition(": ")[2]: (each.severity.value, each.counted_because) for each in done.findings} == {
        "POST /a, POST /b": ("medium", f"its summary says “token-based”{none}"),
        "POST /c": ("medium", f"its description says “signed link”{none}"),
        "POST /d": ("high", ""),
    }


@pytest.mark.parametrize(
    ("summary", "responses", "found"),
    [
        ("Get offers", {"200": {"content": {"a/b": {}}}}, False),
        ("List the offers", {"200": {"schema": {"type": "object"}}, "404": {}}, False),
        ("Get offers", {"200": {"description": "Done"}}, True),
        ("Get offers", {"200": {"content": {"a/b": {}}}, "201": {}}, True),
        ("Get offers and mark them as read", {"200": {"content": {"a/b": {}}}}, True),
        ("Get a new token", {"200": {"content": {"a/b": {}}}}, True),
        ("Gets offers", {}, True),
        ("Add offers", {"200": {"content": {"a/b": {}}}}, True),
    ],
)
def test_a_post_that_only_reads_by_its_summary_and_answers_changes_nothing(
    summary: str, responses: dict[str, Any], found: bool, tmp_path: Path
) -> None:
    value = operation("/offers", security=[], summary=summary, responses=responses)
    assert (("fail", WRITE) in told(scanned(tmp_path / "api.json", value))) is found
    value = operation("/offers", "put", security=[], summary=summary, responses=responses)
    assert ("fail", WRITE) in told(scanned(tmp_path / "api.json", value))


UNUSED = {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "http://id.shop.com/dialog"}}}


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({}, "low"),
        ({"security": [{"token": []}, {"old": []}]}, "high"),
        ({"security": None}, "medium"),
        ({"security": None, "paths": {"/a": {"get": {"security": [{"old": []}]}}}}, "high"),
        ({"paths": {}}, "high"),
        ({"paths": {"/a": {"$ref": "a.yaml"}}}, "high"),
    ],
)
def test_plaintext_of_a_scheme_that_nothing_requires_counts_lower(
    fields: dict[str, Any], severity: str, tmp_path: Path
) -> None:
    value = openapi(components={"securitySchemes": {**TOKEN, "old": UNUSED}}) | fields
    value = {key: each for key, each in value.items() if each is not None}
    found = [each for each in scanned(tmp_path / "api.json", value).findings if each.rule.endswith("urls-encrypted")]
    assert [each.severity.value for each in found] == [severity]


@pytest.mark.parametrize(
    ("stated", "line", "url"),
    [
        ("host: live.shop.com\n  protocol: ws", 6, "ws://live.shop.com"),
        ("host: live.shop.com:1883\n  protocol: mqtt", 6, "mqtt://live.shop.com:1883"),
        ("url: ws://live.shop.com\n  protocol: ws", 6, "ws://live.shop.com"),
        ("url: http://live.shop.com\n  protocol: stomp", 5, "http://live.shop.com"),
    ],
)
def test_a_server_of_messages_is_reported_at_the_protocol_that_decides(
    stated: str, line: int, url: str, tmp_path: Path
) -> None:
    text = f"asyncapi: 3.0.0\ninfo: {{title: Shop}}\nservers:\n a:\n  {stated}\n"
    (found,) = (each for each in scanned(tmp_path / "api.yaml", text).findings if each.outcome == "fail")
    assert (found.location.line, found.message) == (line, f"{url} is reached without encryption")


def test_operations_with_one_cause_are_one_finding_at_the_first(tmp_path: Path) -> None:
    lines = [f"  /orders/{n}: {{post: {{security: [], responses: {{}}}}}}" for n in range(30)]
    text = "\n".join(["openapi: 3.0.0", "info: {title: Shop}", "paths:", *lines, ""])
    (found,) = (each for each in scanned(tmp_path / "api.yaml", text).findings if each.outcome == "fail")
    assert (found.location.line, len(found.related)) == (4, 29)
    assert "POST /orders/0, POST /orders/1" in found.message


def test_files_that_say_the_same_about_one_api_are_one_finding_with_all_places(tmp_path: Path) -> None:
    plain = server("http://api.shop.com")
    (tmp_path / "api.yaml").write_text(json.dumps(plain))
    (tmp_path / "copy.json").write_text(json.dumps(plain, indent=2))
    (tmp_path / "other.json").write_text(json.dumps({**plain, "info": {"title": "Bank", "version": "1"}}))
    found = scan([str(tmp_path)], Options(cache_folder=None)).findings
    places = [[Path(one.path).name for one in (each.location, *(r.location for r in each.related))] for each in found]
    assert places == [["api.yaml", "copy.json"], ["other.json"]]


def test_a_requirement_of_the_whole_api_that_lets_everybody_in_is_the_place(tmp_path: Path) -> None:
    text = "openapi: 3.0.0\ninfo: {title: Shop}\nsecurity: [{}]\npaths: {/a: {post: {}}, /b: {put: {}}}\n"
    (found,) = (each for each in scanned(tmp_path / "api.yaml", text).findings if each.outcome == "fail")
    assert (found.location.line, found.related) == (3, ())
    assert found.message.endswith("POST /a, PUT /b")


def test_an_undefined_scheme_is_reported_where_the_file_first_names_it(tmp_path: Path) -> None:
    path = "post: {security: [{tokn: []}]}\n  get: {security: [{tokn: []}]}"
    schemes = "components: {securitySchemes: {token: {}}}"
    text = f"openapi: 3.0.0\ninfo: {{title: Shop}}\npaths:\n /a:\n  {path}\n{schemes}\n"
    found = scanned(tmp_path / "api.yaml", text).findings
    assert [each.location.line for each in found if each.rule.endswith("scheme-defined")] == [5]


REFERENCES = {
    "another file": "./paths/orders.yaml",
    "a file outside": "../../../../etc/passwd",
    "an address": "https://shop.com/api.yaml#/paths/orders",
}


@pytest.mark.parametrize("target", REFERENCES.values(), ids=REFERENCES)
@pytest.mark.parametrize("level", ["path", "operation"])
def test_a_part_in_another_file_is_told_and_not_read(target: str, level: str, tmp_path: Path) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "paths/orders.yaml").write_text("post: {security: []}\n")
    part = {"$ref": target} if level == "path" else {"post": {"$ref": target}}
    done = scanned(tmp_path / "api.json", openapi(security=None, paths={"/orders": part}), Profile.STRICT)
    (item,) = done.inputs
    assert [(loss.kind, target in loss.reason) for loss in item.losses] == [(OUTSIDE, True)]
    assert not [each for each in done.findings if each.outcome == "fail"]


def test_references_in_circles_end(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"$ref": "#/components/schemas/B"}}, "items": {"$ref": "#/components/schemas/A"}}
    parts = {
        "securitySchemes": {"token": {"$ref": "#/components/securitySchemes/token"}},
        "schemas": {"A": schema, "B": {"allOf": [schema, {"$ref": "#/components/schemas/B"}]}},
    }
    body = {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/A"}}}}
    paths = {"/a": {"post": {"requestBody": body}}, "/b": {"$ref": "#/paths/~1c"}, "/c": {"$ref": "#/paths/~1b"}}
    done = scanned(tmp_path / "api.json", openapi(paths=paths, components=parts), Profile.STRICT)
    assert {each.status for each in done.inputs} == {InputStatus.ASSESSED}
    assert not [each for each in done.findings if each.outcome == "error"]


def test_an_object_of_a_cluster_and_a_code_block_are_no_api(tmp_path: Path) -> None:
    value = openapi(servers=[{"url": "http://api.shop.com"}])
    pod = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert scanned(tmp_path / "a.json", value | pod).inputs[0].formats == ("kubernetes",)
    done = scanned(tmp_path / "a.md", f"```json\n{json.dumps(value)}\n```\n")
    assert (done.inputs[0].status, done.inputs[0].reason) == (
        InputStatus.SKIPPED,
        "in code blocks: an OpenAPI description",
    )


def test_keys_that_openapi_does_not_have_are_listed_and_extensions_are_not(tmp_path: Path) -> None:
    assert not scanned(tmp_path / "api.json", openapi()).inputs[0].reason
    misspelt = openapi(paths={"/orders": {"get": {"responses": {}, "securty": [], "x-internal": True}}}) | {
        "server": [],
        "x-logo": {},
    }
    reason = scanned(tmp_path / "api.json", misspelt).inputs[0].reason
    assert reason == "keys that are not known and not read: `server`, `securty` in an operation"
