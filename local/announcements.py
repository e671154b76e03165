"""What the server says to the person who started it; in production to the log."""

from urllib.parse import urljoin

from local.demo.accounts import DEMO_ACCOUNTS
from local.inbox import page_address
from local.monitoring.json_logs import is_json
from local.options import Options
from shared.kit.observability.log import logger


def announce(options: Options) -> None:
    """Say where everything is."""
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
    print(flush=True)


def announce_end() -> None:
    if is_json():
        logger().info("server stopped")
    else:
        print("\nStopped.")
