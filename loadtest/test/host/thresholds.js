/** Bounds on metrics, evaluated at the end: a metric without a sample has a count of 0. */

import { ConfigurationError } from './exitstatus.js';

const BOUND = /^(count|rate|avg|min|max|med|p\(\d+(?:\.\d+)?\))\s*(==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)$/;

/** @type {Record<string, (left: number, right: number) => boolean>} */
const COMPARISONS = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
};

export class Threshold {
  /** @param {string} text */
  constructor(text) {
    const [, statistic, comparison, bound] = BOUND.exec(text) ?? [];
    if (statistic === undefined) {
      throw new ConfigurationError(`invalid threshold defined on a metric: "${text}"`);
    }
    this.text = text;
    this.statistic = statistic;
    this.compare = COMPARISONS[comparison];
    this.bound = Number(bound);
    this.isMet = true;
  }
}

/**
 * @param {import('./metrics.js').Metrics} metrics
 * @param {Record<string, string[]>} thresholds as in a script's options
 */
export function addThresholds(metrics, thresholds) {
  for (const [key, texts] of Object.entries(thresholds)) {
    const metric = metrics.findOrDivide(key);
    if (metric === undefined) {
      throw new ConfigurationError(`invalid threshold defined on ${key}; reason: no metric name "${key}" found`);
    }
    metric.thresholds = texts.map((text) => new Threshold(text));
  }
}

/** @param {import('./metrics.js').Metrics} metrics @param {number} seconds @returns the names of the metrics beyond their bounds */
export function crossedThresholds(metrics, seconds) {
  const crossed = [];
  for (const metric of metrics.all.values()) {
    for (const threshold of metric.thresholds) {
      threshold.isMet = threshold.compare(metric.read(threshold.statistic, seconds), threshold.bound);
    }
    if (metric.thresholds.some(({ isMet }) => !isMet)) {
      crossed.push(metric.name);
    }
  }
  return crossed;
}
