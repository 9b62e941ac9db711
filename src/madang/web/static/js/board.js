// A board's tiles and tables follow the city.

import { at } from "./frame.js";
import { fragment, put, throttled } from "./follow.js";

const TILES_MS = 2_000;
const TABLES_MS = 6_000;
const boards = [...document.querySelectorAll("[data-board]")].map((root) => ({ root, waiting: new Set() }));

async function refreshTiles(board) {
  const tiles = [...board.root.querySelectorAll("[data-tile]")].filter((tile) => board.waiting.has(tile.dataset.type));
  board.waiting.clear();
  if (!tiles.length) return;
  const address = new URL(board.root.dataset.src, location.href);
  address.searchParams.set("only", tiles.map((tile) => tile.dataset.tile).join(","));
  const answer = await fragment(address);
  for (const fresh of answer?.querySelectorAll("[data-tile]") ?? []) {
    const old = board.root.querySelector(`[data-tile="${CSS.escape(fresh.dataset.tile)}"]`);
    if (old) put(old, document.adoptNode(fresh));
  }
}

async function refreshTable(id) {
  const old = document.getElementById(id)?.closest("[data-board-table]");
  // A table somebody reads with the keyboard stays as it is.
  if (!old || old.contains(document.activeElement)) return;
  const fresh = (await fragment(old.dataset.src))?.querySelector("[data-board-table]");
  if (fresh) old.replaceWith(document.adoptNode(fresh));
}

if (!at) {
  for (const board of boards) board.refresh = throttled(() => refreshTiles(board), TILES_MS);
  const tables = [...document.querySelectorAll("[data-board-table]")].map((table) => {
    const id = table.querySelector("h2").id;
    return { type: table.dataset.type, refresh: throttled(() => refreshTable(id), TABLES_MS) };
  });
  addEventListener("city:changes", ({ detail }) => {
    const types = Object.keys(detail);
    for (const board of boards) {
      types.forEach((type) => board.waiting.add(type));
      board.refresh();
    }
    for (const table of tables) if (table.type in detail) table.refresh();
  });
  addEventListener("city:reset", () => location.reload());
}
