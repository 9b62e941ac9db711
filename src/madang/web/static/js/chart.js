// Charts: one look for all of them. A figure[data-chart] names its data; lines, bars and usual bands are drawn with uPlot in the
// page's own colours, read out exactly under the pointer or the arrow keys, and can be read as a table.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { at as travelling, cityNow, lang, link, numberText, timezone } from "./frame.js";
import { fragment } from "./follow.js";
import { ink } from "./palette.js";

const words = JSON.parse(document.getElementById("chart-words").textContent);
const LINE_COLOURS = ["--things", "--people", "--places", "--trust"];
const FONT = () => `12px ${getComputedStyle(document.body).fontFamily}`;
const DENSE = 700;
const TABLE_ROWS = 400;
const REFRESH_MS = 20_000;
const locale = lang === "ko" ? "ko-KR" : "en-GB";
const format = (options) => new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options });
const formats = {
  hour: format({ hour: "2-digit", minute: "2-digit", hour12: false }),
  day: format(lang === "ko" ? { month: "numeric", day: "numeric" } : { month: "short", day: "numeric" }),
  month: format({ year: "numeric", month: lang === "ko" ? "numeric" : "short" }),
  moment: format({ month: lang === "ko" ? "numeric" : "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false }),
  date: format({ year: "numeric", month: lang === "ko" ? "numeric" : "short", day: "numeric", weekday: "short" }),
};
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ticks of time as few words: hours within a day, days within a season, months beyond. */
const timeTicks = (data) => (u, splits, axis, space, increment) => {
  const width = u.width - 50;
  return splits.map((ms) => {
    // A label at the very edge would be cut, or stand under the other axis's zero.
    const left = ((ms - data.from) / (data.to - data.from)) * width;
    if (left < 14 || left > width - 10) return "";
    if (increment >= 27 * DAY) return formats.month.format(ms);
    if (increment >= DAY) return formats.day.format(ms);
    const hour = formats.hour.format(ms);
    return hour === "00:00" || hour === "24:00" ? formats.day.format(ms) : hour;
  });
};

const timeText = (data, ms) => (data.daily ? formats.date : formats.moment).format(ms).replace(",", "");
const valueText = (data, value) => (value === null || value === undefined ? "–" : numberText(value, data.digits ?? undefined) + (data.symbol ? `\u202f${data.symbol}` : ""));
const usualText = (data, line, index) => {
  const [low, high] = [line.low?.[index], line.high?.[index]];
  if (low === null || low === undefined) return "";
  return `${words.usual} ${numberText(low, data.digits ?? undefined)}–${numberText(high, data.digits ?? undefined)}`;
};

/** From zero where that says something; a pressure of 1002 hPa starts where it moves. */
function valueRange(lines, bars) {
  const known = lines.flatMap((line) => [...line.value, ...(line.low ?? []), ...(line.high ?? [])]).filter((value) => value !== null && value !== undefined);
  if (!known.length) return [0, 1];
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (bars || (low >= 0 && (high === low || high - low > high * 0.15))) low = Math.min(0, low);
  else {
    const air = (high - low || Math.abs(high) || 1) * 0.1;
    low -= air;
  }
  return [low, high + (high - low || 1) * 0.06];
}

/** Values alone between two gaps: a line cannot show them, so they get a point. */
function lonely(values) {
  return values.flatMap((value, i) => (value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));
}

/** Decimals that a step needs: 0.025 must not be written 0.03. */
const decimals = (step) => (String(Number(step.toFixed(8))).split(".")[1] ?? "").length;

function axes(data, small) {
  const grid = { stroke: ink("--line"), width: 1 };
  const common = { stroke: ink("--muted"), font: FONT(), ticks: { show: false } };
  return [
    { ...common, grid: { show: false }, space: small ? 64 : 84, size: 26, gap: 4, values: timeTicks(data) },
    { ...common, grid, space: small ? 34 : 46, gap: 4, size: (u, texts) => Math.max(24, ...(texts ?? []).map((text) => 8 + text.length * 7.4)), values: (u, splits, axis, space, increment) => splits.map((value) => numberText(value, decimals(increment))) },
  ];
}

/** uPlot's columns and series of some lines; all lie on the first one's times, or on all times together. */
function columns(data, lines, extra) {
  const bars = data.kind === "bar";
  const shared = lines.every((line) => line.at.length === lines[0].at.length && line.at[0] === lines[0].at[0]);
  const tables = lines.map((line) => [line.at, ...(line.low?.length ? [line.high, line.low] : []), line.value]);
  const joined = shared ? [lines[0].at, ...tables.flatMap((table) => table.slice(1))] : uPlot.join(tables);
  const series = [{}];
  const bands = [];
  lines.forEach((line, index) => {
    const stroke = ink(LINE_COLOURS[index % LINE_COLOURS.length]);
    if (line.low?.length) {
      bands.push({ series: [series.length, series.length + 1], fill: ink("--usual") });
      series.push({ points: { show: false } }, { points: { show: false } });
    }
    series.push(bars
      ? { stroke, fill: stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.78, 48, 1], align: 1, gap: 0 }) }
      : { stroke, width: line.at.length > DENSE ? 1.1 : 1.8, points: { show: true, size: 5, fill: stroke, width: 0, filter: (u, at) => lonely(u.data[at]) } });
  });
  if (extra) {
    joined.push(extra);
    series.push({ points: { show: true, size: 7, width: 1.6, stroke: ink("--alarm-fill"), fill: ink("--surface"), filter: (u, at) => u.data[at].flatMap((v, i) => (v === null ? [] : [i])) } });
  }
  return { joined, series, bands };
}

