// The city map: base from the city's own boundaries, layers from its packs, moved by the event stream.

import { Map as MapLibre, Popup, NavigationControl, ScaleControl, addProtocol } from "../vendor/maplibre-gl/maplibre-gl.mjs";
import { lang, link, numberText, ageText } from "./frame.js";
import { paletteFor, ink } from "./palette.js";

const config = JSON.parse(document.getElementById("map-config").textContent);
const words = config.words;
const box = document.querySelector("[data-map]");
const drawer = document.querySelector("[data-drawer]");
const FONT = ["Pretendard"];
const CITY_PX = 800; // the profile's zoom is meant for a map this high or wide
const layers = new Map(config.layers.map((layer) => [layer.key, { ...layer, features: new Map(), dirty: false }]));

/** The panel of layers hides part of the map: the centre lies in what is left, and a small window shows as much of the city. */
function firstLook() {
  const all = box.getBoundingClientRect();
  const panel = document.querySelector(".map-side").getBoundingClientRect();
  const below = panel.width > all.width / 2;
  const padding = { top: 0, right: 0, left: below ? 0 : panel.right - all.left, bottom: below ? all.bottom - panel.top : 0 };
  const free = Math.min(all.width - padding.left, all.height - padding.bottom);
  return { padding, zoom: config.zoom + Math.min(0, Math.log2(free / CITY_PX)) };
}

const map = new MapLibre({
  container: box,
  style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": ink("--ground") } }] },
  center: config.centre,
  zoom: config.zoom,
  attributionControl: false,
  dragRotate: false,
  fadeDuration: 0,
  localIdeographFontFamily: "Pretendard, sans-serif",
});
map.jumpTo(firstLook());
map.touchZoomRotate.disableRotation();
// What lies under the panel is not the middle of the city.
if (innerWidth > 900) map.setPadding({ left: 280, top: 0, right: 0, bottom: 0 });
map.addControl(new NavigationControl({ showCompass: false }), "top-right");
map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-right");

// ---- base -----------------------------------------------------------------------------------------------------------
function addRaster(source) {
  map.addSource("tiles", { type: "raster", tileSize: 256, ...source });
  map.addLayer({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.55, "raster-saturation": -0.7 } });
}

/** The library is a plain script that sets a global; loaded only where a city has a tile file. */
function loadPmtiles() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/pmtiles/pmtiles.js", import.meta.url).href;
    script.onload = () => resolve(window.pmtiles);
    script.onerror = reject;
    document.head.append(script);
  });
}

/** A PMTiles file of the city: pictures as they are; vector tiles as quiet water, buildings and roads. */
async function addTileFile(address) {
  const { Protocol, PMTiles } = await loadPmtiles();
  const protocol = new Protocol({ metadata: true });
  addProtocol("pmtiles", protocol.tile);
  const file = new PMTiles(new URL(address.replace("pmtiles://", ""), location.href).href);
  protocol.add(file);
  const url = `pmtiles://${file.source.getKey()}`;
  if ((await file.getHeader()).tileType !== 1) { addRaster({ url }); return; }
  map.addSource("tiles", { type: "vector", url });
  for (const { id } of (await file.getMetadata()).vector_layers ?? []) {
    const line = /road|transport|transit|rail/.test(id);
    if (!line && !/water|building/.test(id)) continue;
    map.addLayer(line
      ? { id: `tiles-${id}`, type: "line", source: "tiles", "source-layer": id, paint: { "line-color": ink("--line"), "line-width": 0.8 } }
      : { id: `tiles-${id}`, type: "fill", source: "tiles", "source-layer": id, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink("--sunken") } });
  }
}

