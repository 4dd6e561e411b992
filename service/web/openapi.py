"""The API's self-description: OpenAPI document, error responses, documentation page."""

from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from service.web.openapi_examples import restore_nulls
from service.web.openapi_headers import RETRY_AFTER, add_response_headers
from service.web.problems import MEDIA_TYPE, ProblemBody

ASSETS: Final = "/docs/assets"
_TAGS: Final = {
    "feedback": "Send, list, read, correct and erase surveys, reviews and tickets.",
    "imports": "Import CSV and JSONL files.",
    "analysis": "Analyse texts without storing them.",
    "insights": "Pain points, the journey map and trends.",
    "exports": "The same data as files: CSV, JSONL and Parquet, and the journey map as a picture.",
    "journey": "The workspace's own stages and touchpoints.",
    "keys": "API keys and their scopes.",
    "operations": "Health, metrics and information about the service.",
}
DESCRIPTION: Final[dict[str, Any]] = {
    "title": "Verbatim",
    "summary": "Voice of the customer, by journey stage: feedback in, pain points out.",
    "description": (
        "Every request needs an API key: `Authorization: Bearer voc_…`. Errors are problem "
        "details (RFC 9457) with a stable `code`. You can safely retry a POST with the same "
        "`Idempotency-Key` for 24 hours. Lists are paged: pass `next` as `cursor` to get the "
        "next page. GET responses carry an `ETag`, except those of `/v1/info`, imports and "
        "exports."
    ),
    "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "openapi_tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
    "servers": [{"url": "/", "description": "This service"}],
    "responses": {
        "default": {
            "description": "An error, as problem details (RFC 9457).",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
            "headers": RETRY_AFTER,
        }
    },
    "redirect_slashes": False,
    "generate_unique_id_function": lambda route: route.name,
    "docs_url": None,
    "redoc_url": None,
}


class Api(FastAPI):
    """FastAPI whose OpenAPI document also has our errors and headers, and complete examples."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, built once."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.setdefault("ProblemBody", ProblemBody.model_json_schema())
            restore_nulls(document)
            add_response_headers(document)
        return super().openapi()


def serve_docs(app: FastAPI) -> None:
    """Serve the documentation page at /docs with local scripts, so that it works offline."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))
    app.add_route("/docs", _docs, include_in_schema=False)


async def _docs(request: Request) -> HTMLResponse:
    root = request.scope.get("root_path", "").rstrip("/")
    return get_swagger_ui_html(
        openapi_url=f"{root}{request.app.openapi_url}",
        title="Verbatim API",
        swagger_js_url=f"{root}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{ASSETS}/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters={"persistAuthorization": True, "tryItOutEnabled": True},
    )
