"""JSON as it goes to clients and into Redis: without blanks, letters as they are."""

import json

json_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
