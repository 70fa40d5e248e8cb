// What the page keeps of the open session: bounded in time and in number, whatever comes.

const KEEP = 12000; // ms of event time

/** Rows of numbers in a ring; `total` counts all that ever came, so that a reader knows what is new to it. */
export class Rows {
  constructor(columns, capacity) {
    this.columns = Array.from({ length: columns }, () => new Float64Array(capacity));
    this.capacity = capacity;
    this.total = 0;
  }
  push(row) {
    const at = this.total++ % this.capacity;
    for (let c = 0; c < this.columns.length; c++) this.columns[c][at] = row[c] ?? NaN;
  }
  first() { return Math.max(0, this.total - this.capacity); }
  get(index, column) { return this.columns[column][index % this.capacity]; }
  /** Index of the first row at or after a time (column 0, ascending but for jumps). */
  from(time) {
    let index = this.total;
    while (index > this.first() && this.get(index - 1, 0) >= time) index--;
    return index;
  }
}

/** The last things of some kind, each with a time; counts like Rows. */
export class Recent {
  constructor(capacity) { this.items = []; this.capacity = capacity; this.total = 0; }
  push(item, before) {
    this.items.push(item);
    this.total++;
    let drop = 0;
    while (drop < this.items.length - 1
        && (this.items.length - drop > this.capacity || this.items[drop].end < before)) drop++;
    if (drop > 0) this.items.splice(0, drop);
  }
  first() { return this.total - this.items.length; }
  get(index) { return this.items[index - this.first()]; }
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

export class Store {
  constructor() {
    this.now = -Infinity; // event time of the newest decoded window, ms
    this.stretch = -1;
    this.published = 0;
    this.lost = 0;
    this.events = new Map(); // modality: Rows of [time, channel]
    this.samples = new Map(); // modality: Recent of {start, end, channels, scale, values}
    this.channels = new Map(); // modality: number of channels
    this.models = new Map();
    this.truth = null;
    this.truthNames = [];
    this.grid = [];
    this.posteriors = new Recent(1500);
    this.attention = null;
    this.alignmentModel = null;
  }

  apply(frame) {
    if (frame.lost) this.lost++;
    this.published = frame.published || this.published;
    for (const [name, model] of Object.entries(frame.decoded)) this.applyModel(name, model);
    for (const [name, signal] of Object.entries(frame.signals)) this.applySignal(name, signal);
    this.applyTruth(frame.truth);
    if (frame.alignment) this.applyAlignment(frame.alignment);
  }

  applyModel(name, model) {
    let held = this.models.get(name);
    if (!held) {
      held = { rows: new Rows(6 + 3 * model.components.length, 2048) };
      this.models.set(name, held);
    }
    Object.assign(held, { components: model.components, delay: model.delay_millis, of: model.of, relative: model.relative, presence: model.presence });
    for (const row of model.rows) {
      held.rows.push(row);
      // After a leap of the clock the axis follows the first model that is over it; the others come after.
      if (row[1] > this.stretch) { this.stretch = row[1]; this.now = row[0]; }
      if (row[1] === this.stretch) this.now = Math.max(this.now, row[0]);
    }
  }

  applySignal(name, signal) {
    if (signal.kind === 'events') this.applyEvents(name, signal.blocks);
    else this.applySamples(name, signal);
  }

  applyEvents(name, blocks) {
    if (!this.events.has(name)) this.events.set(name, new Rows(2, 65536));
    const rows = this.events.get(name);
    let most = this.channels.get(name) || 0;
    for (const [start, , pairs] of blocks) {
      for (let i = 0; i < pairs.length; i += 2) {
        rows.push([start + pairs[i] / 100, pairs[i + 1]]);
        if (pairs[i + 1] >= most) most = pairs[i + 1] + 1;
      }
    }
    this.channels.set(name, most);
  }

  applySamples(name, signal) {
    if (!this.samples.has(name)) this.samples.set(name, new Recent(1500));
    const recent = this.samples.get(name);
    for (const [start, end, channels, scale, base64] of signal.blocks) {
      const values = new Int8Array(bytes(base64).buffer);
      recent.push({ start, end, channels, scale, values }, end - KEEP);
    }
    this.channels.set(name, signal.channels);
  }

  applyTruth(truth) {
    if (truth.rows.length === 0) return;
    this.truthNames = truth.names;
    this.truth = this.truth || new Rows(truth.rows[0].length, 4096);
    for (const row of truth.rows) this.truth.push(row);
  }

  applyAlignment(alignment) {
    this.alignmentModel = alignment.model;
    this.grid = alignment.grid;
    for (const [end, base64] of alignment.posteriors) {
      this.posteriors.push({ end, values: bytes(base64) }, end - KEEP);
    }
    if (alignment.attention) {
      this.attention = { ...alignment.attention, values: bytes(alignment.attention.values) };
    }
  }

  /** The model that finds a lag comes first: it is the one that the page is about. */
  modelNames() {
    return [...this.models.keys()].sort((a, b) =>
      (this.models.get(b).of ? 1 : 0) - (this.models.get(a).of ? 1 : 0) || a.localeCompare(b));
  }

  main() { return this.models.get(this.modelNames()[0]); }

  /** The newest row of the model that finds a lag: [end, stretch, warming, lag, sd, headroom, ...]. */
  newest() {
    const rows = this.main()?.rows;
    if (!rows || rows.total === 0) return null;
    return rows.columns.map((_, c) => rows.get(rows.total - 1, c));
  }

  trueLag() {
    return this.truth && this.truth.total ? this.truth.get(this.truth.total - 1, 1) : NaN;
  }

  /**
   * R² of a model against the truth over the last ten seconds, of its newest step or of what it gives later; NaN
   * without truth.
   */
  fit(name, later = false) {
    const { rows, components, delay } = this.models.get(name);
    if (!this.truth) return NaN;
    let sum = 0;
    for (let k = 0; k < components.length; k++) {
      const column = 2 + this.truthNames.indexOf(components[k][0]);
      if (column < 2) return NaN;
      sum += later ? this.fitOf(rows, 6 + 2 * components.length + k, column, delay) : this.fitOf(rows, 6 + 2 * k, column, 0);
    }
    return sum / components.length;
  }

  fitOf(rows, column, truthColumn, delay) {
    let n = 0, mean = 0, squares = 0, errors = 0;
    let at = this.truth.first();
    for (let i = rows.from(this.now - 10000); i < rows.total; i++) {
      const end = rows.get(i, 0) - delay;
      while (at + 1 < this.truth.total && this.truth.get(at + 1, 0) < end) at++;
      if (rows.get(i, 2) || Math.abs(this.truth.get(at, 0) - end) > 100) continue;
      const right = this.truth.get(at, truthColumn);
      n++;
      mean += right;
      squares += right * right;
      errors += (rows.get(i, column) - right) ** 2;
    }
    return n < 50 ? NaN : 1 - errors / (squares - (mean * mean) / n);
  }
}
