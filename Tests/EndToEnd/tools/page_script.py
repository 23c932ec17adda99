"""What the pages' script adds, done by hand as a reader does: each function yields complaints, a line each."""

from browser import View
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

VIEW = View("1280-light", 1280, 900)
# A minute between two refreshes becomes so many milliseconds.
MINUTE = 400


def run(browser, function, *arguments):
    return browser.driver.execute_script(function, *arguments)


def pointer(browser):
    return ActionChains(browser.driver, duration=50)


def charts(browser, base):
    """The crosshair has the exact values of all series; a drag zooms; the legend turns series off."""
    browser.load(base + "/explore?statistic=total_search_requests&index=*&range=30d&step=1d", VIEW)
    if not run(browser, "return document.querySelectorAll('.chart-figure .bucket').length"):
        yield "the chart has no buckets"
        return
    place = run(browser, """
        const figure = document.querySelector(".chart-figure");
        figure.scrollIntoView({ block: "center" });
        const buckets = [...figure.querySelectorAll(".bucket")];
        const middle = (bucket) => {
            const box = bucket.querySelector("rect").getBoundingClientRect();
            return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)];
        };
        const bucket = buckets[5], last = buckets[9];
        return { values: bucket.dataset.values.split(" "), from: middle(bucket), to: middle(last),
            start: bucket.dataset.start, end: last.dataset.end, zoom: figure.dataset.zoom ?? "" };
    """)
    action = pointer(browser)
    action.w3c_actions.pointer_action.move_to_location(*place["from"])
    action.perform()
    shown = run(browser, "return [...document.querySelectorAll('.readout strong')].map((one) => one.textContent.replaceAll(',', ''))")
    expected = ["not reported" if value == "-" else value for value in place["values"]]
    if shown != expected:
        yield f"the crosshair shows {shown} of {expected}"
    entry = "document.querySelector('.chart-figure .legend [data-series]')"
    if run(browser, f"return {entry} !== null"):
        state = run(browser, f"""
            const entry = {entry}, button = entry.querySelector("button");
            const off = () => document.querySelectorAll(`.chart-figure [data-series="${{entry.dataset.series}}"].is-off`).length;
            const before = [off(), button.ariaPressed];
            button.click();
            const after = [off(), button.ariaPressed];
            button.click();
            return [before, after, [off(), button.ariaPressed]];
        """)
        if state[0] != [0, "true"] or state[1][0] < 1 or state[1][1] != "false" or state[2] != state[0]:
            yield f"the legend does not turn a series off and on: {state}"
    if not place["zoom"]:
        yield "the chart has no data-zoom"
        return
    action = pointer(browser)
    mouse = action.w3c_actions.pointer_action
    mouse.move_to_location(*place["from"])
    mouse.pointer_down()
    mouse.move_to_location(*place["to"])
    mouse.pointer_up()
    action.perform()
    expected = f"start={place['start']}&end={place['end']}"
    try:
        WebDriverWait(browser.driver, 20).until(lambda driver: expected in driver.current_url)
    except TimeoutException:
        yield f"a drag leads to {browser.driver.current_url}, without {expected}"


def tables(browser, base):
    """A click on a column sorts by the exact values; the filter hides rows of other names; boxes stay marked."""
    browser.load(base + "/indices", VIEW)
    found = run(browser, """
        const table = document.querySelector("table.sortable");
        if (!table) return null;
        const heads = [...table.tHead.rows[0].cells];
        const column = heads.findIndex((head) => head.textContent.startsWith("Records"));
        const order = () => [...table.tBodies[0].rows].map((row) => row.cells[column].dataset.value ?? null);
        heads[column].querySelector("button").click();
        const falling = [order(), heads[column].ariaSort];
        heads[column].querySelector("button").click();
        return { falling, rising: [order(), heads[column].ariaSort] };
    """)
    if not found:
        yield "/indices has no table to sort"
        return
    for name, reverse in (("falling", True), ("rising", False)):
        values, said = found[name]
        known = [float(value) for value in values if value is not None]
        if known != sorted(known, reverse=reverse) or None in values[: len(known)]:
            yield f"records are not sorted ({name}): {values}"
        if said != ("descending" if reverse else "ascending"):
            yield f"aria-sort is {said}"
    hidden = run(browser, """
        const field = document.querySelector(".filter input");
        if (!field) return null;
        const rows = [...document.querySelectorAll("table.sortable tbody tr")];
        const name = rows[0].querySelector("th").textContent.toLowerCase();
        field.value = name;
        field.dispatchEvent(new Event("input"));
        return rows.every((row) => row.hidden !== row.querySelector("th").textContent.toLowerCase().includes(name));
    """)
    if hidden is False:
        yield "the filter does not hide what has another name"


