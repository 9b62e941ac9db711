// The scenario's form asks again by itself: sliders beside the numbers, results in place, every change an address.

const form = document.querySelector("[data-scenario]");
const WAIT_MS = 350;
let timer = 0;
let asking = null;

/** A number with a range gets a slider; the number stays what is sent. */
function addSliders() {
  for (const number of form.querySelectorAll("input[data-from]")) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: number.dataset.from, max: number.dataset.to, step: number.dataset.step, value: number.value });
    slider.setAttribute("aria-label", number.labels[0]?.textContent.trim() ?? number.name);
    number.before(slider);
    slider.addEventListener("input", () => { number.value = slider.value; });
    number.addEventListener("input", () => { slider.value = number.value; });
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

/** The same page for what the form says; the old result stays until the new one is there. */
async function ask() {
  clearTimeout(timer);
  // Half a number, or one out of bounds: the browser says so when it is sent; until then nothing is asked.
  if (!form.checkValidity()) return;
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams([...new FormData(form)].filter(([, text]) => text !== ""));
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.action}?${query}`, { signal: asking.signal, headers: { Accept: "text/html" } });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (answer.ok && answer.url !== location.href) history.pushState(null, "", answer.url);
    form.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

/** Parts that depend on the answer, each by its id; the fields stay, so that the focus does. */
function show(fresh) {
  for (const old of document.querySelectorAll("[data-answer]")) {
    const part = fresh.getElementById(old.id);
    if (part) old.replaceWith(document.adoptNode(part));
  }
}

if (form) {
  addSliders();
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  // A step back or forward is another address; the fields must say what it says.
  addEventListener("popstate", () => location.reload());
}
