// How each model looks: the first ones of the list in strong colours, all with marks of their own, so that grey print
// tells them apart too.

const STRONG = 4;
const full = (shape) => ({ shape, look: 'mark' });
const open = (shape) => ({ shape, look: 'mark open' });
const thin = (shape) => ({ shape, look: 'mark thin' });
const reversed = { draw: (context, size) => {
  const half = Math.sqrt(size) * 0.62;
  context.moveTo(-half, -half * 0.8);
  context.lineTo(half, -half * 0.8);
  context.lineTo(0, half);
  context.closePath();
} };
const STRONG_MARKS = [full(d3.symbolCircle), full(d3.symbolSquare), full(d3.symbolTriangle), full(d3.symbolDiamond)];
const OTHER_MARKS = [open(d3.symbolCircle), open(d3.symbolSquare), open(d3.symbolTriangle), open(d3.symbolDiamond2),
  thin(d3.symbolTimes), thin(d3.symbolPlus), open(reversed), open(d3.symbolStar), thin(d3.symbolAsterisk), open(d3.symbolWye)];
const ORACLE_MARKS = [full(reversed), full(d3.symbolStar), full(d3.symbolWye)];

/** The look of each model by its id. */
function looks(models) {
  const all = new Map();
  let [told, others] = [0, 0];
  for (const model of models) {
    if (model.oracle) {
      all.set(model.id, { ...ORACLE_MARKS[told++ % ORACLE_MARKS.length], color: 'truth', dash: '7 4', group: 'model' });
    } else if (others < STRONG) {
      all.set(model.id, { ...STRONG_MARKS[others], color: `model-${others++}`, dash: null, group: 'model' });
    } else {
      const at = others++ - STRONG;
      all.set(model.id, { ...OTHER_MARKS[at % OTHER_MARKS.length], color: 'other', dash: at % 2 ? '1.5 2.5' : null, group: 'model other' });
    }
  }
  return all;
}

/** A group that all parts of one model are drawn into. */
function modelGroup(look) {
  return draw('g', { class: look.group, style: `color: var(--${look.color})` });
}

function mark(look, x, y, size = 44) {
  return draw('path', { class: look.look, d: d3.symbol(look.shape, size)(), transform: `translate(${x},${y})` });
}

/** The list of models with their lines and marks, and what is known of each. */
function legend(models, styles) {
  return el('ul', { class: 'legend' }, models.map((model) => {
    const look = styles.get(model.id);
    const group = modelGroup(look);
    group.append(draw('path', { class: 'curve', d: 'M0,7H34', 'stroke-dasharray': look.dash }), mark(look, 17, 7));
    const sample = draw('svg', { width: 34, height: 14, 'aria-hidden': 'true' }, group);
    return el('li', {}, sample, el('span', {}, model.id, model.oracle ? el('small', {}, ' (oracle)') : null));
  }));
}
