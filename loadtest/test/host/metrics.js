/** Metrics, their parts by tag, and where samples go. */

/** @typedef {'counter' | 'gauge' | 'rate' | 'trend'} MetricType */
/** @typedef {Record<string, string>} Tags */

/**
 * @typedef {object} Sample
 * @property {Metric} metric
 * @property {number} value
 * @property {Tags} tags
 * @property {number} time Unix time in milliseconds
 */

/** What k6 lets a metric be called, so that every output can take it. */
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;

export class Metric {
  /** @param {string} name @param {MetricType} type @param {boolean} isTime */
  constructor(name, type, isTime) {
    this.name = name;
    this.type = type;
    this.isTime = isTime;
    /** @type {{ tags: Tags, metric: Metric }[]} */
    this.parts = [];
    /** @type {import('./thresholds.js').Threshold[]} */
    this.thresholds = [];
    /** @type {number[]} of a trend */
    this.values = [];
    this.sum = 0;
    this.samples = 0;
  }

  /** @param {number} value @param {Tags} tags */
  add(value, tags) {
    this.samples++;
    this.sum += value;
    if (this.type === 'trend') {
      this.values.push(value);
    }
    for (const part of this.parts) {
      if (Object.entries(part.tags).every(([tag, wanted]) => tags[tag] === wanted)) {
        part.metric.add(value, tags);
      }
    }
  }

  /** One number of it. @param {string} statistic as thresholds and summaries name it @param {number} seconds that the test ran */
  read(statistic, seconds) {
    switch (statistic) {
      case 'count': return this.type === 'trend' ? this.samples : this.sum;
      case 'rate': return this.type === 'rate' ? this.sum / Math.max(1, this.samples) : this.sum / seconds;
      case 'passes': return this.sum;
      case 'fails': return this.samples - this.sum;
      case 'avg': return this.sum / Math.max(1, this.samples);
      case 'min': return this.#percentile(0);
      case 'med': return this.#percentile(50);
      case 'max': return this.#percentile(100);
      default: return this.#percentile(Number(/^p\((.+)\)$/.exec(statistic)?.[1]));
    }
  }

  /** Between two values, k6 draws a line. @param {number} percent */
  #percentile(percent) {
    if (this.values.length === 0) {
      return 0;
    }
    const sorted = Float64Array.from(this.values).sort();
    const at = (percent / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(at)];
    return below + (sorted[Math.ceil(at)] - below) * (at % 1);
  }
}

export class Metrics {
  /** @type {Map<string, Metric>} with the parts, by name{tag:value} */
  all = new Map();
  /** @type {((sample: Sample) => void)[]} */
  outputs = [];

  constructor() {
    this.declare('checks', 'rate', false);
    this.declare('iterations', 'counter', false);
    this.declare('iteration_duration', 'trend', true);
  }

  /** Each VU declares its metrics, and they are the same. @param {string} name @param {MetricType} type @param {boolean} isTime */
  declare(name, type, isTime) {
    if (!NAME.test(name)) {
      throw new Error(`Invalid metric name: '${name}'`);
    }
    const known = this.all.get(name);
    if (known !== undefined && (known.type !== type || known.isTime !== isTime)) {
      throw new Error(`metric '${name}' already exists but with type ${known.type}, instead of ${type}`);
    }
    if (known === undefined) {
      this.all.set(name, new Metric(name, type, isTime));
    }
  }

  /** @param {string} name @param {number} value @param {Tags} tags */
  record(name, value, tags) {
    const metric = /** @type {Metric} */ (this.all.get(name));
    metric.add(value, tags);
    const sample = { metric, value, tags, time: Date.now() };
    for (const output of this.outputs) {
      output(sample);
    }
  }

  /** The metric of such a name, or the part of one; undefined where there is none. @param {string} key name, or name{tag:value,…} */
  findOrDivide(key) {
    const [, name, tagList] = /^([^{]+)(?:\{(.*)\})?$/.exec(key) ?? [];
    const whole = this.all.get(name);
    if (whole === undefined || tagList === undefined || this.all.has(key)) {
      return this.all.get(key) ?? whole;
    }
    const tags = Object.fromEntries(tagList.split(',').map((tag) => [tag.slice(0, tag.indexOf(':')).trim(), tag.slice(tag.indexOf(':') + 1).trim()]));
    const part = new Metric(key, whole.type, whole.isTime);
    whole.parts.push({ tags, metric: part });
    this.all.set(key, part);
    return part;
  }
}
