// The lag over time as a heat map of its posterior, and the attention over lags of one window beside it.

const HEAT = { width: 470, height: 270, left: 48, top: 30, bottom: 220 };

/** The probabilities as a picture of one pixel each, from the page's ground to its strongest colour. */
function heatImage(map, [low, high], highest) {
  const rows = map.grid_millis.length;
  const picture = document.createElement('canvas');
  picture.width = map.posterior.length;
  picture.height = rows;
  const context = picture.getContext('2d');
  const pixels = context.createImageData(picture.width, rows);
  const mix = d3.interpolateRgb(low, high);
  const colors = d3.range(256).map((i) => d3.rgb(mix(i / 255)));
  map.posterior.forEach((row, t) => row.forEach((share, lag) => {
    if (!has(share)) return;
    const color = colors[Math.round(255 * Math.min(1, share / highest))];
    pixels.data.set([color.r, color.g, color.b, 255], 4 * ((rows - 1 - lag) * picture.width + t));
  }));
  context.putImageData(pixels, 0, 0);
  return picture.toDataURL();
}

/** Half a step beyond the first and the last value: a pixel is centred on its value. */
function edges(values) {
  const half = values.length > 1 ? (values[values.length - 1] - values[0]) / (values.length - 1) / 2 : 0.5;
  return [values[0] - half, values[values.length - 1] + half];
}

function heatPlot(map, lagName) {
  const { width, height, left, top, bottom } = HEAT;
  const right = width - 12;
  const across = d3.scaleLinear(edges(map.times_seconds), [left, right]);
  const up = d3.scaleLinear(edges(map.grid_millis), [bottom, top]);
  const highest = d3.max(map.posterior.flat().filter(has)) || 1;
  const svg = canvas(width, height, `${map.title}: probability of each lag over ${brief(across.domain()[1] - across.domain()[0])} s,`
    + ' with the true lag dashed and the estimate as a line.');
  const place = { x: left, y: top, width: right - left, height: bottom - top, preserveAspectRatio: 'none', style: 'image-rendering: pixelated' };
  svg.append(draw('image', { ...place, class: 'light', href: heatImage(map, ['#ffffff', '#1f3d7a'], highest) }),
    draw('image', { ...place, class: 'dark', href: heatImage(map, ['#171c23', '#9ecbff'], highest) }));
  lagLabels(svg, up, left, lagName);
  bottomAxis(svg, across, across.ticks(6), brief, { top, bottom, left, right });
  svg.append(words(['time (s)'], (left + right) / 2, bottom + 34, { class: 'name', 'text-anchor': 'middle' }));
  const inside = draw('svg', { x: left, y: top, width: right - left, height: bottom - top, viewBox: `${left} ${top} ${right - left} ${bottom - top}` });
  const path = (values) => d3.line((_, i) => across(map.times_seconds[i]), (value) => up(value)).defined(has)(list(values));
  for (const side of [-1.645, 1.645]) {
    inside.append(draw('path', { class: 'estimate edge', d: path(list(map.sd_millis).map((sd, i) => map.lag_millis[i] + side * sd)) }));
  }
  inside.append(draw('path', { class: 'estimate', d: path(map.lag_millis) }),
    draw('path', { class: 'true-lag under', d: path(map.true_lag_millis) }), draw('path', { class: 'true-lag', d: path(map.true_lag_millis) }));
  svg.append(inside, draw('rect', { class: 'axis', x: left, y: top, width: right - left, height: bottom - top }));
  return { svg, highest };
}

function lagLabels(svg, up, left, name) {
  for (const tick of up.ticks(6)) {
    svg.append(draw('path', { class: 'axis', d: `M${left},${up(tick)}h-4` }),
      draw('text', { class: 'tick', x: left - 7, y: up(tick) + 4, 'text-anchor': 'end' }, brief(tick)));
  }
  svg.append(words([name], 2, 13, { class: 'name' }));
}

/** The attention of one window, a bar for each lag, on the heat map's axis of lags. */
function attentionPlot(map) {
  const [width, left] = [200, 48];
  const { height, top, bottom } = HEAT;
  const right = width - 14;
  const { at_seconds: seconds, values } = map.attention;
  const across = d3.scaleLinear([0, d3.max(values.filter(has)) || 1], [left, right]);
  const up = d3.scaleLinear(edges(map.grid_millis), [bottom, top]);
  const best = d3.maxIndex(values);
  const svg = canvas(width, height, `Attention over lags in the window at ${brief(seconds)} s; highest, ${pointBrief(values[best])}, at ${brief(map.grid_millis[best])} ms.`);
  const thickness = Math.max(1, Math.abs(up(map.grid_millis[1]) - up(map.grid_millis[0])) - 1) || 4;
  const bars = draw('g', { style: 'color: var(--model-0)' });
  map.grid_millis.forEach((lag, i) => {
    if (!has(values[i])) return;
    bars.append(draw('rect', { class: 'bar', x: left, y: up(lag) - thickness / 2, width: Math.max(0, across(values[i]) - left), height: thickness },
      draw('title', {}, `${brief(lag)} ms: ${point(values[i])}`)));
  });
  lagLabels(svg, up, left, 'lag (ms)');
  bottomAxis(svg, across, across.ticks(2), pointBrief, { top, bottom, left, right });
  svg.append(bars, draw('path', { class: 'axis', d: `M${left},${top}V${bottom}` }),
    words([`attention at ${brief(seconds)} s`], (left + right) / 2, bottom + 34, { class: 'name', 'text-anchor': 'middle' }));
  return svg;
}

function mapFigure(map) {
  const { svg, highest } = heatPlot(map, 'lag (ms)');
  const sample = (look) => draw('svg', { width: 30, height: 12, 'aria-hidden': 'true' }, draw('path', { class: look, d: 'M0,6H30' }));
  const shades = draw('svg', { width: 40, height: 12, 'aria-hidden': 'true' },
    d3.range(10).map((i) => draw('rect', { x: 4 * i, width: 4.2, height: 12, style: `fill: color-mix(in srgb, var(--heat-1) ${10 * i + 10}%, var(--heat-0))` })));
  return el('figure', {}, el('figcaption', {}, map.title, el('span', {}, ` ${[map.model, map.session].filter(Boolean).join(', ')}`)),
    el('div', { class: list(map.attention?.values).length ? 'pair' : 'single' }, svg, list(map.attention?.values).length ? attentionPlot(map) : null),
    el('ul', { class: 'legend' }, el('li', {}, sample('true-lag'), 'true lag'),
      el('li', {}, sample('estimate'), 'estimate'), list(map.sd_millis).length ? el('li', {}, sample('estimate edge'), 'its 90\u00a0% interval') : null,
      el('li', {}, shades, `probability of a lag, 0 to ${pointBrief(Number(highest.toPrecision(2)))}`)));
}