async function addBase() {
  if (config.tiles.startsWith("pmtiles://")) await addTileFile(config.tiles);
  else if (config.tiles) addRaster({ tiles: [config.tiles] });
  const files = config.base.map((file, index) => ({ ...file, id: `base-${index}` }));
  for (const { id, url } of files) map.addSource(id, { type: "geojson", data: url });
  // Grounds first, then borders, then names: a district's ground must not veil the names of its parts.
  for (const { id, role } of files.filter((file) => file.role !== "line")) {
    const paint = role === "context" ? { "fill-color": ink("--sunken"), "fill-opacity": 0.55 } : { "fill-color": ink("--raised"), "fill-opacity": 0.6 };
    map.addLayer({ id: `${id}-fill`, type: "fill", source: id, paint });
  }
  for (const { id, role } of files) map.addLayer({ id: `${id}-line`, type: "line", source: id, layout: { "line-cap": "round" }, paint: BORDER[role]() });
  for (const { id, role, label } of files.filter((file) => file.label)) {
    map.addLayer({
      id: `${id}-label`, type: "symbol", source: id, minzoom: role === "context" ? 9 : 10.5,
      layout: { "text-field": ["get", label], "text-font": FONT, "text-size": role === "context" ? 12 : 13, "text-padding": 6, "text-max-width": 8 },
      paint: { "text-color": ink("--muted"), "text-halo-color": ink("--ground"), "text-halo-width": 1.4 },
    });
  }
}

