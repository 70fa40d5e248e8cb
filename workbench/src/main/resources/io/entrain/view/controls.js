// The simulator's knobs, where there is a simulator. Every one acts at once.

import { put, say } from './look.js';

const FOLLOW_MILLIS = 1000;

const KNOBS = [
  ['lag_millis', 'Lag of the spikes', -150, 150, 1, (v) => `${v > 0 ? '+' : ''}${say(v)} ms`],
  ['jitter_millis', 'Jitter of packets, sd', 0, 80, 1, (v) => `${say(v)} ms`],
  ['noise', 'Noise', 0, 4, 0.1, (v) => `${say(v, 1)} sd`],
  ['gaps_per_minute', 'Gaps', 0, 60, 1, (v) => `${say(v)} a minute`],
];

export class Controls {
  constructor(card, place, refusal) {
    Object.assign(this, { card, place, refusal });
    this.inputs = new Map();
    this.wishes = 0;
    setInterval(() => this.follow(), FOLLOW_MILLIS);
  }

  /** Others may turn the same knobs: from another page, or by a script. */
  async follow() {
    if (this.session === undefined || this.card.hidden || document.hidden) return;
    try {
      await this.open(this.session);
    } catch {
      // The page says elsewhere that its server is away.
    }
  }

  /** Shows the session's settings; hides the card where there is no simulator. */
  async open(session) {
    this.session = session;
    const { wishes } = this;
    const answer = await (await fetch(`control?session=${encodeURIComponent(session)}`)).json();
    if (this.session !== session || this.wishes !== wishes || this.sending) return;
    this.card.hidden = !answer.settings;
    if (!answer.settings) return;
    if (!this.inputs.size) this.build(answer.modalities);
    for (const [name, value] of Object.entries(answer.settings)) this.show(name, value);
  }

  build(modalities) {
    KNOBS.forEach(([name, label, low, high, step, words], i) => {
      const row = element('label', 'knob' + (i === 0 ? ' first' : ''));
      row.append(element('span', '', label));
      const output = element('output');
      const input = element('input');
      Object.assign(input, { type: 'range', min: low, max: high, step, id: name });
      input.addEventListener('input', () => { put(output, words(+input.value)); this.send(name, +input.value); });
      row.append(output, input);
      this.place.append(row);
      this.inputs.set(name, (value) => { input.value = value; put(output, words(value)); });
      if (i === 0) this.addWander();
    });
    this.addUnplug(modalities);
    const jump = element('button', '', 'Let the clock jump 20 s');
    jump.type = 'button';
    jump.id = 'jump_clock';
    jump.addEventListener('click', () => this.post({ session: this.session, jump_clock: true }));
    this.place.append(jump);
  }

  addWander() {
    const row = element('label', 'switch');
    const input = element('input');
    Object.assign(input, { type: 'checkbox', id: 'wanders' });
    input.addEventListener('change', () => this.send('wanders', input.checked));
    row.append(input, 'and it wanders about that by itself');
    this.place.append(row);
    this.inputs.set('wanders', (value) => { input.checked = value; });
  }

  addUnplug(modalities) {
    const row = element('label', 'switch', 'Unplugged: ');
    const input = element('select');
    input.id = 'unplugged';
    for (const name of ['', ...modalities]) {
      const option = element('option', '', name || 'nothing');
      option.value = name;
      input.append(option);
    }
    input.addEventListener('change', () => this.send('unplugged', input.value));
    row.append(input);
    this.place.append(row);
    this.inputs.set('unplugged', (value) => { input.value = value; });
  }

  show(name, value) { this.inputs.get(name)?.(value); }

  /** Wishes go out one after another: what is set while one is on its way leaves together with the next. */
  async send(name, value) {
    this.wishes++;
    this.pending = { ...this.pending, session: this.session, [name]: value };
    if (this.sending) return;
    this.sending = true;
    while (this.pending) {
      const wish = this.pending;
      this.pending = undefined;
      await this.post(wish);
    }
    this.sending = false;
  }

  async post(wish) {
    try {
      const answer = await fetch('control', { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(wish) });
      put(this.refusal, answer.ok ? '' : await answer.text());
    } catch {
      put(this.refusal, 'The simulator does not answer.');
    }
  }
}

function element(name, className = '', text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
