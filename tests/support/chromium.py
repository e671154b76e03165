"""The Chromium that tests drive with Playwright."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import BrowserType

# The headless shell first: it takes a third less processor time.
NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def find_chromium(installed: BrowserType) -> str | None:
    """$CHROMIUM, else one on the PATH, else the one Playwright has installed."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (installed.executable_path if Path(installed.executable_path).exists() else None)
