/** The end of a test: what handleSummary gets, and what is shown without one. */

/** @typedef {import('./metrics.js').Metric} Metric */
/** @typedef {import('./metrics.js').Metrics} Metrics */

/** @type {Record<import('./metrics.js').MetricType, string[]>} */
const STATISTICS = { counter: ['count', 'rate'], gauge: [], rate: ['rate', 'passes', 'fails'], trend: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'] };

/** @param {Metrics} metrics @param {string[] | undefined} trendStatistics @param {number} testRunDurationMs */
export function summaryData(metrics, trendStatistics, testRunDurationMs) {
  const seconds = testRunDurationMs / 1000;
  /** @type {Record<string, object>} */
  const byName = {};
  for (const metric of metrics.all.values()) {
    // A metric that nobody asked about is there only once it has a sample.
    if (metric.samples > 0 || metric.thresholds.length > 0) {
      byName[metric.name] = metricData(metric, (metric.type === 'trend' && trendStatistics) || STATISTICS[metric.type], seconds);
    }
  }
  return { metrics: byName, state: { testRunDurationMs, isStdOutTTY: false, isStdErrTTY: false }, options: { summaryTrendStats: trendStatistics } };
}

/** @param {Metric} metric @param {string[]} statistics @param {number} seconds */
function metricData(metric, statistics, seconds) {
  const thresholds = Object.fromEntries(metric.thresholds.map(({ text, isMet }) => [text, { ok: isMet }]));
  return {
    type: metric.type,
    contains: metric.isTime ? 'time' : 'default',
    values: Object.fromEntries(statistics.map((statistic) => [statistic, metric.read(statistic, seconds)])),
    ...(metric.thresholds.length > 0 ? { thresholds } : {}),
  };
}

/**
 * What handleSummary gets: maps of Go, of which the order is another one each time.
 * @param {ReturnType<typeof summaryData>} data
 */
export function inRandomOrder(data) {
  const metrics = Object.entries(data.metrics).map(([name, metric]) => [name, Object.fromEntries(Object.entries(metric).map(([key, value]) => (
    [key, typeof value === 'object' ? shuffled(value) : value]
  )))]);
  return { ...data, metrics: shuffled(Object.fromEntries(metrics)) };
}

/** @param {Record<string, unknown>} map */
function shuffled(map) {
  const entries = Object.entries(map);
  for (let left = entries.length; left > 1; left--) {
    const [picked] = entries.splice(Math.floor(Math.random() * left), 1);
    entries.push(picked);
  }
  return Object.fromEntries(entries);
}

/** As k6 shows it, roughly. @param {ReturnType<typeof summaryData>} data */
export function defaultSummary(data) {
  const lines = Object.entries(data.metrics).map(([name, metric]) => {
    const { values, thresholds = {} } = /** @type {{ values: Record<string, number>, thresholds?: Record<string, { ok: boolean }> }} */ (metric);
    const mark = Object.values(thresholds).length === 0 ? ' ' : Object.values(thresholds).every(({ ok }) => ok) ? '✓' : '✗';
    return `  ${mark} ${name.padEnd(30, '.')}: ${Object.entries(values).map(([statistic, value]) => `${statistic}=${value.toFixed(2)}`).join(' ')}`;
  });
  return `\n${lines.join('\n')}\n`;
}

/** What --summary-export writes: for a threshold, whether it was crossed. @param {ReturnType<typeof summaryData>} data */
export function exportedSummary(data) {
  const metrics = Object.fromEntries(Object.entries(data.metrics).map(([name, metric]) => {
    const { values, thresholds } = /** @type {{ values: object, thresholds?: Record<string, { ok: boolean }> }} */ (metric);
    const crossed = thresholds && Object.fromEntries(Object.entries(thresholds).map(([text, { ok }]) => [text, !ok]));
    return [name, { ...values, ...(crossed ? { thresholds: crossed } : {}) }];
  }));
  return `${JSON.stringify({ metrics }, undefined, 4)}\n`;
}