def copies(browser, base):
    """A button copies each snippet."""
    browser.load(base + "/setup", VIEW)
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    button = browser.driver.find_element("css selector", "button.copy")
    button.click()
    if button.text != "Copied":
        yield f"the button says {button.text!r}"
    field = run(browser, """
        const field = document.body.appendChild(document.createElement("textarea"));
        field.focus();
        return [document.querySelectorAll("pre").length, document.querySelectorAll("button.copy").length,
            document.querySelector("pre.copyable").textContent];
    """)
    if field[0] != field[1]:
        yield f"{field[1]} buttons for {field[0]} snippets"
    ActionChains(browser.driver).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()
    pasted = run(browser, "return document.querySelector('body > textarea').value")
    if pasted.strip() != field[2].strip():
        yield f"copied {pasted[:60]!r} and not {field[2][:60]!r}"


def refreshes(browser, base):
    """The main part is replaced while the page is visible; focus, scrolling, details and a form in use stay."""
    # Minutes pass faster, and requests are counted.
    added = browser.command("Page.addScriptToEvaluateOnNewDocument", source=f"""
        const [later, ask] = [setTimeout, fetch];
        window.asked = 0;
        window.setTimeout = (action, delay, ...more) => later(action, delay * {MINUTE} / 60000, ...more);
        window.fetch = (...more) => {{ window.asked += 1; return window.fails ? Promise.reject(new Error("test")) : ask(...more); }};
        const wait = (done) => later(done, 50);
        window.until = (isTrue) => new Promise((done) => {{
            let left = 400;
            const look = () => isTrue() ? done(true) : left-- ? wait(look) : done(false);
            look();
        }});
    """)
    try:
        browser.load(base + "/collector", VIEW)
        state = run_async(browser, """
            const details = document.querySelector("details");
            details.open = true;
            const link = document.querySelector("main a, main summary");
            link.focus();
            scrollTo(0, 200);
            const old = document.querySelector("h1");
            const replaced = await until(() => !old.isConnected);
            return { replaced, open: document.querySelector("details").open, top: scrollY,
                focus: document.activeElement.textContent === link.textContent && document.activeElement !== document.body };
        """)
        if state != {"replaced": True, "open": True, "top": 200, "focus": True}:
            yield f"after a refresh of /collector: {state}"
        browser.load(base + "/indices", VIEW)
        state = run_async(browser, """
            const head = () => [...document.querySelectorAll("table.sortable thead th")].find((one) => one.textContent.startsWith("Records"));
            head().querySelector("button").click();
            const names = () => [...document.querySelectorAll("table.sortable tbody th")].map((one) => one.textContent).join();
            const before = names();
            const old = document.querySelector("h1");
            const replaced = await until(() => !old.isConnected);
            return { replaced, order: head().ariaSort, same: names() === before };
        """)
        if state != {"replaced": True, "order": "descending", "same": True}:
            yield f"after a refresh of a sorted table: {state}"
        browser.load(base + "/explore", VIEW)
        state = run_async(browser, """
            const [form, top] = [document.querySelector("form"), document.querySelector("#top")];
            document.querySelectorAll("details").forEach((one) => { one.open = true; });
            top.focus();
            top.value = "5";
            top.dispatchEvent(new Event("input", { bubbles: true }));
            const old = document.querySelector("h1");
            const replaced = await until(() => !old.isConnected);
            return { replaced, kept: form.isConnected, value: document.querySelector("#top").value,
                focus: document.activeElement.id };
        """)
        if state != {"replaced": True, "kept": True, "value": "5", "focus": "top"}:
            yield f"after a refresh of /explore with a form in use: {state}"
        browser.load(base + "/collector", VIEW)
        state = run_async(browser, """
            window.fails = true;
            const failed = await until(() => asked >= 1);
            const start = performance.now();
            await until(() => asked >= 3);
            const spent = performance.now() - start;
            window.fails = false;
            const old = document.querySelector("h1");
            return { failed, slower: spent > 2.5 * %d, recovers: await until(() => !old.isConnected) };
        """ % MINUTE)
        if state != {"failed": True, "slower": True, "recovers": True}:
            yield f"after refreshes that failed: {state}"
        browser.load(base + "/collector", VIEW)
        hidden = run_async(browser, """
            Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
            document.dispatchEvent(new Event("visibilitychange"));
            const before = asked;
            const [start, enough] = [performance.now(), 5 * %d];
            await until(() => performance.now() - start > enough);
            const whileHidden = asked - before;
            delete document.hidden;
            document.dispatchEvent(new Event("visibilitychange"));
            return [whileHidden, await until(() => asked > before)];
        """ % MINUTE)
        if hidden != [0, True]:
            yield f"while hidden it asked {hidden[0]} times, and shown again: {hidden[1]}"
        browser.load(base + "/setup", VIEW)
        if run_async(browser, "const start = performance.now(); await until(() => performance.now() - start > 3 * %d); return asked;" % MINUTE):
            yield "/setup is fetched again"
    finally:
        browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])


def run_async(browser, body):
    return browser.driver.execute_async_script(
        "const done = arguments[0]; (async () => {" + body + "})().then(done, (error) => done(String(error)));")


CHECKS = {
    "crosshair, zoom and legend": charts,
    "tables": tables,
    "copying": copies,
    "refresh": refreshes,
}
