import { chosenClass, createRecordReader } from '../predictor.ts';
import type { Model, RecordValue } from '../types.ts';
import { type Attribution, centreScores, type ExplanationScale } from './attribution.ts';
import { samplingAttribution } from './sampling-shap.ts';

/** Why one record is predicted as it is: base + Σ contributions is what the model computes, on the scale named. */
export interface Explanation {
  /** The class that is explained: the one predicted. Absent for numbers. */
  readonly label?: string;
  readonly scale: ExplanationScale;
  readonly base: number;
  /** One for each feature, the largest contribution first. */
  readonly values: readonly FeatureContribution[];
}

export interface FeatureContribution {
  readonly feature: string;
  /** As it was given; null where it is missing. */
  readonly value: RecordValue;
  readonly contribution: number;
}

export interface RecordExplainer {
  /** So many records are explained in about a second. */
  readonly recordsAtOnce: number;
  /** About how many multiplications a record takes. */
  readonly rowCost: number;
  /** Values that the model cannot use count as missing. */
  explain(record: Readonly<Record<string, unknown>>): Explanation;
}

/** Multiplications, and steps that take about as long, that explaining at once may take. */
const maxCost = 1e8;
const mostRecords = 100;

/** The Shapley values of a model: exact ones where its estimator has them, sampled ones elsewhere. */
export function attributionOf({ fitted, background, schema, seed }: Model): Attribution | undefined {
  const exact = fitted.attribution?.();
  if (exact?.scale === 'log-odds' && exact.margins > 1) return centreScores(exact);
  if (exact || !background) return exact;
  return samplingAttribution(fitted, background, schema.features.length, seed);
}

/** Explains predictions of a model. Undefined for models that were kept before there were explanations. */
export function createRecordExplainer(model: Model): RecordExplainer | undefined {
  const attribution = attributionOf(model);
  if (!attribution) return undefined;
  const { decision, schema, fitted } = model;
  const { margins, scale, base, rowCost } = attribution;
  const { documents } = fitted;
  const read = createRecordReader(schema.features, documents);
  const raw = new Float64Array(schema.features.length);
  const out = new Float64Array(fitted.outputs);
  const phi = new Float64Array(raw.length * margins);
  return {
    recordsAtOnce: Math.max(1, Math.min(mostRecords, Math.floor(maxCost / rowCost))),
    rowCost,
    explain(record) {
      const kept = documents?.count() ?? 0;
      read(record, raw);
      fitted.predictRow(raw, out);
      attribution.attribute(raw, phi);
      documents?.release(kept);
      const label = chosenClass(out, decision);
      // Of two classes the second is explained; what speaks for one speaks against the other.
      const other = margins === 1 && out.length === 2 && label === 0;
      const margin = margins === 1 ? 0 : label;
      const values = schema.features.map(({ name }, i): FeatureContribution => {
        const contribution = phi[i * margins + margin];
        return {
          feature: name,
          value: valueIn(record, name),
          contribution: other ? 0 - contribution : contribution,
        };
      });
      return {
        ...(out.length > 1 && { label: schema.classes[label] }),
        scale,
        base: other ? (scale === 'probability' ? 1 : 0) - base[0] : base[margin],
        values: values.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
      };
    },
  };
}

function valueIn(record: Readonly<Record<string, unknown>>, name: string): RecordValue {
  const value = Object.hasOwn(record, name) ? record[name] : null;
  const isPlain = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
  return isPlain ? value : null;
}
