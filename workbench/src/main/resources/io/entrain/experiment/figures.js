// The figures of a sweep: how each is read from a point, named, written and bounded.

const whole = (value) => fixed(value, 1);
const hundredth = (value) => fixed(value, 2);

const FIGURES = [
  { key: 'newest', title: 'R² of the newest step', name: 'R²', head: 'R², newest', read: (one) => one.r2?.newest,
    say: pointBrief, tell: point, guide: { at: 0, label: 'chance: R² 0' }, bound: r2Domain },
  { key: 'delayed', title: 'R² of the delayed step', name: 'R²', head: 'R², delayed', read: (one) => one.r2?.delayed,
    say: pointBrief, tell: point, guide: { at: 0, label: 'chance: R² 0' }, bound: r2Domain },
  { key: 'lag', title: 'Error of the lag', name: 'root mean square error', unit: 'ms', head: 'lag RMSE, ms', aligned: true,
    read: (one) => one.lag_rmse_millis, say: brief, tell: whole, bound: fromZero },
  { key: 'within-30', head: 'lag within 30 ms, %', read: (one) => one.lag_within_30, tell: share },
  { key: 'within-50', head: 'lag within 50 ms, %', read: (one) => one.lag_within_50, tell: share },
  { key: 'headroom', title: 'Alignment headroom', name: 'headroom', unit: 'sd of the other lags', head: 'headroom, sd', aligned: true,
    read: (one) => one.headroom, say: brief, tell: hundredth, guide: { at: 0, label: 'limit 0' }, bound: aroundZero,
    note: 'Below the limit only the memory of earlier windows holds the lag.' },
  { key: 'headroom-positive', head: 'headroom above 0, %', read: (one) => one.headroom_positive, tell: share },
  { key: 'covers-newest', title: '90\u00a0% intervals of the newest step that hold', name: 'share that holds', unit: '%', head: 'newest holds, %',
    read: (one) => one.covers_90?.newest, say: hundred, tell: percent, guide: { at: 0.9, label: '90\u00a0%' }, bound: shareDomain },
  { key: 'covers-delayed', head: 'delayed holds, %', read: (one) => one.covers_90?.delayed, tell: percent },
  { key: 'covers-lag', title: '90\u00a0% intervals of the lag that hold', name: 'share that holds', unit: '%', head: 'lag holds, %', aligned: true,
    read: (one) => one.lag_covers_90, say: hundred, tell: percent, guide: { at: 0.9, label: '90\u00a0%' }, bound: shareDomain },
];

function share(value) {
  return fixed(100 * value, 1);
}

function hundred(value) {
  return brief(100 * value);
}

/** R² up to 1; a model that is far below chance does not flatten the others. */
function r2Domain(low) {
  return [Math.min(-0.05, Math.max(low - 0.03, -0.4)), 1];
}

function fromZero(low, high) {
  return d3.scaleLinear([0, high > 0 ? high * 1.05 : 1], [0, 1]).nice(5).domain();
}

function aroundZero(low, high) {
  const room = 0.05 * (Math.max(high, 0) - Math.min(low, 0) || 1);
  return [Math.min(low, 0) - room, Math.max(high, 0) + room];
}

function shareDomain(low) {
  return [Math.max(0, Math.floor(10 * Math.min(low, 0.8)) / 10), 1];
}

/** A domain that holds all points of all panels, the same for figures of one sort. */
function domainOf(figureKind, groups) {
  const values = groups.filter(({ kind }) => kind.bound === figureKind.bound).flatMap(({ serieses }) => serieses.flat()).flatMap(({ points }) => points.flatMap(({ at }) => [at.value, at.low, at.high])).filter(has);
  return figureKind.bound(d3.min(values), d3.max(values));
}

/** The points of one figure in one panel, by model, in the order of the models. */
function seriesOf(figureKind, panel, models) {
  return models
    .filter((model) => !figureKind.aligned || model.aligns)
    .map((model) => ({
      model: model.id,
      points: list(panel.points)
        .filter((one) => one.model === model.id)
        .map((one) => ({ x: one.value, at: figure(figureKind.read(one)) }))
        .filter((one) => one.at)
        .sort((a, b) => (has(a.x) && has(b.x) ? a.x - b.x : 0)),
    }))
    .filter(({ points }) => points.length);
}

/** The title of a figure in a sweep, with how far the delayed step lies back. */
function titleOf(figureKind, sweep) {
  if (figureKind.key !== 'delayed') return figureKind.title;
  const [low, high] = d3.extent(list(sweep.panels).flatMap((panel) => list(panel.points)).map((one) => one.delay_millis).filter(has));
  if (!has(low)) return figureKind.title;
  return `${figureKind.title}, ${low === high ? brief(low) : `${brief(low)} to ${brief(high)}`} ms back`;
}
