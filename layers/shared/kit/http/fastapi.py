"""FastAPI, imported without unused parts, which took a third of the import's time.

The rest of the code imports from this module, never from `fastapi` itself, so that this import always comes first.
"""

import os
import sys

from pydantic import BaseModel

from shared.kit import package_versions
from shared.kit.http import no_telemetry
from shared.kit.stand_ins import replaced, stand_ins, without

no_telemetry.install()
# FastAPI checks every route for pydantic 1 models, only to refuse them.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]  # None is how Python halts an import
# Models build their validators on first use, so on a function those of responses and of OpenAPI are never built. All
# code imports BaseModel from here: a model based directly on pydantic's could be created before this line.
BaseModel.model_config["defer_build"] = True
# No package is a pydantic plugin, and to find that out it would read the metadata of every package.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# No function describes its API, and the forty models of OpenAPI were a tenth of the import. Code that does, such as
# `local.openapi`, imports the real ones. The API description validates its contact address itself.
DESCRIPTION = ("openapi.models", "openapi.utils", "openapi.docs")
VERSIONS = {"importlib.metadata": package_versions}
with replaced(VERSIONS), without("email_validator"), stand_ins("fastapi", *DESCRIPTION):
    from fastapi import APIRouter, Depends, FastAPI, Path
    from fastapi._compat import ModelField
    from fastapi.exceptions import RequestValidationError
    from fastapi.routing import APIRoute

__all__ = ["APIRoute", "APIRouter", "BaseModel", "Depends", "FastAPI", "ModelField", "Path", "RequestValidationError"]
