"""The server's messages to the person who started it; in production they go to the log."""

from urllib.parse import urljoin, urlsplit

from local.demo.accounts import DEMO_ACCOUNTS
from local.inbox import page_address
from local.monitoring.json_logs import is_json
from local.options import Options
from shared.kit.observability.log import logger


def announce(options: Options) -> None:
    """Print the addresses of everything."""
    if options.is_production:
        logger().info("server started", extra={"origin": options.origin, "workers": options.workers})
        return
    lines = [
        ("Frontend" if options.frontend else "Start page", options.origin + "/"),
        ("API documentation", options.origin + "/api/swagger/docs/"),
    ]
    if inbox := page_address(options):
        lines.append(("Mail inbox", urljoin(options.origin, inbox)))
    if options.demo:
        lines += [(f"Demo {each.role}", f"{each.email}  {each.password}") for each in DEMO_ACCOUNTS]
    print("The tutoring platform is running. Ctrl-C stops it.\n")
    for name, value in lines:
        print(f"  {name:18} {value}")
    if options.frontend2:
        print(how_to_start(options))
    print(flush=True)


# What the frontend's build takes for the response to every font request: a font that it does not have.
NO_FONTS = 'module.exports = new Proxy({}, { get: () => "@font-face { font-family: none; src: local(none) }" })'


def how_to_start(options: Options) -> str:
    """How to build the newer frontend for this server and start it at its origin; its build calls this server."""
    sockets = options.origin.replace("http", "ws", 1)
    port = urlsplit(options.frontend2).port or 80
    return f"""
The newer frontend may use {options.frontend2}. In its folder, while this server runs:
  npm ci
  export NEXT_PUBLIC_HOST={options.origin}/v2 NEXT_PUBLIC_WS_HOST={sockets}/v2
  export NEXT_PUBLIC_REDIRECT_URL={options.frontend2}
Its build fetches fonts from the internet. Out of reach of it, this makes do with those of the system:
  echo '{NO_FONTS}' > fonts.cjs
  export NEXT_FONT_GOOGLE_MOCKED_RESPONSES=$PWD/fonts.cjs
Then:
  npm run build && npm start -- -p {port}"""


def announce_end() -> None:
    if is_json():
        logger().info("server stopped")
    else:
        print("\nStopped.")
