"""What the API says about itself: its description, its error answers, its documentation page."""

from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from service.web.examples import restore_nulls
from service.web.headers import RETRY_AFTER, tell_headers
from service.web.problems import MEDIA_TYPE, ProblemBody

ASSETS: Final = "/docs/assets"
_TAGS: Final = {
    "feedback": "Surveys, reviews and tickets: send, list, read, correct, erase.",
    "imports": "CSV and JSONL files.",
    "analysis": "The analysis of a text, nothing stored.",
    "insights": "Pain points, the journey map and trends.",
    "exports": "The same as files: CSV, JSONL, Parquet, and the map as a picture.",
    "journey": "The workspace's own stages and touchpoints.",
    "keys": "Who may do what.",
    "operations": "For those who run the service.",
}
DESCRIPTION: Final[dict[str, Any]] = {
    "title": "Verbatim",
    "summary": "Voice of the customer, by journey stage: feedback in, pain points out.",
    "description": (
        "Every request carries a key: `Authorization: Bearer voc_…`. Errors are problem details "
        "(RFC 9457) with a stable `code`. A POST with an `Idempotency-Key` may be sent again "
        "safely within 24 hours. Lists are paged: pass `next` as `cursor`. Reads carry an `ETag`, "
        "except `/v1/info`, imports and exports."
    ),
    "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "openapi_tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
    "servers": [{"url": "/", "description": "This service"}],
    "responses": {
        "default": {
            "description": "Whatever went wrong, as a problem (RFC 9457).",
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
    """FastAPI whose description has our errors and headers, too, and whole examples."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas.setdefault("ProblemBody", ProblemBody.model_json_schema())
            restore_nulls(document)
            tell_headers(document)
        return super().openapi()


def serve_docs(app: FastAPI) -> None:
    """A documentation page at /docs whose scripts come from here: it works without internet."""
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
