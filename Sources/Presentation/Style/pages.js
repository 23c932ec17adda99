// A module that adds what HTML alone cannot do: without it, every page shows, links and submits the same.
// Figures are those of data-* attributes. Nothing moves by itself.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (element, type, action) => element.addEventListener(type, action);
const create = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const createButton = (children, action) => {
  const button = create("button", { type: "button" }, ...children);
  on(button, "click", action);
  return button;
};
const labelOf = (element) => element.closest("[aria-label]").getAttribute("aria-label");
// What the reader has chosen, by what it is about: a refresh keeps it.
const chosen = new Map();

// Charts: a crosshair with the values of all series, a range to zoom into, series to turn off.

const figures = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });
let hideShown = () => {};
const place = (element, sides) => {
  for (const side in sides) element.style[side] = `${sides[side]}px`;
};

function crosshair(figure, chart, plot) {
  const [first, last] = [Number(plot.dataset.start), Number(plot.dataset.end)];
  const names = all(".legend [data-name]", figure).map((entry) => entry.dataset.name);
  const mark = create("div", { className: "crosshair" });
  const buckets = all(".bucket", chart).map((element) => {
    // The readout is the tooltip.
    const title = element.querySelector("title");
    if (element.href) element.ariaLabel = title.textContent;
    title.remove();
    const { start, end, values } = element.dataset;
    const period = title.textContent.split(": ")[0];
    return { period, start: Number(start), end: Number(end), values: values.split(" ") };
  });
  let from = null; // Where the button was pressed.
  let isDrag = false;

  function show(one, other) {
    const [box, outer] = [plot, figure].map((one) => one.getBoundingClientRect());
    const x = (time) => box.left - outer.left + ((Math.min(time, last) - first) / (last - first)) * box.width;
    const [left, right, top] = [x(one.start), x(other.end), box.top - outer.top];
    const lines = one === other ? one.values.map((value, i) => {
      if (figure.querySelector(`.is-off[data-series="${i + 1}"]`)) return "";
      const text = value === "-" ? "not reported" : figures.format(value);
      return create("li", {}, names[i] ? `${names[i]}: ` : "", create("strong", {}, text));
    }) : [];
    const time = one === other ? one.period : `${one.period} to ${other.period}`;
    const readout = create("div", { className: "readout", ariaHidden: "true" }, time, create("ul", {}, ...lines));
    place(mark, { left, width: right - left, top, height: box.height });
    place(readout, left > outer.width / 2 ? { right: outer.width - left + 8, top } : { left: right + 8, top });
    mark.nextSibling?.remove();
    figure.append(mark, readout);
    hideShown = hide;
  }
  function hide() {
    mark.nextSibling?.remove();
    mark.remove();
    from = null;
  }
  // The first and the last bucket of a range that ends at the pointer; twice the one there without a range.
  function selected({ clientX }) {
    const box = plot.getBoundingClientRect();
    return [from ?? clientX, clientX].sort((a, b) => a - b).map((x) => {
      const time = first + ((x - box.left) / box.width) * (last - first);
      return buckets.findLast(({ start }) => start <= time) ?? buckets[0];
    });
  }
  on(chart, "pointerdown", (event) => {
    isDrag = false;
    if (figure.dataset.zoom && event.pointerType === "mouse" && event.button === 0) from = event.clientX;
  });
  on(chart, "pointermove", (event) => {
    if (from !== null && Math.abs(event.clientX - from) > 5) {
      isDrag = true;
      chart.setPointerCapture(event.pointerId);
    }
    show(...selected(event));
  });
  on(chart, "pointerup", (event) => {
    const [one, other] = selected(event);
    const zooms = isDrag && from !== null;
    if (zooms) location.assign(figure.dataset.zoom.replace("{start}", one.start).replace("{end}", other.end));
    from = null;
  });
  // The end of a drag is no click on the link below.
  on(chart, "click", (event) => isDrag && event.preventDefault());
  on(chart, "dragstart", (event) => event.preventDefault());
  on(chart, "pointerleave", hide);
}
on(document, "keydown", ({ key }) => key === "Escape" && hideShown());

function toggle(figure, entry) {
  const { series, name } = entry.dataset;
  const key = `${name} of ${figure.querySelector("figcaption").textContent}`;
  const update = () => {
    const isOff = chosen.get(key) ?? false;
    button.ariaPressed = String(!isOff);
    for (const one of all(`[data-series="${series}"]`, figure)) one.classList.toggle("is-off", isOff);
  };
  const button = createButton(entry.childNodes, () => update(chosen.set(key, !chosen.get(key))));
  entry.append(button);
  update();
}

