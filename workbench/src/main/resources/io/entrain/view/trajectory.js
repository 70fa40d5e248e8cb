// Where the movement leads: the first two components summed over the last two seconds, each line from one point.

import { color, fit, ratio } from './look.js';

const SPAN = 2000; // ms

export function drawTrajectory(canvas, store) {
  fit(canvas);
  const names = store.modelNames();
  if (store.main().components.length < 2) return;
  const lines = names.map((name, i) => [path(store.models.get(name).rows, store.now, 6, 8), `model-${i}`]).reverse();
  if (store.truth && store.truth.columns.length > 3) lines.push([path(store.truth, store.now, 2, 3), 'truth']);
  const context = canvas.getContext('2d');
  context.clearRect(0, 0, canvas.width, canvas.height);
  let reach = 0.3;
  for (const [points] of lines) for (const [x, y] of points) reach = Math.max(reach, Math.abs(x), Math.abs(y));
  canvas.reach = Math.max(reach, (canvas.reach ?? reach) * 0.985);
  const scale = (Math.min(canvas.width, canvas.height) / 2 - 8 * ratio()) / canvas.reach;
  for (const [points, name] of lines) {
    context.beginPath();
    context.strokeStyle = color(name);
    context.fillStyle = color(name);
    context.lineWidth = 2 * ratio();
    let at = [canvas.width / 2, canvas.height / 2];
    for (const [x, y] of points) {
      at = [canvas.width / 2 + x * scale, canvas.height / 2 - y * scale];
      context.lineTo(...at);
    }
    context.stroke();
    context.beginPath();
    context.arc(...at, 4 * ratio(), 0, 7);
    context.fill();
  }
}

function path(rows, now, first, second) {
  const points = [];
  let x = 0, y = 0, before = null;
  for (let i = rows.from(now - SPAN); i < rows.total && rows.get(i, 0) <= now; i++) {
    const time = rows.get(i, 0);
    const seconds = before === null ? 0 : Math.min(0.1, (time - before) / 1000);
    x += rows.get(i, first) * seconds;
    y += rows.get(i, second) * seconds;
    before = time;
    points.push([x, y]);
  }
  return points;
}
