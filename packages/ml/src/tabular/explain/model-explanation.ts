import { createRandom, type Random } from '../../random/random.ts';
import { allRows, type Dataset, type Frame, takeFrameRows, type Target } from '../data/frame.ts';
import { mean } from '../evaluation/score.ts';
import type { FeatureSchema, Model } from '../types.ts';
import type { Attribution, ExplanationScale } from './attribution.ts';
import { partialDependence, round, shownValue, type PartialDependence } from './partial-dependence.ts';
import { attributionOf } from './record-explainer.ts';

/** What moves a model, over a seeded sample of the rows it learnt from. Numbers are rounded to five figures. */
export interface ModelExplanation {
  readonly scale: ExplanationScale;
  /** Rows explained: at most 500. */
  readonly rows: number;
  /** The classes explained: the second of two, else the most frequent ten at most. Empty for numbers. */
  readonly labels: readonly string[];
  /** What is expected of a row nothing is known of: of each label, or one number. */
  readonly base: readonly number[];
  /** The mean size of every feature's contributions, of each label and over all labels, the largest first. */
  readonly importance: readonly ShapImportance[];
  /** Row by row, of the features that count most: at most 20. */
  readonly features: readonly FeatureContributions[];
  /** Of the features that count most: at most eight. */
  readonly dependence: readonly PartialDependence[];
}

export interface ShapImportance {
  readonly feature: string;
  readonly value: number;
  readonly byLabel: readonly number[];
}

export interface FeatureContributions {
  readonly feature: string;
  /** Numbers, milliseconds or categories; null is missing. */
  readonly values: readonly (number | string | null)[];
  /** Of each label, or of the number predicted: one for each row. */
  readonly contributions: readonly (readonly number[])[];
}

const mostRows = 500;
const leastRows = 20;
const mostFeatures = 20;
const mostDependences = 8;
const mostLabels = 10;
/** Numbers of the row-by-row part, over all labels. */
const mostNumbers = 60_000;
/** Multiplications that explaining all rows may take, beyond which fewer are explained. */
const maxCost = 1e9;

/** Explains a fitted model on rows of `frame`; undefined where it cannot be explained. */
export function explainModel(
  model: Model,
  { frame, target }: Dataset,
  checkAborted: () => void,
): ModelExplanation | undefined {
  const attribution = attributionOf(model);
  if (!attribution) return undefined;
  const { features, classes } = model.schema;
  const margins = explainedMargins(attribution.margins, target);
  const most = Math.min(mostFeatures, features.length);
  const affordable = Math.min(maxCost / attribution.rowCost, mostNumbers / (most * margins.length));
  const wanted = Math.max(leastRows, Math.min(mostRows, Math.floor(affordable)));
  const sample = sampleFrame(frame, wanted, createRandom(model.seed, 0x73616d70));
  const contributions = explainRows(attribution, sample, margins, checkAborted);
  const importance = rank(features, contributions);
  const top = importance.slice(0, most).map(({ feature }) => feature);
  const shown = top.map((name) => features.findIndex((feature) => feature.name === name));
  return {
    scale: attribution.scale,
    rows: sample.rows,
    labels: classes.length > 0 ? margins.map((k) => classes[attribution.margins === 1 ? 1 : k]) : [],
    base: margins.map((margin) => round(attribution.base[margin])),
    importance,
    features: shown.map((i) => ({
      feature: features[i].name,
      values: Array.from(sample.columns[i], (value) => shownValue(features[i], value)),
      contributions: contributions[i].map((ofLabel) => Array.from(ofLabel, round)),
    })),
    dependence: partialDependence(model, sampleFrame(frame, mostRows, createRandom(model.seed, 0x70647021)), {
      features: shown.filter((i) => features[i].kind !== 'text').slice(0, mostDependences),
      outputs: attribution.margins === 1 && classes.length > 0 ? [1] : margins,
      checkAborted,
    }),
  };
}

/** The only margin, or those of the most frequent classes, in their order. */
function explainedMargins(margins: number, { values }: Target): number[] {
  const counts = new Int32Array(margins);
  if (margins > 1) for (const value of values) counts[value]++;
  const byCount = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  return byCount.slice(0, mostLabels).sort((a, b) => a - b);
}

function sampleFrame(frame: Frame, rows: number, random: Random): Frame {
  return takeFrameRows(frame, random.shuffle(allRows(frame.rows)).subarray(0, rows));
}

/** By feature, then by margin: the contribution to each row. */
function explainRows(
  attribution: Attribution,
  { rows, columns }: Frame,
  margins: readonly number[],
  checkAborted: () => void,
): Float64Array[][] {
  const contributions = columns.map(() => margins.map(() => new Float64Array(rows)));
  const raw = new Float64Array(columns.length);
  const phi = new Float64Array(columns.length * attribution.margins);
  for (let row = 0; row < rows; row++) {
    checkAborted();
    for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
    attribution.attribute(raw, phi);
    contributions.forEach((ofFeature, i) =>
      ofFeature.forEach((values, k) => (values[row] = phi[i * attribution.margins + margins[k]])),
    );
  }
  return contributions;
}

function rank(
  features: readonly FeatureSchema[],
  contributions: readonly (readonly Float64Array[])[],
): ShapImportance[] {
  const ranked = features.map(({ name }, i): ShapImportance => {
    const byLabel = contributions[i].map((values) => meanSize(values));
    return { feature: name, value: round(mean(byLabel)), byLabel: byLabel.map(round) };
  });
  return ranked.sort((a, b) => b.value - a.value);
}

function meanSize(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, values.length);
}
