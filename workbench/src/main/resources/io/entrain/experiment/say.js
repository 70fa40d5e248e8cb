// How values are written, and elements made.

const has = (value) => typeof value === 'number' && Number.isFinite(value);
const list = (value) => (Array.isArray(value) ? value : []);

/** A number with fixed decimals and a real minus; an en dash where there is none. */
function fixed(value, decimals) {
  if (!has(value)) return '–';
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** R² and shares: three decimals, no zero before the point. */
const point = (value) => fixed(value, 3).replace(/^(−?)0\./, '$1.');
const percent = (value) => (has(value) ? `${fixed(100 * value, 1)} %` : '–');

/** A swept value or a tick: as few digits as tell it. */
function brief(value) {
  return has(value) ? String(Number(value.toPrecision(6))).replace('-', '−') : String(value ?? '–');
}

const pointBrief = (value) => brief(value).replace(/^(−?)0\./, '$1.');
const unitOf = (name, unit) => (unit ? `${name} (${unit})` : name);
const withUnit = (value, unit) => (has(value) && unit ? `${brief(value)}\u00a0${unit}` : brief(value));

/** A figure as {value, low, high}, whether it came with its interval or without; null where there is none. */
function figure(raw) {
  const [value, low, high] = Array.isArray(raw) ? raw : [raw, null, null];
  return has(value) ? { value, low: has(low) ? low : null, high: has(high) ? high : null } : null;
}

/** A figure with its interval: 10.2 (9.0–11.4), with "to" where a minus would meet the dash. */
function spoken(raw, say) {
  const at = figure(raw);
  if (!at) return '–';
  if (at.low === null || at.high === null) return say(at.value);
  return `${say(at.value)} (${say(at.low)}${at.low < 0 || at.high < 0 ? ' to ' : '–'}${say(at.high)})`;
}

/** The same for a table, where a narrow page puts the interval below the value. */
function cell(raw, say) {
  const text = spoken(raw, say);
  const cut = text.indexOf(' (');
  return cut < 0 ? text : [text.slice(0, cut), el('span', { class: 'interval' }, text.slice(cut))];
}

/** A time of the record, to the minute. */
function moment(text) {
  const time = new Date(text ?? '');
  return Number.isNaN(time.getTime()) ? text ?? null : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
const groups = (count) => (has(count) ? count.toLocaleString('en').replaceAll(',', '\u202f') : '–');

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element of the page; children may be null, texts, elements and lists of these. */
function el(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An element of a drawing. */
function draw(name, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}
