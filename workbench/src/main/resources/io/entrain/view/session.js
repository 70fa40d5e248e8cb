// One session, drawn: every panel from the store, and in words what they show.

import { Raster, Traces } from './streams.js';
import { Heat, drawAttention } from './heat.js';
import { Decoded } from './decoded.js';
import { drawPair } from './pair.js';
import { drawTrajectory } from './trajectory.js';
import { color, put, say } from './look.js';

const id = (name) => document.getElementById(name);

export class SessionPanels {
  constructor() {
    this.raster = new Raster(id('raster'));
    this.traces = new Traces(id('field'));
    this.heat = new Heat(id('heat'));
    this.decoded = new Decoded(id('decoded'));
    this.slowAt = this.wordsAt = -Infinity;
    this.slowDue = this.wordsDue = false;
  }

  draw(store) {
    if (!store.models.size) return;
    const events = this.pick(store, store.events);
    const samples = [...store.samples.keys()].sort()[0];
    this.raster.draw(store, events);
    this.traces.draw(store, samples);
    this.decoded.draw(store);
    this.heat.draw(store);
    this.slowDue = this.wordsDue = true;
  }

  /**
   * What the eye cannot follow at fifty a second is drawn at ten, and words for a screen reader once a second; also of
   * the last frame before a stream stops.
   */
  tick(store, time) {
    if (!store.models.size) return;
    if (this.slowDue && time - this.slowAt >= 100) {
      this.slowDue = false;
      this.slowAt = time;
      this.drawSlowly(store);
    }
    if (this.wordsDue && time - this.wordsAt >= 1000) {
      this.wordsDue = false;
      this.wordsAt = time;
      this.slowWords(store);
    }
  }

  /** Of several streams of events the one that is shifted. */
  pick(store, streams) {
    const names = [...streams.keys()].sort();
    const of = store.main().of;
    return names.includes(of) ? of : names[0];
  }

  drawSlowly(store) {
    const newest = store.newest();
    const { of, relative } = store.main();
    drawAttention(id('attention'), store);
    drawTrajectory(id('trajectory'), store);
    id('pair-card').hidden = !of || !store.events.has(of);
    if (!id('pair-card').hidden) {
      drawPair(id('recorded'), store, of, relative, 0);
      drawPair(id('aligned'), store, of, relative, -newest[3]);
    }
    this.words(store, newest, of, relative);
  }

  words(store, newest, of, relative) {
    const [, , warming, lag, , headroom] = newest;
    put(id('verdict'), verdict(store, newest, store.trueLag()));
    id('heat-row').hidden = !store.grid.length;
    if (!warming) this.gauge(headroom);
    const events = this.pick(store, store.events);
    const samples = [...store.samples.keys()].sort()[0];
    if (events) put(id('raster-title'), `${events}, as recorded: ${store.channels.get(events)} channels`);
    if (samples) put(id('field-title'), `${samples}: ${Math.min(8, store.channels.get(samples))} of ${store.channels.get(samples)} channels`);
    this.presence('raster-side', store.main().presence, events);
    this.presence('field-side', store.main().presence, samples);
    if (of) {
      put(id('recorded-title'), `As recorded: ${of} (dots, blue) over the activity of ${relative} (grey), last 2 s`);
      put(id('aligned-title'), `As aligned: ${of} moved by ${say(-lag)} ms`);
    }
    this.decodedSide(newest);
  }

  presence(name, presence, modality) {
    const share = presence?.[modality];
    put(id(name), share === undefined ? '' : share === 0 ? 'missing' : share < 1 ? `${say(100 * share)} % there` : 'all there');
  }

  decodedSide(newest) {
    this.decoded.charts.forEach((chart, k) => {
      const side = chart.root.closest('.row').querySelector('.side');
      put(side, `${say(newest[6 + 2 * k], 2)} ± ${say(1.645 * newest[7 + 2 * k], 2)}`);
    });
  }

