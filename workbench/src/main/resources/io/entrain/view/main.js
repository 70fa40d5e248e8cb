// Ties the stream of events to what is drawn. The open session stands in the address: #session.

import { Store } from './store.js';
import { SessionPanels } from './session.js';
import { Grid } from './grid.js';
import { Health } from './health.js';
import { Controls } from './controls.js';
import { firstTheme, put, setTheme } from './look.js';

const id = (name) => document.getElementById(name);
const FEW = 6; // sessions that fit above the open one
const CALM = matchMedia('(prefers-reduced-motion: reduce)').matches ? 200 : 0; // ms between drawings

setTheme(firstTheme());
const panels = new SessionPanels();
const grid = new Grid(id('cards'), open);
const tabs = new Grid(id('tabs'), open);
const health = new Health(id('facts'), id('refused'), id('reasons'), id('letters'));
const controls = new Controls(id('controls'), id('knobs'), id('refusal'));

let store = new Store();
let source;
let session = null;
let sessions = [];
let paused = false;
let dirty = false;
let drawnAt = 0;

/** For tests and for the row of health: how the page keeps up. */
const page = { drawn: 0, delays: [], published: Infinity, store: () => store };
window.entrainPage = page;

function open(name) { location.hash = name ? encodeURIComponent(name) : ''; }

function follow() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted === session) return;
  session = wanted;
  store = new Store();
  id('session').hidden = !session;
  id('grid').hidden = Boolean(session);
  id('waiting').hidden = true;
  put(id('title'), session || 'All sessions');
  if (session) controls.open(session).catch(() => {});
  connect();
  showSessions();
}

function connect() {
  source?.close();
  source = new EventSource(`stream?session=${encodeURIComponent(session ?? '')}`);
  source.addEventListener('frame', (event) => {
    if (paused) return;
    store.apply(JSON.parse(event.data));
    dirty = true;
  });
  source.addEventListener('grid', (event) => { sessions = JSON.parse(event.data).sessions; showSessions(); });
  source.addEventListener('health', (event) => showHealth(JSON.parse(event.data)));
  source.addEventListener('open', () => { store = new Store(); alarm(''); });
  source.onerror = () => alarm('The page’s server does not answer; trying again. What you see is the last that came.');
}

function showSessions() {
  if (session === null || (session === '' && !location.hash && !page.chosen)) {
    if (sessions.length === 0) return;
    page.chosen = true;
    if (sessions.length <= FEW) open(sessions.map((s) => s.session).sort()[0]);
  }
  const few = sessions.length <= FEW;
  id('waiting').hidden = sessions.length > 0;
  id('all').hidden = !session || few;
  put(id('all'), `All ${sessions.length} sessions`);
  id('strip').hidden = !few || sessions.length < 2;
  if (!session) grid.update(sessions, session);
  else if (few) tabs.update(sessions.slice().sort((a, b) => a.session.localeCompare(b.session)), session);
}

function showHealth(now) {
  const chip = id('broker');
  const away = now.broker.state === 'away';
  put(chip, away ? 'Kafka is away' : now.broker.state === 'answers' ? 'live' : 'connecting ...');
  chip.className = `chip ${away ? 'bad' : 'good'}`;
  alarm(away ? `Kafka at ${now.broker.bootstrap} has not answered for ${Math.round((now.at - now.broker.since) / 1000)} s; `
    + 'reading goes on when it does. What you see is the last that came.' : '');
  if (id('waiting').hidden === false) {
    put(id('waiting').firstElementChild, now.topics.length ? 'Waiting for a session: nothing has been decoded yet.'
      : 'Waiting for the topics: nothing here writes to them yet.');
  }
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  health.update(now, sessions, local && page.delays.length > 10 ? percentiles(page.delays) : null);
}

function alarm(text) {
  put(id('alarm'), text);
  id('alarm').hidden = !text;
}

function percentiles(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  return [sorted[sorted.length >> 1], sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))]];
}

function loop(time) {
  requestAnimationFrame(loop);
  if (session) panels.tick(store, time);
  if (!dirty || !session || time - drawnAt < CALM) return;
  dirty = false;
  drawnAt = time;
  panels.draw(store);
  page.drawn++;
  // Both clocks are this machine's where the page is served on loopback.
  if (store.published > page.published) page.delays.push(Date.now() - store.published);
  page.published = store.published;
  if (page.delays.length > 1000) page.delays.splice(0, 200);
}

id('all').addEventListener('click', () => open(''));
id('pause').addEventListener('click', () => {
  paused = !paused;
  id('pause').setAttribute('aria-pressed', paused);
  put(id('pause'), paused ? 'Go on' : 'Pause');
});
id('theme').addEventListener('click', () => {
  setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
  themeButton();
});
function themeButton() { put(id('theme'), document.documentElement.dataset.theme === 'dark' ? 'Light' : 'Dark'); dirty = true; }

themeButton();
window.addEventListener('resize', () => { dirty = true; });
window.addEventListener('hashchange', follow);
follow();
requestAnimationFrame(loop);
