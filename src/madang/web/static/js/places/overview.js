// A slider beside the date field: the page is that of the day it is let go on. Without this script the field does it.

const DAY_MS = 86_400_000;
const form = document.querySelector("[data-day]");
const field = form?.querySelector("input[type=date]");
const place = form?.querySelector("[data-slider]");

const day = (iso) => Math.round(Date.parse(iso) / DAY_MS);
const iso = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

if (place && field.min && field.max) {
  const slider = document.createElement("input");
  const list = document.createElement("datalist");
  const shown = document.createElement("output");
  list.id = "announced";
  list.append(...place.dataset.marks.split(" ").map((mark) => Object.assign(document.createElement("option"), { value: day(mark) })));
  Object.assign(slider, { type: "range", min: day(field.min), max: day(field.max), step: 1, value: day(field.value) });
  slider.setAttribute("list", list.id);
  slider.setAttribute("aria-label", place.dataset.label);
  const tell = () => {
    shown.value = iso(slider.valueAsNumber);
    slider.setAttribute("aria-valuetext", shown.value);
  };
  slider.addEventListener("input", () => { tell(); field.value = shown.value; });
  slider.addEventListener("change", () => form.requestSubmit());
  tell();
  place.append(slider, shown, list);
  place.hidden = false;
}
