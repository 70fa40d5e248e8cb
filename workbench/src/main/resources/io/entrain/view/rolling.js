// A strip of pixels that time scrolls through: what is drawn once is never drawn again, only moved.

import { GUTTER, WINDOW, fit, ratio } from './look.js';

export class Rolling {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.ring = document.createElement('canvas');
    this.ink = this.ring.getContext('2d');
    this.stale = true;
    window.addEventListener('theme', () => { this.stale = true; });
  }

  /** Makes ready for drawing around a time; true where all must be drawn anew. */
  begin(now) {
    this.gutter = Math.round(GUTTER * ratio());
    const resized = fit(this.canvas);
    const jumped = Math.abs(now - (this.last ?? now)) > WINDOW;
    this.last = now;
    if (!resized && !this.stale && !jumped) return false;
    this.stale = false;
    this.width = Math.max(1, this.canvas.width - this.gutter);
    this.height = this.canvas.height;
    this.ring.width = Math.ceil(this.width * 1.3);
    this.ring.height = this.height;
    this.pixelsPerMs = this.width / WINDOW;
    this.base = now;
    this.newest = this.column(now - WINDOW * 1.05);
    return true;
  }

  column(time) { return Math.round((time - this.base) * this.pixelsPerMs); }

  /** Ring position of a time, its columns cleared; null where it lies outside what is shown. */
  place(time) {
    const column = this.column(time);
    const size = this.ring.width;
    if (column <= this.newest - size || column > this.newest + size) return null;
    if (column > this.newest) {
      this.clear(this.newest + 1, column - this.newest);
      this.newest = column;
    }
    return this.modulo(column);
  }

  modulo(column) {
    const size = this.ring.width;
    return ((column % size) + size) % size;
  }

  clear(from, count) {
    const start = this.modulo(from);
    const first = Math.min(count, this.ring.width - start);
    this.ink.clearRect(start, 0, first, this.height);
    if (count > first) this.ink.clearRect(0, 0, count - first, this.height);
  }

  /** Shows the window that ends at `now`. */
  show(now) {
    const left = this.column(now) - this.width;
    const start = this.modulo(left);
    const first = Math.min(this.width, this.ring.width - start);
    const context = this.context;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const unseen = this.column(now) - this.newest;
    context.drawImage(this.ring, start, 0, first, this.height, this.gutter, 0, first, this.height);
    if (first < this.width) {
      context.drawImage(this.ring, 0, 0, this.width - first, this.height,
        this.gutter + first, 0, this.width - first, this.height);
    }
    if (unseen > 0) context.clearRect(this.canvas.width - unseen, 0, unseen, this.height);
  }

  /** Canvas position of a time in the window that ends at `now`. */
  x(time, now) { return this.canvas.width + (time - now) * this.pixelsPerMs; }

  label(lines, color) {
    const context = this.context;
    context.fillStyle = color;
    context.font = `${11 * ratio()}px system-ui, sans-serif`;
    context.textAlign = 'right';
    for (const [text, y] of lines) context.fillText(text, this.gutter - 5 * ratio(), y);
  }
}