const BORDER = {
  context: () => ({ "line-color": ink("--line"), "line-width": 1 }),
  area: () => ({ "line-color": ink("--line-strong"), "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 14, 1.4] }),
  line: () => ({ "line-color": ink("--line-strong"), "line-opacity": 0.55, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 15, 3] }),
};

// ---- layers -----------------------------------------------------------------------------------------------------------
const NO_DATA = "rgba(0,0,0,0)";

/** Colour by class of the property v; no value is drawn hollow. */
function colourOf(layer) {
  const colours = paletteFor(layer);
  if (!layer.value) return colours[0];
  if (layer.scale === "category") return colours[0];
  const steps = ["step", ["get", "v"], colours[0]];
  layer.classes.forEach((bound, index) => steps.push(bound, colours[index + 1]));
  return ["case", ["==", ["typeof", ["get", "v"]], "number"], layer.classes.length ? steps : colours[0], NO_DATA];
}

/** Areas lie below lines, lines below points, plain registers below what has a value. */
const rank = (layer) => ({ area: 0, line: 1, point: 2 })[layer.geometry] + (layer.value ? 0.5 : 0);

const alarmed = ["==", ["get", "a"], 1];

function addLayer(layer) {
  const source = layer.key;
  const visibility = layer.shown ? "visible" : "none";
  map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] }, promoteId: "id" });
  const colour = colourOf(layer);
  if (layer.geometry === "line") {
    const width = layer.size
      ? ["interpolate", ["linear"], ["zoom"], 9, ["+", 1.2, ["*", 1.6, ["coalesce", ["get", "s"], 0]]], 15, ["+", 3, ["*", 9, ["coalesce", ["get", "s"], 0]]]]
      : ["interpolate", ["linear"], ["zoom"], 9, 1.6, 15, 5];
    map.addLayer({ id: `${source}-ring`, type: "line", source, filter: alarmed, layout: { "line-cap": "round", visibility }, paint: { "line-color": ink("--alarm-fill"), "line-opacity": 0.35, "line-width": 12 } });
    map.addLayer({ id: `${source}-quiet`, type: "line", source, layout: { "line-cap": "round", visibility }, paint: { "line-color": ink("--line-strong"), "line-width": 1.2 } });
    map.addLayer({ id: source, type: "line", source, layout: { "line-cap": "round", "line-join": "round", visibility }, paint: { "line-color": colour, "line-width": width } });
  } else if (layer.geometry === "area") {
    map.addLayer({ id: source, type: "fill", source, layout: { visibility }, paint: { "fill-color": colour, "fill-opacity": 0.6, "fill-outline-color": ink("--line-strong") } });
  } else {
    const radius = layer.size && layer.value
      ? ["interpolate", ["linear"], ["zoom"], 9, ["+", 3, ["*", 6, ["sqrt", ["coalesce", ["get", "s"], 0]]]], 15, ["+", 5, ["*", 18, ["sqrt", ["coalesce", ["get", "s"], 0]]]]]
      : ["interpolate", ["linear"], ["zoom"], 9, layer.value ? 4 : 1.6, 12, layer.value ? 6 : 3, 16, layer.value ? 10 : 7];
    map.addLayer({ id: `${source}-ring`, type: "circle", source, filter: alarmed, layout: { visibility }, paint: { "circle-color": NO_DATA, "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 13, 15, 30], "circle-stroke-width": 3, "circle-stroke-color": ink("--alarm-fill"), "circle-stroke-opacity": 0.85 } });
    map.addLayer({ id: source, type: "circle", source, layout: { visibility }, paint: { "circle-color": colour, "circle-radius": radius, "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 9, layer.value ? 0.8 : 0.4, 14, 1.4], "circle-stroke-color": ink(layer.value ? "--ink" : "--raised"), "circle-opacity": layer.value ? 0.92 : 0.7 } });
    if (layer.label) {
      map.addLayer({
        id: `${source}-label`, type: "symbol", source, minzoom: layer.labelFrom,
        layout: { visibility, "text-field": ["get", "n"], "text-font": FONT, "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true, "text-max-width": 9 },
        paint: { "text-color": ink("--ink"), "text-halo-color": ink("--ground"), "text-halo-width": 1.5 },
      });
    }
  }
  map.on("mousemove", source, (event) => hover(layer, event));
  map.on("mouseleave", source, () => { map.getCanvas().style.cursor = ""; tip.remove(); });
  map.on("click", source, (event) => open(event.features[0].properties.id));
}

const parts = (layer) => [`${layer.key}-ring`, `${layer.key}-quiet`, layer.key, `${layer.key}-label`].filter((id) => map.getLayer(id));

/** Reads a layer whole. News that comes meanwhile is kept and told afterwards: the answer may be older. */
async function load(layer) {
  if (layer.pending) return;
  layer.pending = [];
  layer.stale = false;
  layer.changed = layer.gone = undefined;
  try {
    const answer = await fetch(link(`api/layers/${layer.key}.geojson`, { lang }));
    if (!answer.ok) return;
    const collection = await answer.json();
    layer.features = new Map(collection.features.map((feature) => [feature.properties.id, feature]));
    map.getSource(layer.key).setData(collection);
    layer.loaded = true;
  } finally {
    const missed = layer.pending;
    layer.pending = undefined;
    if (layer.loaded) for (const changed of missed) merge(layer, changed);
    flushing ||= setTimeout(flush, FLUSH_MS);
    count(layer);
  }
}

function count(layer) {
  const note = document.querySelector(`[data-layer-count="${layer.key}"]`);
  if (!note) return;
  let alarms = 0;
  for (const feature of layer.features.values()) alarms += feature.properties.a ? 1 : 0;
  note.textContent = numberText(layer.features.size);
  const mark = note.parentElement.querySelector("[data-layer-alarms]");
  mark.hidden = alarms === 0;
  mark.textContent = numberText(alarms);
}

// ---- hover and drawer ---------------------------------------------------------------------------------------------------
const tip = new Popup({ closeButton: false, closeOnClick: false, offset: 12, className: "tip" });

function hover(layer, event) {
  map.getCanvas().style.cursor = "pointer";
  const { n, v, t } = event.features[0].properties;
  const text = document.createElement("div");
  const name = text.appendChild(document.createElement("strong"));
  name.textContent = n;
  const line = text.appendChild(document.createElement("div"));
  const value = v === undefined || v === null ? words.nothing : layer.scale === "category" ? v : `${numberText(Number(v), layer.digits)} ${layer.symbol}`.trim();
  line.textContent = layer.value ? (t ? `${value} · ${ageText(Number(t))}` : value) : layer.title;
  tip.setLngLat(event.lngLat).setDOMContent(text).addTo(map);
}

async function open(id) {
  const answer = await fetch(link(`entities/${encodeURIComponent(id)}/card`));
  if (!answer.ok) return;
  drawer.querySelector("[data-drawer-body]").innerHTML = await answer.text();
  drawer.hidden = false;
  drawer.dataset.entity = id;
  drawer.querySelector("[data-drawer-close]").focus();
  window.dispatchEvent(new CustomEvent("city:card", { detail: drawer }));
}
drawer.querySelector("[data-drawer-close]").addEventListener("click", () => { drawer.hidden = true; });
addEventListener("keydown", (event) => { if (event.key === "Escape") drawer.hidden = true; });

// ---- live ---------------------------------------------------------------------------------------------------------------
const FLUSH_MS = 400;
let flushing = 0;

/** Layer news {layer key: {entity id: properties}} joins the features; each changed layer is handed to the map once. */
function take(news) {
  for (const [key, changed] of Object.entries(news)) {
    const layer = layers.get(key);
    if (!layer) continue;
    if (layer.pending) { layer.pending.push(changed); continue; }
    if (layer.loaded) merge(layer, changed);
  }
  flushing ||= setTimeout(flush, FLUSH_MS);
}

/** null is something that is gone; an id that is not drawn yet means that the layer must be read anew. */
function merge(layer, changed) {
  for (const [id, properties] of Object.entries(changed)) {
    const feature = layer.features.get(id);
    if (!properties) {
      if (feature) { layer.features.delete(id); layer.changed?.delete(id); (layer.gone ??= []).push(id); }
    } else if (!feature) {
      layer.stale = true;
    } else {
      Object.assign(feature.properties, properties);
      (layer.changed ??= new Map()).set(id, feature);
    }
  }
}

function flush() {
  flushing = 0;
  for (const layer of layers.values()) {
    if (layer.stale) { load(layer); continue; }
    if (!layer.changed && !layer.gone) continue;
    const update = [...(layer.changed ?? new Map()).values()].map((feature) => ({
      id: feature.properties.id,
      addOrUpdateProperties: ["v", "s", "a", "t"].filter((key) => feature.properties[key] !== undefined).map((key) => ({ key, value: feature.properties[key] })),
    }));
    map.getSource(layer.key).updateData({ update, remove: layer.gone ?? [] });
    layer.changed = layer.gone = undefined;
    count(layer);
  }
}

addEventListener("city:layers", (event) => take(event.detail));
addEventListener("city:reset", () => { for (const layer of layers.values()) if (layer.shown) load(layer); });

// ---- toggles ------------------------------------------------------------------------------------------------------------
for (const toggle of document.querySelectorAll("[data-layer]")) {
  toggle.addEventListener("change", () => {
    const layer = layers.get(toggle.dataset.layer);
    layer.shown = toggle.checked;
    for (const id of parts(layer)) map.setLayoutProperty(id, "visibility", layer.shown ? "visible" : "none");
    document.querySelector(`[data-legend="${layer.key}"]`)?.toggleAttribute("hidden", !layer.shown);
    if (layer.shown && !layer.loaded) load(layer);
    const shown = [...layers.values()].filter((one) => one.shown).map((one) => one.key).join(",");
    const url = new URL(location.href);
    url.searchParams.set("layers", shown);
    history.replaceState(null, "", url);
  });
}

/** The legend's ramp: one block a class, the bound where two meet. */
function drawRamp(layer) {
  const ramp = document.querySelector(`[data-ramp="${layer.key}"]`);
  if (!ramp || !layer.value || layer.scale === "category") return;
  const colours = paletteFor(layer);
  ramp.replaceChildren(...colours.map((colour, index) => {
    const part = document.createElement("span");
    const block = part.appendChild(document.createElement("i"));
    block.style.background = colour;
    const bound = part.appendChild(document.createElement("b"));
    bound.textContent = index ? layer.boundText[index - 1] : "0";
    return part;
  }));
}
for (const layer of layers.values()) drawRamp(layer);

addEventListener("theme", () => location.reload());

map.on("load", async () => {
  await addBase();
  for (const layer of [...layers.values()].sort((one, two) => rank(one) - rank(two))) addLayer(layer);
  await Promise.all([...layers.values()].filter((layer) => layer.shown).map(load));
  if (config.entity) open(config.entity);
});
map.once("idle", () => { box.dataset.ready = String(Math.round(performance.now())); });
