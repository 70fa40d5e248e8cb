// The two streams as they were recorded: a raster of events, traces of samples.

import { color, ratio } from './look.js';
import { Rolling } from './rolling.js';

const MOST_TRACES = 8;

export class Raster {
  constructor(canvas) { this.strip = new Rolling(canvas); this.seen = 0; this.channels = 0; }

  draw(store, modality) {
    const rows = store.events.get(modality);
    if (!rows) return;
    const channels = store.channels.get(modality) || 1;
    if (channels !== this.channels || rows !== this.rows) this.strip.stale = true;
    this.channels = channels;
    this.rows = rows;
    if (this.strip.begin(store.now)) this.seen = rows.first();
    const { ink, height } = this.strip;
    ink.fillStyle = color('dot');
    const size = Math.max(1, Math.min(2 * ratio(), height / channels));
    for (let i = Math.max(this.seen, rows.first()); i < rows.total; i++) {
      const x = this.strip.place(rows.get(i, 0));
      if (x !== null) ink.fillRect(x, (rows.get(i, 1) / channels) * height, ratio(), size);
    }
    this.seen = rows.total;
    this.strip.show(store.now);
    this.strip.label([['1', 10 * ratio()], [String(channels), height - 2]], color('soft'));
  }
}

export class Traces {
  constructor(canvas) { this.strip = new Rolling(canvas); this.seen = 0; this.pens = []; this.high = 1e-9; }

  draw(store, modality) {
    const blocks = store.samples.get(modality);
    if (!blocks) return;
    if (blocks !== this.blocks) this.strip.stale = true;
    this.blocks = blocks;
    if (this.strip.begin(store.now)) {
      this.seen = blocks.first();
      this.pens = [];
    }
    const { ink } = this.strip;
    ink.strokeStyle = color('field');
    ink.lineWidth = ratio() * 0.8;
    ink.beginPath();
    for (let i = Math.max(this.seen, blocks.first()); i < blocks.total; i++) this.add(blocks.get(i));
    ink.stroke();
    this.seen = blocks.total;
    this.strip.show(store.now);
    const shown = Math.min(MOST_TRACES, this.pens.length);
    this.strip.label([['1', 12 * ratio()], [String(shown), this.strip.height - 3]], color('soft'));
  }

  add({ start, end, channels, scale, values }) {
    const shown = Math.min(MOST_TRACES, channels);
    const rows = values.length / channels;
    const lane = this.strip.height / shown;
    const broken = !this.pens.length || Math.abs(start - this.end) > 1;
    for (let row = 0; row < rows; row++) {
      const time = start + ((row + 0.5) * (end - start)) / rows;
      const x = this.strip.place(time);
      for (let c = 0; c < shown; c++) {
        const value = values[row * channels + c] * scale;
        this.high += (Math.abs(value) * 2.2 - this.high) * 0.0005 * (Math.abs(value) > this.high ? 20 : 1);
        const y = lane * (c + 0.5 - 0.5 * Math.max(-1, Math.min(1, value / this.high)));
        this.line(c, x, y, broken && row === 0);
      }
    }
    this.end = end;
  }

  /** A stroke from the channel's last point; none across a gap or the strip's seam. */
  line(channel, x, y, broken) {
    const pen = this.pens[channel];
    if (x !== null && pen && !broken && pen.x !== null && x >= pen.x) {
      this.strip.ink.moveTo(pen.x, pen.y);
      this.strip.ink.lineTo(x, y);
    }
    this.pens[channel] = { x, y };
  }
}
