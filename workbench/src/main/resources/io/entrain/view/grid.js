// All sessions side by side, in the order that the server gives: worst first.

import { color, fit, put, ratio, say } from './look.js';

export class Grid {
  constructor(list, open) { this.list = list; this.open = open; this.tiles = new Map(); }

  update(sessions, current) {
    const seen = new Set();
    const order = sessions.map((session) => {
      seen.add(session.session);
      const tile = this.tiles.get(session.session) ?? this.make(session.session);
      this.fill(tile, session, current);
      return tile.item;
    });
    for (const [name, tile] of this.tiles) {
      if (!seen.has(name)) { tile.item.remove(); this.tiles.delete(name); }
    }
    // Tiles stay under the hand that is on them.
    if (this.list.matches(':hover') || this.list.contains(document.activeElement)) {
      order.filter((item) => !item.isConnected).forEach((item) => this.list.append(item));
    } else if (order.some((item, i) => this.list.children[i] !== item)) {
      this.list.replaceChildren(...order);
    }
  }

  make(name) {
    const item = document.createElement('li');
    item.innerHTML = '<button type="button" class="tile"><b></b><span class="lag"></span>'
      + '<span class="state"></span><span class="headroom"></span><canvas aria-hidden="true"></canvas></button>';
    item.querySelector('b').textContent = name;
    item.firstChild.dataset.session = name;
    item.firstChild.addEventListener('click', () => this.open(name));
    const [button, lag, state, headroom, canvas] = [item.firstChild, ...['.lag', '.state', '.headroom', 'canvas']
      .map((selector) => item.querySelector(selector))];
    const tile = { item, button, lag, state, headroom, canvas };
    this.tiles.set(name, tile);
    return tile;
  }

  fill(tile, session, current) {
    put(tile.lag, session.lag === null ? '' : `${say(session.lag)} ± ${say(session.sd)} ms`);
    put(tile.headroom, session.headroom === null ? '' : `headroom ${say(session.headroom, 1)}`);
    const state = session.silent ? 'silent' : session.missing.length ? `${session.missing.join(', ')} missing`
      : session.headroom !== null && session.headroom < 0 ? 'held by memory' : 'aligned';
    put(tile.state, state);
    tile.state.className = 'state' + (session.silent || session.missing.length ? ' bad' : '');
    tile.button.setAttribute('aria-current', session.session === current);
    this.spark(tile.canvas, session.spark);
  }

  spark(canvas, values) {
    if (!canvas.clientWidth || !values.length) return;
    fit(canvas);
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    const most = Math.max(1, ...values.map(Math.abs));
    const y = (value) => canvas.height / 2 - (value / most) * (canvas.height / 2 - 2 * ratio());
    context.fillStyle = color('line');
    context.fillRect(0, canvas.height / 2, canvas.width, 1);
    context.strokeStyle = color('model-0');
    context.lineWidth = 1.5 * ratio();
    context.beginPath();
    values.forEach((value, i) => context.lineTo((i / 39) * canvas.width, y(value)));
    context.stroke();
  }
}