// Tables: sorted by the exact value of each cell, long ones with a filter.

const { compare } = new Intl.Collator("en", { numeric: true });

function sortable(table) {
  const label = labelOf(table);
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  function sort(column, isDescending) {
    const cell = (row) => row.cells[column];
    const isNumber = rows.some((row) => cell(row).dataset.value);
    const order = isDescending ? -1 : 1;
    rows.sort((a, b) => {
      if (!isNumber) return order * compare(cell(a).textContent, cell(b).textContent);
      const [one, other] = [a, b].map((row) => cell(row).dataset.value);
      // What is missing comes last in both orders.
      return one && other ? order * (one - other) : (one ? 0 : 1) - (other ? 0 : 1);
    });
    table.tBodies[0].append(...rows);
    for (const head of heads) head.ariaSort = null;
    heads[column].ariaSort = isDescending ? "descending" : "ascending";
    chosen.set(`order of ${label}`, [column, isDescending]);
  }
  heads.forEach((head, column) => {
    if (rows.length < 2 || rows[0].cells[column].querySelector("svg, input")) return;
    const isFalling = () => (head.ariaSort ? head.ariaSort === "ascending" : head.matches(".number"));
    head.append(createButton(head.childNodes, () => sort(column, isFalling())));
  });
  const order = chosen.get(`order of ${label}`);
  if (order) sort(...order);
  if (rows.length < 10) return;
  const field = create("input", { type: "search", value: chosen.get(`filter of ${label}`) ?? "" });
  const filter = () => {
    const text = field.value.toLowerCase();
    for (const row of rows) row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(text);
    chosen.set(`filter of ${label}`, field.value);
  };
  on(field, "input", filter);
  on(field, "keydown", (event) => event.key === "Enter" && event.preventDefault());
  table.closest(".scroll").before(create("label", { className: "filter" }, "Filter rows", field));
  filter();
}

function copyable(source) {
  const say = (text) => {
    button.textContent = text;
    button.ariaLabel = `${text}: ${labelOf(source)}`;
  };
  const button = createButton([], () => {
    getSelection().selectAllChildren(source);
    // Browsers have a newer interface for https and localhost only.
    document.execCommand("copy");
    getSelection().empty();
    say("Copied");
    setTimeout(say, 2000, "Copy");
  });
  button.className = "copy";
  say("Copy");
  source.before(button);
}

function enhance(root) {
  for (const figure of all(".chart-figure", root)) {
    const plot = figure.querySelector(".plot");
    if (figure.querySelector(".bucket")) crosshair(figure, plot.closest(".chart"), plot);
    for (const entry of all(".legend [data-series]", figure)) toggle(figure, entry);
  }
  all("table.sortable", root).forEach(sortable);
  all("pre.copyable", root).forEach(copyable);
}

// Refresh: a page of the present, while it is visible.

const main = document.querySelector("main");
const every = main.dataset.refresh * 1000;
const filled = new WeakSet();

function replace(fresh) {
  const active = document.activeElement;
  const isSame = (one) => one.textContent === active.textContent && one.name === active.name;
  const alike = () => all(active.localName, main).filter(isSame);
  const position = alike().indexOf(active);
  const [details, scrolls] = [() => all("details", main), () => all(".scroll, pre", main)];
  const [isOpen, offsets] = [details().map((one) => one.open), scrolls().map((one) => one.scrollLeft)];
  const [left, top] = [scrollX, scrollY];
  enhance(fresh);
  const forms = all("form", main);
  all("form", fresh).forEach((form, i) => {
    if (filled.has(forms[i]) || forms[i]?.contains(active)) form.replaceWith(forms[i]);
  });
  main.replaceChildren(...fresh.childNodes);
  details().forEach((one, i) => { one.open = isOpen[i] ?? one.open; });
  scrolls().forEach((one, i) => { one.scrollLeft = offsets[i]; });
  alike()[position]?.focus({ preventScroll: true });
  scrollTo(left, top);
}

let [wait, due, timer] = [every, Date.now() + every];
function schedule() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, due - Date.now());
}
async function refresh() {
  due = Date.now() + wait;
  try {
    const answer = await fetch(location, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(every) });
    if (!answer.ok) throw answer;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Not while somebody reads a value or selects text.
    if (!document.querySelector(".crosshair") && getSelection().isCollapsed) replace(page.querySelector("main"));
    wait = every;
  } catch {
    wait = Math.min(wait * 2, 900_000);
  }
  due = Date.now() + wait;
  schedule();
}
enhance(document);
on(main, "input", ({ target }) => target.name && filled.add(target.form));
if (every) {
  on(document, "visibilitychange", schedule);
  schedule();
}
