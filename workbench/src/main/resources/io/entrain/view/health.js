// How the whole stands: what the topics and, in the demo, the engine tell; and the records that were refused.

import { put, say } from './look.js';

const UNKNOWN = 'not known here';

export class Health {
  constructor(facts, refused, reasons, letters) {
    Object.assign(this, { facts, refused, reasons, letters });
    this.values = new Map();
    this.shown = new Set();
  }

  update(health, sessions, page) {
    const t = health.times;
    const millis = ([half, most]) => (half === null ? '-' : `median ${say(half, 1)} ms, 99 % within ${say(most, 1)} ms`);
    this.fact('Kafka', `${health.broker.bootstrap}, ${health.topics.length} topics`);
    const silent = sessions.filter((s) => s.silent).length;
    this.fact('Sessions', `${sessions.length}${silent ? `, ${silent} silent` : ''}`);
    const missing = sessions.filter((s) => s.missing.length).map((s) => `${s.missing.join(', ')} of ${s.session}`);
    this.fact('Missing streams', missing.length === 0 ? 'none' : missing.slice(0, 5).join('; ')
      + (missing.length > 5 ? `; and ${missing.length - 5} more` : ''));
    this.fact('Last block to decoded', millis(t.job));
    this.fact('… of which the model', millis(t.model));
    this.fact('Decoded to this server', millis(t.kafka));
    this.fact('Decoded to drawn', page ? millis(page) : UNKNOWN);
    this.fact('Batch', t.batch[0] === null ? '-' : `median ${say(t.batch[0])}, 99 % within ${say(t.batch[1])} windows`);
    this.fact('Provider', health.engine?.provider || UNKNOWN);
    this.fact('Job', health.engine?.status || UNKNOWN);
    const age = health.engine?.checkpoint_age_millis;
    this.fact('Last checkpoint', !health.engine ? UNKNOWN : age === undefined ? 'none yet' : `${say(age / 1000, 1)} s ago`);
    for (const [name, hash] of Object.entries(health.models)) this.fact(`Model ${name}`, hash ? hash.slice(0, 12) : '-', hash);
    if (health.unreadable) this.fact('Unreadable records', String(health.unreadable));
    this.rejects(health);
  }

  fact(name, text, title) {
    let value = this.values.get(name);
    if (!value) {
      const term = document.createElement('dt');
      term.textContent = name;
      value = document.createElement('dd');
      this.facts.append(term, value);
      this.values.set(name, value);
      if (title) value.title = title;
    }
    put(value, text);
  }

  rejects(health) {
    const counts = Object.entries(health.rejects);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    put(this.refused, total ? `(${total} read)` : '');
    put(this.reasons, total ? counts.map(([reason, count]) => `${reason} ${count}`).join(', ') : 'none');
    const kept = new Set(health.letters.map((letter) => letter.number));
    for (const child of [...this.letters.children]) {
      if (!kept.has(child.number)) { this.shown.delete(child.number); child.remove(); }
    }
    for (const letter of health.letters.slice().reverse()) {
      if (!this.shown.has(letter.number)) { this.shown.add(letter.number); this.letters.prepend(item(letter)); }
    }
  }
}

function item(letter) {
  const element = document.createElement('li');
  element.number = letter.number;
  element.innerHTML = '<details><summary></summary><pre></pre><a download>the whole value</a></details>';
  element.querySelector('summary').textContent = `${letter.reason}: ${letter.detail}`;
  element.querySelector('pre').textContent = `topic ${letter.topic}, partition ${letter.partition}, offset ${letter.offset}\n`
    + `logged ${new Date(letter.logged).toISOString()}\nkey ${letter.key}\nvalue, ${letter.bytes} bytes: ${letter.value}`;
  const link = element.querySelector('a');
  link.href = `rejected?number=${letter.number}`;
  return element;
}
