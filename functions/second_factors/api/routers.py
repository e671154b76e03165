"""The routers of the second factors feature."""

from functions.second_factors.api.routes import second_factors
from functions.second_factors.api.sign_in_routes import sign_ins

ROUTERS = (second_factors, sign_ins)
