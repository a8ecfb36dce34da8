"""A Chromium, how wide and how dark it is, and what stands in one screenshot."""

import base64
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

#: Width in CSS pixels of a desk and of a telephone.
WIDTHS = (1280, 390)
#: Width of what stands between the margins of A4.
PAPER = 665
_TALLEST = 12_000


def opened(profile: Path) -> Chrome:
    """Start a Chromium that keeps its profile in `profile` and asks nothing of the network."""
    options = ChromeOptions()
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    return Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def resize(browser: Chrome, width: int, height: int = 900) -> None:
    """Make the page itself this wide; a window cannot be narrower than 500 pixels."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def look(browser: Chrome, *, dark: bool = False, paper: bool = False) -> None:
    """Ask for dark colours, or for what a printer gets; neither is the ordinary page. Nothing moves."""
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {
            "media": "print" if paper else "",
            "features": [
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ],
        },
    )


def shoot(browser: Chrome, file: Path) -> None:
    """Write the whole page as it is now, from top to bottom, into `file`."""
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip = {"x": 0, "y": 0, "scale": 1}
    clip |= {"width": size["width"], "height": min(size["height"], _TALLEST)}
    taken = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
    )
    file.write_bytes(base64.b64decode(taken["data"]))
