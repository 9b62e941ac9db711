// An entity's page follows the entity: its parts are fetched anew when it changed or an alert on it rose or fell.

import { at } from "./frame.js";
import { fragment, put, throttled } from "./follow.js";

const WAIT_MS = 2_000;
const PARTS = ["entity-head", "values", "attributes", "entity-alerts"];
const { entity } = document.querySelector("[data-entity]").dataset;

async function refresh() {
  const fresh = await fragment(location.href);
  for (const id of PARTS) {
    const [old, next] = [document.getElementById(id), fresh?.getElementById(id)];
    if (old && next && !old.contains(document.activeElement)) put(old, document.adoptNode(next));
  }
}

if (!at) {
  const soon = throttled(refresh, WAIT_MS);
  addEventListener("city:changes", ({ detail }) => { if (Object.values(detail).some((ids) => entity in ids)) soon(); });
  addEventListener("city:alerts", soon);
  addEventListener("city:reset", soon);
}

document.querySelector("[data-open-details]")?.addEventListener("click", () => { document.getElementById("history-table").open = true; });

const copy = document.querySelector("[data-copy]");
copy?.addEventListener("click", async () => {
  const text = document.querySelector(copy.dataset.copy);
  const words = JSON.parse(document.getElementById("chart-words").textContent);
  try {
    await navigator.clipboard.writeText(text.textContent);
    document.querySelector("[data-copied]").textContent = words.copied;
  } catch {
    // Without permission (or without https) the text is at least selected, so that Ctrl+C takes it.
    getSelection().selectAllChildren(text);
  }
});