  gauge(headroom) {
    id('gauge-card').hidden = Number.isNaN(headroom);
    if (Number.isNaN(headroom)) return;
    this.smooth = this.smooth === undefined ? headroom : this.smooth + 0.2 * (headroom - this.smooth);
    const share = (100 * (Math.max(-4, Math.min(8, this.smooth)) + 4)) / 12;
    const fill = id('gauge-fill').style;
    fill.left = `${Math.min(share, 33.333)}%`;
    fill.width = `${Math.abs(share - 33.333)}%`;
    fill.background = color(this.smooth < 0 ? 'bad' : 'good');
    put(id('gauge-words'), `${say(this.smooth, 1)} (limit 0): `
      + (this.smooth < 0 ? 'only the memory of earlier windows holds the lag' : 'the newest window alone would find the lag'));
    id('gauge').setAttribute('aria-valuenow', this.smooth.toFixed(1));
    id('gauge').setAttribute('aria-valuetext', id('gauge-words').textContent);
  }

  /** Fits, legend, and what a screen reader is told of the pictures. */
  slowWords(store) {
    const names = store.modelNames();
    const { of, relative } = store.main();
    const [, , , lag, sd] = store.newest();
    const truth = store.trueLag();
    scores(store, names);
    legend(store, names);
    const label = (name, text) => id(name).setAttribute('aria-label', text);
    label('raster', id('raster-title').textContent);
    label('field', id('field-title').textContent);
    label('heat', of ? `Lag of ${of} against ${relative}: estimate ${say(lag)} ± ${say(sd)} ms`
      + (Number.isNaN(truth) ? '' : `, true ${say(truth)} ms`) : 'no lag');
    label('attention', 'What the newest window alone supports, by lag');
    label('trajectory', 'Decoded and true trajectory of the last two seconds');
    label('recorded', id('recorded-title').textContent);
    label('aligned', id('aligned-title').textContent);
    this.decoded.charts.forEach((chart) => chart.root.parentElement.setAttribute('aria-label',
      `${chart.root.closest('.plot').querySelector('h3').textContent}, decoded ${chart.root.closest('.row').querySelector('.side').textContent}`));
  }
}

function verdict(store, [, , warming, lag, sd], truth) {
  const { of, relative } = store.main();
  if (warming) return 'The first windows are filling ...';
  if (!of || Number.isNaN(lag)) return 'No model here finds a lag.';
  const way = lag >= 0 ? 'late' : 'early';
  return `${of} are stamped ${say(Math.abs(lag))} ms ${way} against ${relative} (± ${say(sd)} ms)`
    + (Number.isNaN(truth) ? '.' : `; in truth ${say(Math.abs(truth))} ms ${truth >= 0 ? 'late' : 'early'}.`);
}

/** The newest step of every model, and what a model gives later, when all that is stamped late has come. */
function scores(store, names) {
  const place = id('scores');
  id('scores-card').hidden = !store.truth;
  const lines = names.flatMap((name, i) => {
    const { delay } = store.models.get(name);
    const newest = [name, store.fit(name), i];
    return delay ? [newest, [`${name}, ${delay} ms later`, store.fit(name, true), i]] : [newest];
  });
  if (place.children.length !== 2 * lines.length) {
    place.replaceChildren(...lines.flatMap(() => [document.createElement('dt'), document.createElement('dd')]));
  }
  lines.forEach(([name, fit, model], i) => {
    put(place.children[2 * i], name);
    put(place.children[2 * i + 1], say(fit, 2));
    place.children[2 * i + 1].style.color = `var(--model-${model})`;
  });
  const delay = store.main().delay;
  id('scores-hint').hidden = !delay;
  put(id('scores-hint'), `What is stamped late has not all come at the newest step; ${delay} ms later it has.`);
}

function legend(store, names) {
  const place = id('legend');
  const key = names.join() + Boolean(store.truth);
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  const entries = names.map((name, i) => [`border-color: var(--model-${i})`, '', name]);
  entries.splice(1, 0, ['', 'area', `90 % band of ${names[0]}`]);
  if (store.truth) entries.push(['border-color: var(--truth)', '', 'truth (dashed: the true lag)']);
  if (store.main().of) entries.push(['border-color: var(--estimate)', '', 'estimated lag, 90 % band']);
  place.replaceChildren(...entries.map(([style, className, text]) => {
    const item = document.createElement('li');
    const mark = document.createElement('i');
    mark.style.cssText = style;
    mark.className = className;
    item.append(mark, text);
    return item;
  }));
}
