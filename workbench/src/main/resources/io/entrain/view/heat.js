// The lag: its posterior as a scrolling heat map with estimate, band and truth over it, and beside it what the newest
// window alone supports.

import { color, fit, heatColors, ratio, say } from './look.js';
import { Rolling } from './rolling.js';

const BAND = 1.645; // 90 % of a normal

export class Heat {
  constructor(canvas) {
    this.strip = new Rolling(canvas);
    this.seen = 0;
    this.recolor();
    window.addEventListener('theme', () => this.recolor());
  }

  recolor() { this.colors = heatColors(); }

  draw(store) {
    const columns = store.posteriors;
    if (!store.grid.length || !columns.total) return;
    if (columns !== this.columns) this.strip.stale = true;
    this.columns = columns;
    this.grid = store.grid;
    if (this.strip.begin(store.now)) this.seen = columns.first();
    for (let i = Math.max(this.seen, columns.first()); i < columns.total; i++) this.add(columns.get(i));
    this.seen = columns.total;
    this.strip.show(store.now);
    this.overlay(store);
  }

  add({ end, values }) {
    const { strip } = this;
    const before = strip.column(this.end ?? end);
    const x = strip.place(end);
    const width = Math.max(1, Math.min(8 * ratio(), strip.column(end) - before));
    this.end = end;
    if (x === null) return;
    const cell = strip.height / values.length;
    for (let i = 0; i < values.length; i++) {
      strip.ink.fillStyle = this.colors[values[i]];
      // Positive lags, stamped late, are above.
      const y = strip.height - (i + 1) * cell;
      for (const at of x < width ? [x, x + strip.ring.width] : [x]) {
        strip.ink.fillRect(at - width + 1, y, width, cell + 1);
      }
    }
  }

  y(lag) {
    const [low, high] = [this.grid[0], this.grid[this.grid.length - 1]];
    const cell = (high - low) / Math.max(1, this.grid.length - 1);
    return this.strip.height * (1 - (lag - low + cell / 2) / (high - low + cell));
  }

  overlay(store) {
    const { context } = this.strip;
    const rows = store.main().rows;
    const start = rows.from(store.now - 8000);
    context.save();
    context.beginPath();
    context.rect(this.strip.gutter, 0, this.strip.width, this.strip.height);
    context.clip();
    const estimate = color('estimate');
    this.path(rows, start, store.now, (i) => rows.get(i, 3), estimate, 2, []);
    this.path(rows, start, store.now, (i) => rows.get(i, 3) + BAND * rows.get(i, 4), estimate, 1, []);
    this.path(rows, start, store.now, (i) => rows.get(i, 3) - BAND * rows.get(i, 4), estimate, 1, []);
    if (store.truth) {
      const truth = store.truth;
      this.path(truth, truth.from(store.now - 8000), store.now, (i) => truth.get(i, 1), color('truth'), 2, [6, 5]);
    }
    context.restore();
    const { height } = this.strip;
    const [low, high] = [this.grid[0], this.grid[this.grid.length - 1]];
    this.strip.label([[say(high), 11 * ratio()], [say((low + high) / 2) + ' ms', height / 2 + 4], [say(low), height - 3]],
      color('soft'));
  }

  path(rows, start, now, value, stroke, width, dash) {
    const { context } = this.strip;
    context.beginPath();
    context.strokeStyle = stroke;
    context.lineWidth = width * ratio();
    context.setLineDash(dash.map((length) => length * ratio()));
    for (let i = start; i < rows.total; i++) {
      const at = value(i);
      if (!Number.isNaN(at)) context.lineTo(this.strip.x(rows.get(i, 0), now), this.y(at));
    }
    context.stroke();
    context.setLineDash([]);
  }
}

/** One row per lag, or an image where the map has two dimensions. */
export function drawAttention(canvas, store) {
  fit(canvas);
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, canvas.width, canvas.height);
  const map = store.attention;
  if (!map) return;
  const shape = map.shape.filter((length) => length > 1);
  if (shape.length > 1) return drawImage(context, canvas, map, shape);
  const cell = canvas.height / map.values.length;
  context.fillStyle = color('model-0');
  for (let i = 0; i < map.values.length; i++) {
    const share = (map.values[i] / 255) ** 2;
    context.fillRect(0, canvas.height - (i + 1) * cell, share * canvas.width, Math.max(1, cell - 1));
  }
}

function drawImage(context, canvas, map, shape) {
  const colors = heatColors();
  const columns = shape[shape.length - 1];
  const rows = map.values.length / columns;
  for (let i = 0; i < map.values.length; i++) {
    context.fillStyle = colors[map.values[i]];
    context.fillRect(((i % columns) * canvas.width) / columns, (Math.floor(i / columns) * canvas.height) / rows,
      canvas.width / columns + 1, canvas.height / rows + 1);
  }
}