/** Values while an alert called them stuck or impossible. */
function doubtful(data, line) {
  if (!data.doubtful?.length) return null;
  const values = line.at.map((ms, i) => (data.doubtful.some(([from, to]) => ms >= from && (to === null || ms < to)) ? line.value[i] : null));
  return values.some((value) => value !== null) ? values : null;
}

/** Draw lines into a box. onIndex is told where the reader points (null: nowhere). */
function draw(box, data, lines, { height, small = false, onIndex }) {
  const { joined, series, bands } = columns(data, lines, small ? null : doubtful(data, lines[0]));
  return new uPlot({
    ms: 1,
    width: Math.max(120, box.clientWidth),
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, stroke: (u, i) => u.series[i].stroke?.(u, i) ?? "transparent", fill: () => ink("--surface"), width: 2 } },
    tzDate: (ms) => uPlot.tzDate(new Date(ms), timezone),
    scales: { x: { time: true, range: () => [data.from, data.to] }, y: { range: () => valueRange(lines, data.kind === "bar") } },
    axes: axes(data, small),
    series,
    bands,
    hooks: { setCursor: [(u) => onIndex(u.cursor.left >= 0 ? u.cursor.idx : null)] },
  }, joined, box);
}

class Figure {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector("[data-plot]");
    this.readout = figure.querySelector("[data-readout]");
    this.table = figure.querySelector("[data-chart-table]");
    this.plots = [];
    this.loadedAt = 0;
    this.pointing = false;
    this.width = 0;
    figure.querySelector("[data-table-toggle]")?.addEventListener("click", (event) => this.toggleTable(event));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  address() {
    const url = new URL(this.figure.dataset.src, location.href);
    const span = Number(this.figure.dataset.span || 0);
    if (span) url.searchParams.set("from", new Date(cityNow() - span * 1000).toISOString());
    return url;
  }

  async load() {
    this.loadedAt = performance.now();
    try {
      const answer = await fetch(this.address());
      if (!answer.ok) throw new Error(String(answer.status));
      this.data = await answer.json();
    } catch {
      // What is drawn stays; the next change of the city tries again.
      if (!this.data) this.say(words.failed);
      return;
    }
    this.show();
  }

  /** Called when the city changed: now and then, and never under the reader's pointer. */
  refresh() {
    if (!this.data || this.pointing || performance.now() - this.loadedAt < REFRESH_MS) return;
    this.load();
  }

  say(text) { this.readout.textContent = text; }

