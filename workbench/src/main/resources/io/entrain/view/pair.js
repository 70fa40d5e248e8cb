// One stream as recorded and as aligned, over the activity of the stream that it is aligned to.

import { color, fit, ratio } from './look.js';

const SPAN = 2000; // ms: short enough that a lag of 50 ms is seen
const BEHIND = 250; // ms: what a shift brings in from the right is there by then

/** Draws the events moved by `shift` over stripes of the reference's activity; shift −lag aligns. */
export function drawPair(canvas, store, of, relative, shift) {
  fit(canvas);
  const context = canvas.getContext('2d');
  const end = store.now - BEHIND;
  const view = { context, canvas, start: end - SPAN, perMs: canvas.width / SPAN, raster: canvas.height * 0.62 };
  context.clearRect(0, 0, canvas.width, canvas.height);
  const rates = new Float64Array(SPAN / BIN);
  drawEvents(view, store, of, shift, rates);
  const reference = activity(view, store, relative);
  stripes(view, reference);
  curve(view, smooth(reference, 1), color('soft'));
  curve(view, smooth(rates, 1), color('model-0'));
}

const BIN = 20;

function drawEvents(view, store, of, shift, rates) {
  const rows = store.events.get(of);
  if (!rows) return;
  const channels = store.channels.get(of) || 1;
  const { context } = view;
  context.fillStyle = color('dot');
  for (let i = rows.from(view.start - shift - 5); i < rows.total; i++) {
    const at = rows.get(i, 0) + shift - view.start;
    if (at < 0 || at >= SPAN) continue;
    rates[Math.floor(at / BIN)]++;
    context.fillRect(at * view.perMs, (rows.get(i, 1) / channels) * view.raster, 1.5 * ratio(), 1.5 * ratio());
  }
}

/** How active the reference stream is in each bin: events counted, samples by their spread over channels. */
function activity(view, store, name) {
  const bins = new Float64Array(SPAN / BIN);
  const events = store.events.get(name);
  if (events) {
    for (let i = events.from(view.start); i < events.total; i++) {
      const at = events.get(i, 0) - view.start;
      if (at < SPAN) bins[Math.floor(at / BIN)]++;
    }
    return bins;
  }
  const blocks = store.samples.get(name);
  for (let i = blocks?.first() ?? 0; i < (blocks?.total ?? 0); i++) {
    const { start, end, channels, scale, values } = blocks.get(i);
    const at = Math.floor(((start + end) / 2 - view.start) / BIN);
    if (at < 0 || at >= bins.length) continue;
    const rows = values.length / channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      let mean = 0;
      for (let row = 0; row < rows; row++) mean += (values[row * channels + c] * scale) / rows;
      sum += mean * mean;
    }
    bins[at] = Math.sqrt(sum / channels);
  }
  return bins;
}

function smooth(values, reach) {
  return values.map((_, i) => {
    let sum = 0, n = 0;
    for (let j = Math.max(0, i - reach); j <= Math.min(values.length - 1, i + reach); j++) { sum += values[j]; n++; }
    return sum / n;
  });
}

function range(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
  return [low, Math.max(high, low + 1e-9)];
}

function stripes(view, values) {
  const [low, high] = range(values);
  values.forEach((value, i) => {
    const share = Math.max(0, (value - low) / (high - low) - 0.35);
    view.context.fillStyle = `rgba(${color('stripe')}, ${(0.6 * share).toFixed(3)})`;
    view.context.fillRect(i * BIN * view.perMs, 0, BIN * view.perMs + 1, view.canvas.height);
  });
}

function curve(view, values, stroke) {
  const [low, high] = range(values);
  const { context, canvas, raster } = view;
  context.beginPath();
  context.strokeStyle = stroke;
  context.lineWidth = 2 * ratio();
  values.forEach((value, i) => {
    context.lineTo((i + 0.5) * BIN * view.perMs,
      canvas.height - 3 - ((value - low) / (high - low)) * (canvas.height - raster - 10));
  });
  context.stroke();
}
