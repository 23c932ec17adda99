// What the browser test looks at inside of a document. Every function returns plain values: either facts,
// or complaints, a line each, an empty list when all is well. browser.py calls them by name.

// Text of a chart that is smaller cannot be read, in CSS pixels as painted.
const smallestChartText = 9;

function visible(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
}

// A short selector that finds the element by eye.
function named(element) {
    const parts = [];
    for (let at = element; at && at !== document.body && parts.length < 3; at = at.parentElement) {
        const classes = [...at.classList].map((name) => "." + name).join("");
        parts.unshift(at.localName + (at.id ? "#" + at.id : classes));
    }
    const text = (element.getAttribute("aria-label") || element.textContent || element.value || "").trim().slice(0, 30);
    return parts.join(" > ") + (text ? ` ${JSON.stringify(text)}` : "");
}

// Any CSS colour as red, green, blue of 0 to 255 and alpha of 0 to 1.
function rgba(color) {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
}

function over(top, bottom) {
    return [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
}

// The colour behind an element: the backgrounds of its ancestors on the canvas of the scheme.
function backdrop(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
        if (at instanceof HTMLElement || at.localName === "svg") layers.push(rgba(getComputedStyle(at).backgroundColor));
    }
    const probe = document.createElement("i");
    probe.style.color = "Canvas"; // The scheme's own, when nobody sets a background.
    document.body.append(probe);
    layers.push(rgba(getComputedStyle(probe).color));
    probe.remove();
    return layers.reverse().reduce((below, layer) => over(layer, below));
}

// Relative luminance and contrast ratio, as WCAG 2 defines them.
function luminance(color) {
    const [red, green, blue] = color.slice(0, 3).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

function facts() {
    const handlers = [...document.querySelectorAll("*")].filter((element) =>
        [...element.attributes].some((attribute) => attribute.name.startsWith("on")));
    return {
        title: document.title.trim(),
        text: document.body.innerText,
        lang: document.documentElement.lang,
        charset: document.characterSet,
        headings: document.querySelectorAll("h1").length,
        icons: document.querySelectorAll("link[rel~=icon]").length,
        inline: document.querySelectorAll("script:not([src])").length + handlers.length,
        scripts: [...document.querySelectorAll("script[src]")].map((script) => script.src),
        width: document.documentElement.clientWidth,
        luminance: luminance(backdrop(document.body)),
        // Of a chart's buckets, which are links of one form, every twentieth is enough. In a drawing `href` is no text.
        links: [...document.querySelectorAll('a[href]:not([href^="#"], .bucket), link[href], .bucket[href]:nth-of-type(20n + 1)')]
            .map((link) => new URL(link.getAttribute("href"), document.baseURI).href),
        heads: [...document.querySelectorAll("h2, h3, caption, figcaption, thead tr")].map((head) => head.innerText),
        lastHeaders: [...document.querySelectorAll("thead tr")].filter((row) => visible(row) && row.cells.length).map((row) => row.cells[row.cells.length - 1].innerText),
    };
}

// Back to how a page is found, for axe; which takes one without a background to be white, also in the dark scheme.
function settle() {
    document.activeElement.blur();
    scrollTo(0, 0);
    const bare = [document.documentElement, document.body].every((one) => rgba(getComputedStyle(one).backgroundColor)[3] === 0);
    if (bare) document.documentElement.style.backgroundColor = "Canvas";
}

// Fragments that lead nowhere in this document.
function lostFragments() {
    return [...document.querySelectorAll('a[href^="#"]')]
        .filter((link) => link.hash.length > 1 && !document.getElementById(decodeURIComponent(link.hash.slice(1))))
        .map((link) => `${named(link)} leads to ${link.hash}, which is not there`);
}

function overflow() {
    const root = document.documentElement;
    const complaints = [];
    if (root.scrollWidth > root.clientWidth) complaints.push(`the document is ${root.scrollWidth} px wide in ${root.clientWidth}`);
    const contained = (element) => {
        for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
            const box = at.getBoundingClientRect();
            const scrolls = /auto|scroll/.test(getComputedStyle(at).overflowX);
            const hides = getComputedStyle(at).overflowX !== "visible" && box.width <= 1; // Only for screen readers.
            if (scrolls || hides) return true;
        }
        return false;
    };
    for (const element of document.body.querySelectorAll("*")) {
        if (element.ownerSVGElement) continue; // Clipped by its chart; chartText() sees to what is lost.
        const box = element.getBoundingClientRect();
        const outside = box.width > 1 && box.height > 1 && (box.right > root.clientWidth + 1 || box.left < -1);
        // A skip link may wait outside until it has the focus.
        const skips = element.matches('a[href^="#"]') && element === document.querySelector("a");
        if (outside && !skips && visible(element) && !contained(element)) {
            complaints.push(`${named(element)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} of ${root.clientWidth} px`);
        }
    }
    return complaints;
}

// Of elements by selector, when axe does not know what lies behind: the ancestors' colours, if it is only them.
function textContrast(selectors) {
    return selectors.map((selector) => document.querySelector(selector)).flatMap((element) => {
        for (let at = element; at; at = at.parentElement) {
            if (getComputedStyle(at).backgroundImage !== "none") return [`${named(element)} has a picture behind it, whose contrast nobody can tell`];
        }
        const background = backdrop(element);
        const ratio = contrast(over(rgba(getComputedStyle(element).color), background), background);
        return ratio < 4.5 ? [`${named(element)} has a contrast of ${ratio.toFixed(2)}, wanted 4.5`] : [];
    });
}