  show() {
    const { data } = this;
    this.plots.forEach((u) => u.destroy());
    this.plots = [];
    this.plot.replaceChildren();
    const lines = data.lines.filter((line) => line.value.some((value) => value !== null));
    const note = this.figure.querySelector("[data-period-note]");
    if (note) note.textContent = data.note ? ` · ${data.note}` : "";
    if (!lines.length) { this.plot.classList.add("nothing"); this.say(words.none); return; }
    this.plot.classList.remove("nothing");
    const key = this.figure.querySelector("[data-doubt-key]");
    if (key) key.hidden = !doubtful(data, lines[0]);
    if (data.multiples) this.showMultiples(lines);
    else this.showOne(lines);
    this.readAt(null);
    if (this.table && !this.table.hidden) this.fillTable();
  }

  showOne(lines) {
    this.lines = lines;
    const tall = this.figure.hasAttribute("data-tall");
    const u = draw(this.plot, this.data, lines, { height: tall ? 300 : 220, onIndex: (index) => this.readAt(index) });
    this.plots.push(u);
    this.keys(u);
  }

  /** Many lines: small charts side by side, each with its own name, scale and newest value. */
  showMultiples(lines) {
    this.lines = lines;
    const list = this.plot.appendChild(document.createElement("div"));
    list.className = "multiples";
    const parts = lines.map((line) => {
      const part = list.appendChild(document.createElement("div"));
      const head = part.appendChild(document.createElement("p"));
      const name = head.appendChild(document.createElement("a"));
      name.href = link(line.path);
      name.textContent = line.name;
      const value = head.appendChild(document.createElement("span"));
      value.className = "muted";
      return { line, value, box: part.appendChild(document.createElement("div")) };
    });
    for (const { line, value, box } of parts) {
      this.plots.push(draw(box, this.data, [line], { height: 108, small: true, onIndex: (index) => {
        const here = index ?? last(line.value);
        value.textContent = here === null ? "–" : `${valueText(this.data, line.value[here])}${index === null ? "" : ` · ${timeText(this.data, line.at[here])}`}`;
        value.title = here === null ? "" : usualText(this.data, line, here);
        this.pointing = index !== null;
      } }));
      const newest = last(line.value);
      value.textContent = newest === null ? "–" : valueText(this.data, line.value[newest]);
    }
    const note = this.plot.appendChild(document.createElement("p"));
    note.className = "note";
    const more = this.data.leftOut ? ` ${words.leftOut.replace("{n}", numberText(this.data.leftOut))}` : "";
    note.textContent = words.ownScales + more;
  }

  /** The line under the title: what the reader points at, else the newest values. */
  readAt(index) {
    const { data, lines } = this;
    this.pointing = index !== null && index !== undefined;
    if (data.multiples) { this.readout.hidden = true; return; }
    this.readout.hidden = false;
    const here = this.pointing ? index : Math.max(...lines.map((line) => last(line.value) ?? -1));
    const ms = lines[0].at[here];
    const parts = lines.map((line) => {
      const usual = usualText(data, line, here);
      return `${lines.length > 1 ? `${line.name} ` : ""}${valueText(data, line.value[here])}${usual ? ` (${usual})` : ""}`;
    });
    this.readout.replaceChildren(Object.assign(document.createElement("strong"), { textContent: parts.join(" · ") }), ` · ${this.pointing ? "" : `${words.newest} `}${timeText(data, ms)}`);
    if (!this.pointing) this.plot.setAttribute("aria-label", `${data.title}: ${this.readout.textContent}`);
  }

  /** Arrow keys move along the line, Shift in larger steps. */
  keys(u) {
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "img");
    this.plot.onfocus = () => this.readout.setAttribute("aria-live", "polite");
    this.plot.onblur = () => { this.readout.removeAttribute("aria-live"); u.setCursor({ left: -10, top: -10 }); this.readAt(null); };
    this.plot.onkeydown = (event) => {
      const count = u.data[0].length;
      const here = u.cursor.left >= 0 ? u.cursor.idx : last(this.lines[0].value) ?? 0;
      const step = event.shiftKey ? 12 : 1;
      const next = { ArrowLeft: here - step, ArrowRight: here + step, Home: 0, End: count - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const to = Math.min(count - 1, Math.max(0, next));
      u.setCursor({ left: u.valToPos(u.data[0][to], "x"), top: 10 });
    };
  }

