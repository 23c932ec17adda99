"""Chromium without a window: one document at a time, in the view that is asked for.

Everything goes through the DevTools protocol, because the driver's own commands know no phone and no
colour scheme. What is done inside the document is in page_checks.js.
"""

import base64
import dataclasses
import json
import pathlib

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

CHECKS = (pathlib.Path(__file__).parent / "page_checks.js").read_text(encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class View:
    """Sizes are in CSS pixels; a page zoomed to 200 % sees half of the window's, and twice the density."""

    name: str
    width: int
    height: int
    scheme: str = "light"
    phone: bool = False
    zoom: int = 1
    media: str = "screen"
    script: bool = True


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What loading a document did. Responses are of all requests, the document's own is first."""

    requests: list
    responses: list
    console: list

    @property
    def headers(self):
        return {name.lower(): value for name, value in self.responses[0]["headers"].items()}


class Browser:
    def __init__(self, profile, axe):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in [
            "headless=new",
            "no-sandbox",  # Chromium refuses to run as root with it.
            "disable-dev-shm-usage",
            "disable-gpu",
            "disable-background-networking",
            "disable-component-update",
            "force-color-profile=srgb",
            "no-first-run",
            # The machine's, and nobody else: no page has anything to ask elsewhere.
            "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"user-data-dir={profile}",
        ]:
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(20)
        self.driver.set_script_timeout(60)
        self.axe_source = pathlib.Path(axe).read_text(encoding="utf-8")
        self.command("Network.setCacheDisabled", cacheDisabled=True)
        self.command("Emulation.setFocusEmulationEnabled", enabled=True)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def load(self, url, view):
        # What the page before has said in the meantime is not this one's.
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=view.width,
            height=view.height,
            deviceScaleFactor=view.zoom,
            mobile=view.phone,
        )
        self.command("Emulation.setTouchEmulationEnabled", enabled=view.phone)
        self.command("Emulation.setScriptExecutionDisabled", value=not view.script)
        features = {"prefers-color-scheme": view.scheme, "prefers-reduced-motion": "reduce"}
        self.command(
            "Emulation.setEmulatedMedia",
            media=view.media,
            features=[{"name": name, "value": value} for name, value in features.items()],
        )
        self.driver.get(url)
        # The page's script has not run and does not any more; what looks at the page needs scripts.
        self.command("Emulation.setScriptExecutionDisabled", value=False)
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        received = [one["params"] for one in events if one["method"] == "Network.responseReceived"]
        received.sort(key=lambda one: one["type"] != "Document")
        return Loaded(
            requests=[one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"],
            responses=[one["response"] for one in received],
            console=[entry["message"] for entry in self.driver.get_log("browser")],
        )

    def console(self):
        """The messages since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def call(self, function, *arguments):
        """A function of page_checks.js; its policy does not keep the driver out of a page."""
        return self.driver.execute_script(f"{CHECKS}\nreturn {function}(...arguments);", *arguments)

    def axe(self, options):
        self.call("settle")
        self.driver.execute_script(self.axe_source)
        return self.driver.execute_async_script(
            "const done = arguments[1]; axe.run(document, arguments[0]).then(done, error => done({ error: String(error) }));",
            options,
        )

    def press_tab(self, times):
        ActionChains(self.driver, duration=0).send_keys(Keys.TAB * times).perform()

    def screenshot(self, path):
        """The whole page, not only the part in view."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        area = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip=area)
        path.write_bytes(base64.b64decode(picture["data"]))

    def pdf(self, path):
        # A4, in inches.
        printed = self.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)
        path.write_bytes(base64.b64decode(printed["data"]))

    def quit(self):
        self.driver.quit()
