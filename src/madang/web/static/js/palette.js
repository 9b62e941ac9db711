// Colours for values. Sequential: batlow-like, uniform in lightness; diverging around usual; one accent where there is no value.

/** The value of a colour token of the stylesheet. */
export const ink = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();

const SEQUENTIAL = ["#0f3b5f", "#1f6163", "#4d734d", "#828231", "#c09036", "#f2a06f", "#fcb5b8"];
const AGAINST_USUAL = ["#1c5f78", "#2f7f74", "#8fb59a", "#e2ad4d", "#d9603a", "#a31621"];

/** n colours spread over a scale. */
function spread(scale, n) {
  if (n === 1) return [scale[Math.floor(scale.length / 2)]];
  return Array.from({ length: n }, (_, i) => scale[Math.round((i * (scale.length - 1)) / (n - 1))]);
}

/** One colour more than the layer has class bounds, low to high; calm to alarming, unless the layer reverses it. */
export function paletteFor(layer) {
  if (!layer.value || layer.scale === "none" || layer.scale === "category") return [ink(layer.accent)];
  const colours = spread(layer.scale === "usual" ? AGAINST_USUAL : SEQUENTIAL, layer.classes.length + 1);
  return layer.reverse ? colours.reverse() : colours;
}
