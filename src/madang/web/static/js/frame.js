// The frame of every page: city clock, time travel, theme, search, and the one event stream that pages listen to.

const body = document.body;
export const city = body.dataset.city;
export const lang = body.dataset.lang;
export const at = body.dataset.at;
export const timezone = body.dataset.timezone;

/** Address inside this city that keeps the moment being looked at. */
export function link(path, params = {}) {
  const query = new URLSearchParams({ ...(at ? { at } : {}), ...params }).toString();
  return `/${city}/${path}${query ? `?${query}` : ""}`;
}

const numbers = new Map();
/** `1204` -> `1 204`, as the server writes it. */
export function numberText(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const key = digits ?? "any";
  if (!numbers.has(key)) {
    const places = digits === undefined || digits === null ? { maximumFractionDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    numbers.set(key, new Intl.NumberFormat("en", places));
  }
  return numbers.get(key).format(value).replaceAll(",", "\u202f").replace("-", "\u2212");
}

const words = {
  ko: { now: "방금", s: "초 전", min: "분 전", h: "시간 전", d: "일 전", gap: "" },
  en: { now: "just now", s: "s ago", min: "min ago", h: "h ago", d: "d ago", gap: " " },
}[lang];

/** Age of a moment (ms since 1970) against the city's clock. */
export function ageText(then, now = cityNow()) {
  const seconds = (now - then) / 1000;
  if (seconds < 5) return words.now;
  for (const [unit, size, below] of [["s", 1, 60], ["min", 60, 3600], ["h", 3600, 172800]]) {
    if (seconds < below) return `${Math.floor(seconds / size)}${words.gap}${words[unit]}`;
  }
  return `${numberText(Math.floor(seconds / 86400))}${words.gap}${words.d}`;
}

// ---- the city clock -----------------------------------------------------------------------------------------------
const clock = document.querySelector("[data-clock]");
const state = { base: Number(clock.dataset.now) * 1000, from: performance.now(), speed: Number(clock.dataset.speed), paused: clock.dataset.paused === "true" };

/** City time in ms since 1970: the moment travelled to, else the clock as it runs. */
export function cityNow() {
  if (at) return Date.parse(at);
  return state.base + (state.paused ? 0 : (performance.now() - state.from) * state.speed);
}

const daily = Number(clock.querySelector("[data-clock-travel]").step) >= 86400;
const clockFormat = new Intl.DateTimeFormat(lang === "ko" ? "ko-KR" : "en-GB", {
  timeZone: timezone, year: "numeric", month: lang === "ko" ? "numeric" : "short", day: "numeric", weekday: "short",
  ...(daily ? {} : { hour: "2-digit", minute: "2-digit", hour12: false }),
});

/** A moment in the city's own time. */
export function timeText(ms) {
  return clockFormat.format(new Date(ms)).replace(",", "");
}

function showClock() {
  const time = clock.querySelector("[data-clock-time]");
  const now = cityNow();
  const text = timeText(now);
  if (time.textContent !== text) {
    time.textContent = text;
    time.dateTime = new Date(now).toISOString();
  }
}

function setClock(next) {
  state.base = next.now * 1000;
  state.from = performance.now();
  state.speed = next.speed;
  state.paused = next.paused;
  clock.querySelector("[data-clock-pause]")?.setAttribute("aria-pressed", String(next.paused));
  const speed = clock.querySelector("[data-clock-speed]");
  if (speed && document.activeElement !== speed) speed.value = String(next.speed);
  showClock();
}

async function command(values) {
  const answer = await fetch(clock.dataset.action, { method: "POST", body: new URLSearchParams(values) });
  if (answer.ok) setClock(await answer.json());
}

clock.querySelector("[data-clock-pause]")?.addEventListener("click", () => command({ do: state.paused ? "play" : "pause" }));
clock.querySelector("[data-clock-speed]")?.addEventListener("change", (event) => command({ do: "speed", speed: event.target.value }));
const travel = clock.querySelector("[data-clock-travel]");
travel.addEventListener("input", () => {
  clock.querySelector("[data-clock-time]").textContent = timeText(Number(travel.value) * 1000);
});
travel.addEventListener("change", () => {
  const url = new URL(location.href);
  url.searchParams.set("at", new Date(Number(travel.value) * 1000).toISOString());
  location.assign(url);
});
if (!at) {
  setInterval(() => {
    showClock();
    if (document.activeElement !== travel) {
      travel.max = String(Math.floor(cityNow() / 1000));
      travel.value = travel.max;
    }
  }, 500);
}

// ---- live events: one stream per page, handed on as DOM events on window ---------------------------------------------
// city:changes {type: {id: {attribute: value}}} · city:clock · city:layers {layer: {id: properties}} · city:alerts {open, raised, closed} · city:reset
if (!at) {
  const source = new EventSource(`/${city}/events`);
  for (const name of ["changes", "layers", "clock", "alerts", "reset"]) {
    source.addEventListener(name, (event) => {
      const detail = JSON.parse(event.data);
      if (name === "clock") setClock(detail);
      if (name === "alerts") showOpenAlerts(detail.open);
      window.dispatchEvent(new CustomEvent(`city:${name}`, { detail }));
    });
  }
  addEventListener("pagehide", () => source.close());
}

function showOpenAlerts(open) {
  for (const badge of document.querySelectorAll("[data-open-alerts]")) {
    badge.textContent = String(open);
    badge.hidden = open === 0;
  }
}

// ---- theme ------------------------------------------------------------------------------------------------------------
document.querySelector("[data-theme-toggle]").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
  window.dispatchEvent(new CustomEvent("theme"));
});

// ---- search -------------------------------------------------------------------------------------------------------------
const dialog = document.querySelector("[data-search]");
const input = dialog.querySelector("[data-search-input]");
const results = dialog.querySelector("[data-search-results]");
const openSearch = () => { dialog.showModal(); input.select(); };
document.querySelector("[data-open-search]").addEventListener("click", openSearch);
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openSearch(); }
});
let asked = 0;
input.addEventListener("input", async () => {
  const turn = ++asked;
  const answer = await fetch(link("search", { text: input.value }));
  if (turn === asked && answer.ok) results.innerHTML = await answer.text();
});
dialog.addEventListener("keydown", (event) => {
  const items = [...results.querySelectorAll("a")];
  const here = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown" && items.length) { event.preventDefault(); items[Math.min(here + 1, items.length - 1)].focus(); }
  if (event.key === "ArrowUp") { event.preventDefault(); (here > 0 ? items[here - 1] : input).focus(); }
  if (event.key === "Enter" && document.activeElement === input && items.length) items[0].click();
});