// Boxes that hold more than they show: nobody scrolls on paper.
function lostOnPaper() {
    return overflow().concat([...document.body.querySelectorAll("*")]
        .filter((element) => visible(element) && getComputedStyle(element).overflowX !== "visible" && !element.ownerSVGElement)
        .filter((element) => element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${named(element)} shows ${element.clientWidth} of ${element.scrollWidth} px`));
}

// What is folded is checked, too.
function openDetails() {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
}

// Text of charts, which axe does not judge: contrast, size, cut off at the chart's edge, on top of each other.
function chartText() {
    const complaints = [];
    for (const chart of document.querySelectorAll("svg")) {
        const frame = chart.getBoundingClientRect();
        const clips = getComputedStyle(chart).overflow !== "visible";
        const texts = [...chart.querySelectorAll("text")].filter((text) => visible(text) && text.textContent.trim());
        const boxes = texts.map((text) => text.getBoundingClientRect());
        texts.forEach((text, i) => {
            const style = getComputedStyle(text);
            const matrix = text.getScreenCTM();
            const size = parseFloat(style.fontSize) * Math.hypot(matrix.c, matrix.d);
            const background = backdrop(chart);
            const fill = rgba(style.fill);
            fill[3] *= parseFloat(style.fillOpacity);
            for (let at = text; at !== chart.parentElement; at = at.parentElement) fill[3] *= parseFloat(getComputedStyle(at).opacity);
            const ratio = contrast(over(fill, background), background);
            const box = boxes[i];
            if (ratio < 4.5) complaints.push(`${named(text)} has a contrast of ${ratio.toFixed(2)}, wanted 4.5`);
            if (size < smallestChartText) complaints.push(`${named(text)} is painted ${size.toFixed(1)} px high, wanted ${smallestChartText}`);
            if (clips && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)) {
                complaints.push(`${named(text)} is cut off at the edge of its chart`);
            }
            boxes.slice(0, i).forEach((other, j) => {
                const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
                const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
                // Boxes of lines hold some empty room, so a part of their height may overlap.
                if (width > 1 && height > 0.4 * Math.min(box.height, other.height)) {
                    complaints.push(`${named(text)} lies on ${named(texts[j])}`);
                }
            });
        });
    }
    return complaints;
}

// What Tab must reach, in the order of the document. Of radio buttons with one name it reaches one.
function stops() {
    const candidates = document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]");
    return [...candidates].filter((element) => {
        if (element.tabIndex < 0 || element.disabled || element.type === "hidden" || element.closest("[inert]")) return false;
        if (!element.checkVisibility({ visibilityProperty: true })) return false;
        if (element.type !== "radio" || element.checked) return true;
        const group = [...document.querySelectorAll("input[type=radio]")].filter((one) => one.name === element.name && one.form === element.form);
        return !group.some((one) => one.checked) && group[0] === element;
    });
}

function scrolls(element) {
    return /auto|scroll/.test(getComputedStyle(element).overflow) &&
        (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
}

// Records every focus from now on. Returns how often to press Tab to be all around: fields of dates have
// a stop for each part, and what scrolls has one too.
function recordFocus() {
    const shadow = (element) => getComputedStyle(element).boxShadow;
    const expected = stops();
    const before = new Map(expected.map((element) => [element, shadow(element)]));
    window.recordedFocus = { expected, seen: [] };
    document.addEventListener("focusin", ({ target }) => {
        const style = getComputedStyle(target);
        const box = target.getBoundingClientRect();
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 &&
            (style.outlineStyle === "auto" || rgba(style.outlineColor)[3] > 0.1);
        const shaded = style.boxShadow !== "none" && style.boxShadow !== (before.get(target) ?? shadow(target));
        window.recordedFocus.seen.push({
            element: target,
            marked: outlined || shaded,
            shown: box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && visible(target),
        });
    });
    const fields = expected.filter((element) => /date|time|month|week/.test(element.type)).length;
    return expected.length + 7 * fields + [...document.querySelectorAll("body *")].filter(scrolls).length;
}

function recordedStops(needsSkipLink) {
    const { expected, seen } = window.recordedFocus;
    const complaints = [];
    const order = [];
    for (const stop of seen) {
        if (!stop.marked) complaints.push(`${named(stop.element)} has the focus and does not show it`);
        if (!stop.shown) complaints.push(`${named(stop.element)} has the focus and cannot be seen`);
        // A box that scrolls is a stop of its own, and no control.
        if (expected.includes(stop.element) && !order.includes(stop.element)) order.push(stop.element);
    }
    const lost = expected.filter((element) => !order.includes(element));
    lost.forEach((element) => complaints.push(`Tab never reaches ${named(element)}`));
    const misplaced = order.find((element, i) => element !== expected.filter((one) => !lost.includes(one))[i]);
    if (misplaced) complaints.push(`Tab reaches ${named(misplaced)} out of the document's order`);
    const first = seen[0]?.element;
    if (needsSkipLink && !first?.matches('a[href^="#"]')) complaints.push(`the first stop is no skip link but ${first ? named(first) : "nothing"}`);
    return { complaints: [...new Set(complaints)], count: order.length };
}
