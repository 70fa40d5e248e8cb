// Colours and sizes that all drawings share; colours come from the style sheet, so that themes live in one place.

export const GUTTER = 46; // px at the left of every plot, for its labels
export const WINDOW = 8000; // ms of event time on the axis

let cached = {};

export function color(name) {
  if (!(name in cached)) {
    cached[name] = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  }
  return cached[name];
}

/** Sets and keeps the theme; drawings hear of it by the event 'theme' on the window. */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  cached = {};
  window.dispatchEvent(new Event('theme'));
}

export function firstTheme() {
  const asked = new URLSearchParams(location.search).get('theme');
  if (asked === 'dark' || asked === 'light') return asked;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** 256 colours from the heat map's lowest to its highest. */
export function heatColors() {
  const [low, high] = [color('heat-0'), color('heat-1')].map((hex) =>
    [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return Array.from({ length: 256 }, (_, i) =>
    `rgb(${low.map((from, k) => Math.round(from + ((high[k] - from) * i) / 255)).join(',')})`);
}

/** Fits a canvas to its place in device pixels; true where its size changed. */
export function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  if (canvas.width === width && canvas.height === height) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
}

export function ratio() {
  return window.devicePixelRatio || 1;
}

/** A number for people: fixed decimals, a real minus, '-' where there is none. */
export function say(value, decimals = 0) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-';
  return value.toFixed(decimals).replace('-', '−');
}

/** Sets text only where it changed, which spares the page a layout. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
