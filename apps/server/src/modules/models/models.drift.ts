import { clockText, type Drift, type Verdict } from '@quadrax/contract';
import type { Distribution, Reference } from '@quadrax/ml/tabular';

/** Rows that a comparison needs for each of its cells: with fewer, chance alone looks like a drift. */
const rowsPerCell = 20;
/** Stands for a share of none, whose logarithm there is not. */
const least = 1e-4;

/**
 * The population stability index Σ (q − p) ln(q / p) of two sets of shares.
 * Siddiqi, Credit Risk Scorecards (2006); below 0.1 is taken as stable, above 0.25 as shifted.
 */
export const stabilityIndex = (training: readonly number[], served: readonly number[]): number =>
  training.reduce((sum, share, i) => {
    const p = Math.max(share, least);
    const q = Math.max(served[i] ?? 0, least);
    return sum + (q - p) * Math.log(q / p);
  }, 0);

export const verdictOf = (psi: number | undefined): Verdict => {
  if (psi === undefined) return 'too_few_rows';
  if (psi < 0.1) return 'stable';
  return psi > 0.25 ? 'shifted' : 'moderate';
};

const short = (value: number): string => String(Number(value.toPrecision(4)));
const asDate = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

const characters = (length: number): string => `${length} ${length === 1 ? 'character' : 'characters'}`;

const labelsOf = (distribution: Distribution): string[] => {
  if (distribution.kind === 'categorical') return [...distribution.categories, 'any other'];
  const { edges, kind } = distribution;
  const text = { datetime: asDate, time: clockText, numeric: short, text: characters }[kind];
  const [first] = edges;
  if (first === undefined) return ['any value'];
  return [...edges, Number.NaN].map((edge, i) => {
    if (i === 0) return `up to ${text(first)}`;
    const low = text(edges[i - 1] ?? first);
    return Number.isNaN(edge) ? `above ${low}` : `${low} to ${text(edge)}`;
  });
};

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

interface Told {
  readonly verdict: Verdict;
  readonly rows: number;
  readonly needed: number;
  readonly missing: Drift['missing'];
  readonly unseen: number;
  readonly most: Drift['cells'][number] | undefined;
  readonly source: Reference['source'];
}

const sentenceOf = ({ verdict, rows, needed, missing, unseen, most, source }: Told): string => {
  const [before, saw, mend] = source
    ? ['its first predictions', 'they never had', 'whether the model still fits']
    : ['training', 'training never saw', 'consider training anew'];
  if (verdict === 'too_few_rows')
    return `Only ${rows} ${rows === 1 ? 'row was' : 'rows were'} predicted, and a comparison needs ${needed}.`;
  const remarks = [
    ...(unseen > 0.01 ? [`${percent(unseen)} of the rows have a value that ${saw}`] : []),
    ...(Math.abs(missing.served - missing.training) > 0.05
      ? [
          `missing in ${percent(missing.served)} of the rows, and in ${percent(missing.training)} in ${before}`,
        ]
      : []),
    ...(most && verdict !== 'stable'
      ? [
          `“${most.label}” is ${percent(most.served)} of the rows, and was ${percent(most.training)} in ${before}`,
        ]
      : []),
  ];
  const verdicts = {
    stable: `As in ${before}`,
    moderate: `Somewhat other than in ${before}`,
    shifted: `Far from ${before}: look at the data, and ${mend}`,
  };
  return `${[verdicts[verdict], ...remarks].join('; ')}.`;
};

/** How far what was served is from what was trained on. `counts`: its cells, what was missing, and what was unseen. */
const driftOf = (
  name: string,
  distribution: Distribution,
  counts: readonly number[],
  source: Reference['source'],
): Drift => {
  const width = distribution.shares.length;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const shareAt = (i: number): number => (rows === 0 ? 0 : (counts[i] ?? 0) / rows);
  const unseen = shareAt(width + 1);
  const categorical = distribution.kind === 'categorical';
  const labels = labelsOf(distribution);
  const cells = distribution.shares.map((training, i) => ({
    label: labels[i] ?? '',
    training,
    // What training never saw is one of the others.
    served: shareAt(i) + (categorical && i === width - 1 ? unseen : 0),
  }));
  // Cells that neither side has anything in say nothing.
  const shown = cells.filter((cell) => !categorical || cell.training > 0 || cell.served > 0);
  const missing = { training: distribution.missing, served: shareAt(width) };
  const needed = Math.max(100, rowsPerCell * (shown.length + 1));
  const psi =
    rows < needed
      ? undefined
      : stabilityIndex(
          [...shown.map(({ training }) => training), missing.training],
          [...shown.map(({ served }) => served), missing.served],
        );
  const verdict = verdictOf(psi);
  const [most] = shown.toSorted((a, b) => Math.abs(b.served - b.training) - Math.abs(a.served - a.training));
  return {
    name,
    kind: distribution.kind,
    ...(psi !== undefined && { psi }),
    verdict,
    rows,
    needed,
    sentence: sentenceOf({ verdict, rows, needed, missing, unseen, most, source }),
    missing,
    unseen,
    cells: shown,
  };
};

/** Splits a tally by the features of its reference; see `Tally` for how it is laid out. */
export const driftsOf = (
  reference: Reference,
  target: string,
  tally: readonly number[],
): { readonly features: Drift[]; readonly prediction: Drift } => {
  let at = 0;
  const next = (name: string, distribution: Distribution): Drift => {
    const counts = tally.slice(at, (at += distribution.shares.length + 2));
    return driftOf(name, distribution, counts, reference.source);
  };
  const features = reference.features.map((feature) => next(feature.name, feature));
  return { features, prediction: next(target, reference.prediction) };
};
