"""HTTP for every feature: routing, request bodies, responses, paging, the OpenAPI description."""