  resize() {
    const width = this.plot.clientWidth;
    if (!this.data || width === this.width) return;
    this.width = width;
    if (this.data.multiples) { this.plots.forEach((u) => u.setSize({ width: u.root.parentElement.clientWidth, height: u.height })); return; }
    this.plots.forEach((u) => u.setSize({ width, height: u.height }));
  }

  toggleTable(event) {
    if (!this.table || !this.data) return;
    event.preventDefault();
    this.table.hidden = !this.table.hidden;
    event.currentTarget.textContent = this.table.hidden ? words.table : words.hide;
    event.currentTarget.setAttribute("aria-expanded", String(!this.table.hidden));
    if (!this.table.hidden) this.fillTable();
  }

  fillTable() {
    const { data } = this;
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    const addHead = (text, number) => head.append(Object.assign(document.createElement("th"), { textContent: text, scope: "col", className: number ? "number" : "" }));
    addHead(words.time, false);
    for (const line of data.lines) {
      addHead(`${line.name}${data.symbol ? ` (${data.symbol})` : ""}`, true);
      if (line.low?.length && data.lines.length === 1) addHead(words.usual, true);
    }
    const body = table.createTBody();
    const times = data.lines[0]?.at ?? [];
    for (let i = times.length - 1; i >= 0 && body.rows.length < TABLE_ROWS; i -= 1) {
      if (data.lines.every((line) => (line.value[i] ?? null) === null)) continue;
      const row = body.insertRow();
      row.append(Object.assign(document.createElement("th"), { textContent: timeText(data, times[i]), scope: "row" }));
      for (const line of data.lines) {
        row.append(Object.assign(document.createElement("td"), { textContent: line.value[i] === null ? "–" : numberText(line.value[i], data.digits ?? undefined), className: "number" }));
        if (line.low?.length && data.lines.length === 1) row.append(Object.assign(document.createElement("td"), { textContent: usualText(data, line, i).replace(`${words.usual} `, ""), className: "number muted" }));
      }
    }
    this.table.replaceChildren(table);
  }
}

function last(values) {
  for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null) return i;
  return null;
}

/** Bars by group come drawn from the server; here they are only put in place, with their tables to unfold. */
class Comparison {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector("[data-plot]");
    figure.querySelector("[data-table-toggle]")?.addEventListener("click", (event) => this.toggleTable(event));
  }

  async load() {
    const drawn = (await fragment(this.figure.dataset.src))?.querySelector(".compare-view");
    if (drawn) this.plot.replaceChildren(document.adoptNode(drawn));
    else this.plot.textContent = words.failed;
  }

  refresh() { /* means over years do not change while somebody looks */ }

  toggleTable(event) {
    event.preventDefault();
    const tables = [...this.plot.querySelectorAll("[data-compare-table]")];
    const open = tables.some((table) => !table.classList.toggle("visually-hidden"));
    event.currentTarget.textContent = open ? words.hide : words.table;
    event.currentTarget.setAttribute("aria-expanded", String(open));
  }
}

// ---- on the page ------------------------------------------------------------------------------------------------------
const figures = [...document.querySelectorAll("figure[data-chart]")].filter((figure) => figure.dataset.src).map((figure) => (figure.dataset.kind === "compare" ? new Comparison(figure) : new Figure(figure)));
// Charts load as they come near the screen, so that a long board does not ask the history for what nobody sees.
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    figures.find((one) => one.figure === entry.target).load();
  }
}, { rootMargin: "300px" });
// The text of a canvas is drawn once: with the page's own font, not with what stands in for it while it loads.
document.fonts.load(FONT()).finally(() => figures.forEach((one) => near.observe(one.figure)));

addEventListener("theme", () => figures.forEach((one) => one.data && one.show()));
if (!travelling) {
  addEventListener("city:changes", ({ detail }) => {
    for (const one of figures) {
      const { type } = one.figure.dataset;
      const { entity } = one.figure.closest("[data-entity]")?.dataset ?? {};
      const changed = entity ? Object.values(detail).some((ids) => entity in ids) : type in detail;
      if (changed) one.refresh();
    }
  });
  addEventListener("city:reset", () => figures.forEach((one) => one.data && one.load()));
}
