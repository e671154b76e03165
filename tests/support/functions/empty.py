"""The function that does nothing: what a cold start costs at least."""


def handler(event: object, _context: object) -> object:
    return event
