// Parts of a page that follow the city: ages that grow, and fragments fetched anew when something of theirs changed.

import { ageText, at } from "./frame.js";

const AGES_MS = 5_000;

/** Every [data-age] says how old it is. */
export function showAges(root = document) {
  for (const time of root.querySelectorAll("[data-age]")) {
    const text = ageText(Number(time.dataset.age));
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Calls act at most every wait_ms, and once more when it was asked for meanwhile. */
export function throttled(act, wait_ms) {
  let timer = 0;
  let again = false;
  const run = () => {
    again = false;
    timer = setTimeout(() => { timer = 0; if (again) run(); }, wait_ms);
    act();
  };
  return () => { if (timer) again = true; else run(); };
}

/** The parsed answer of an address; null where it could not be had (what is shown then stays, with its age). */
export async function fragment(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Put the new part in the place of the old one; a value that is another one now is marked once. */
export function put(old, fresh) {
  const before = old.querySelector("[data-value]")?.textContent;
  const value = fresh.querySelector("[data-value]");
  old.replaceWith(fresh);
  if (value && before !== undefined && before !== value.textContent) value.classList.add("changed");
}

if (!at) setInterval(showAges, AGES_MS);
