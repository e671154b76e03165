"""The routers of the second factors feature."""

from functions.second_factors.api.passkey_routes import passkeys
from functions.second_factors.api.passkey_sign_in_routes import passkey_sign_ins
from functions.second_factors.api.routes import second_factors
from functions.second_factors.api.sign_in_routes import sign_ins

ROUTERS = (second_factors, passkeys, sign_ins, passkey_sign_ins)
