// Decoded against true movement: one time series for each component, with the band of the model that aligns.

import uPlot from './lib/uplot.js';
import { GUTTER, WINDOW, color, say } from './look.js';

const MOST_COMPONENTS = 3;
const BAND = 1.645; // 90 % of a normal

export class Decoded {
  constructor(place) { this.place = place; this.charts = []; this.key = ''; this.high = 1; }

  draw(store) {
    const names = store.modelNames();
    const components = store.main().components.slice(0, MOST_COMPONENTS);
    const key = names.join() + components.join() + document.documentElement.dataset.theme;
    if (key !== this.key) this.build(names, components, store);
    this.key = key;
    const main = store.main().rows;
    const start = main.from(store.now - WINDOW);
    this.end = store.now;
    this.charts.forEach((chart, k) => {
      const width = chart.root.parentElement.clientWidth;
      if (chart.width !== width) chart.setSize({ width, height: chart.height });
      chart.setData(this.data(store, names, components[k], main, start), true);
    });
  }

  build(names, components, store) {
    this.charts.forEach((chart) => chart.destroy());
    this.place.replaceChildren();
    this.charts = components.map(([name, unit], k) => {
      const last = k === components.length - 1;
      const row = document.createElement('div');
      row.className = 'row';
      row.innerHTML = `<div class="plot"><h3></h3><div class="velocity${last ? ' last' : ''}" role="img"></div></div>`
        + '<p class="side"></p>';
      row.querySelector('h3').textContent = `${name.replace(/_/g, ' ')} (${unit})`;
      this.place.append(row);
      const box = row.querySelector('.velocity');
      return new uPlot(this.options(names, box, last, store.truth !== null), [[]], box);
    });
  }

  options(names, box, last) {
    const series = [{}, line('truth', 1.5),
      { stroke: 'transparent', points: { show: false } }, { stroke: 'transparent', points: { show: false } }];
    // The models that do not align first, so that the one that does lies on top.
    names.slice(1).forEach((_, i) => series.push(line(`model-${i + 1}`, 1.5)));
    series.push(line('model-0', 2));
    const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
    return {
      width: box.clientWidth, height: box.clientHeight, padding: [4, 0, last ? 0 : 4, 0],
      legend: { show: false }, cursor: { show: false }, series,
      bands: [{ series: [2, 3], fill: color('band') }],
      scales: { x: { time: false, range: () => [this.end - WINDOW, this.end] }, y: { range: () => [-this.high, this.high] } },
      axes: [
        { ...axis, show: last, size: 22, gap: 2, splits: (chart, a, low, high) => seconds(low, high),
          values: (chart, splits) => splits.map((at) => this.second(at)) },
        { ...axis, size: GUTTER, gap: 3, splits: () => [-this.step(), 0, this.step()],
          values: (chart, splits) => splits.map((at) => say(at)) }],
    };
  }

  step() { return Math.max(1, Math.round(this.high / 2)); }

  /** Seconds of event time; since the page opened where the clock counts from 1970. */
  second(at) {
    if (at > 1e9) {
      this.epoch = this.epoch ?? at;
      return `${Math.round((at - this.epoch) / 1000)} s`;
    }
    return `${Math.round(at / 1000)} s`;
  }

  /** On the times of the main model: truth, band, the other models, the main model. */
  data(store, names, component, main, start) {
    const k = store.main().components.findIndex((c) => c[0] === component[0]);
    const column = 6 + 2 * k;
    const times = [], low = [], high = [], mean = [];
    for (let i = start; i < main.total; i++) {
      const [middle, sd] = [main.get(i, column), main.get(i, column + 1)];
      times.push(main.get(i, 0));
      mean.push(middle);
      low.push(middle - BAND * sd);
      high.push(middle + BAND * sd);
    }
    const truth = follow(times, store.truth, 2 + store.truthNames.indexOf(component[0]));
    const others = names.slice(1).map((name) => follow(times, store.models.get(name).rows, column));
    this.stretch(truth, mean);
    return [times, truth, high, low, ...others, mean];
  }

  /** The range follows what is shown, quickly up and slowly down. */
  stretch(...lines) {
    let most = 1.5;
    for (const line of lines) for (const value of line) if (Math.abs(value) > most) most = Math.abs(value);
    this.high = most > this.high ? most * 1.05 : Math.max(most, this.high * 0.999);
  }
}

function line(name, width) {
  return { stroke: color(name), width, points: { show: false }, spanGaps: false };
}

function seconds(low, high) {
  const splits = [];
  for (let at = Math.ceil(low / 1000) * 1000; at <= high; at += 1000) splits.push(at);
  return splits;
}

/** The last value at or before each time, from rows in the order of time; null where none is near. */
function follow(times, rows, column) {
  if (!rows || column < 2 || column >= rows.columns.length) return times.map(() => null);
  let at = rows.from((times[0] ?? 0) - 100);
  return times.map((time) => {
    while (at + 1 < rows.total && rows.get(at + 1, 0) <= time) at++;
    return at < rows.total && Math.abs(rows.get(at, 0) - time) < 100 ? rows.get(at, column) : null;
  });
}
