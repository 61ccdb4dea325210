import type { Documents } from '../data/documents.ts';
import type { Frame, Target } from '../data/frame.ts';
import { TabularError } from '../errors.ts';
import type { FeatureSchema, State } from '../types.ts';
import { dealFolds } from './cross-fit.ts';
import type { FittedEncoding, LearntEncoding } from './learnt-encoding.ts';
import {
  emptyRow,
  learnVocabulary,
  sparseRows,
  type Vocabulary,
  vocabularyOf,
  writeDocument,
} from './text-matrix.ts';
import { crossFittedScores, fitScore, scoreCount, type TextScore, writeScores } from './text-score.ts';
import { findTopics, type Topics, writeTopics } from './text-topics.ts';

/**
 * Learns each text feature of a frame as a few numbers: scores of the target by a linear model of its hashed n-grams,
 * cross-fitted, then topics, which know nothing of the target. A missing text is written as an empty one.
 */
export function fitTexts(frame: Frame, target: Target): FittedEncoding[] {
  return frame.features.flatMap(({ kind }, feature) => {
    const { documents } = frame;
    return kind === 'text' && documents ? [fitText(documents, feature, frame.columns[feature], target)] : [];
  });
}

function fitText(
  documents: Documents,
  feature: number,
  column: Float64Array,
  target: Target,
): FittedEncoding {
  const vocabulary = learnVocabulary(documents, column);
  const matrix = sparseRows(documents, column, vocabulary);
  const topics = findTopics(matrix);
  const noScore = { outputs: 0, weights: new Float32Array(0), intercepts: new Float64Array(0) };
  const score = scoreCount(target) > 0 ? fitScore(matrix, target, () => true) : noScore;
  const crossFitted = crossFittedScores(matrix, target, dealFolds(column.length));
  return { encoding: assemble(documents, feature, vocabulary, score, topics), crossFitted };
}

function assemble(
  documents: Documents,
  feature: number,
  vocabulary: Vocabulary,
  score: TextScore,
  topics: Topics,
): LearntEncoding {
  const row = emptyRow();
  return {
    feature,
    width: score.outputs + topics.topics,
    write(document, x, at) {
      writeDocument(documents, document, vocabulary, row);
      writeScores(score, row, x, at);
      writeTopics(topics, row, x, at + score.outputs);
    },
    state: () => ({
      bits: vocabulary.bits,
      buckets: vocabulary.buckets,
      idf: vocabulary.idf,
      weights: score.weights,
      intercepts: score.intercepts,
      directions: topics.directions,
      topics: topics.topics,
    }),
  };
}

/** The encodings whose states these are, in the order of the text features. */
export function reviveTexts(
  states: State | undefined,
  features: readonly FeatureSchema[],
  documents: Documents,
): LearntEncoding[] {
  const texts = features.flatMap(({ kind }, feature) => (kind === 'text' ? [feature] : []));
  const given: readonly State[] = Array.isArray(states) ? states : [];
  if (given.length !== texts.length) throw damaged();
  return texts.map((feature, i) => reviveText(given[i], feature, documents));
}

function reviveText(state: State, feature: number, documents: Documents): LearntEncoding {
  const { bits, buckets, idf, weights, intercepts, directions, topics } = state as Record<string, State>;
  const arrays = idf instanceof Float32Array && weights instanceof Float32Array;
  if (!arrays || !(buckets instanceof Int32Array) || buckets.length !== idf.length) throw damaged();
  if (!(intercepts instanceof Float64Array) || !(directions instanceof Float32Array)) throw damaged();
  if (typeof topics !== 'number' || directions.length !== topics * idf.length) throw damaged();
  if (typeof bits !== 'number' || bits < 0 || bits > 24) throw damaged();
  if (weights.length !== intercepts.length * idf.length) throw damaged();
  const score = { outputs: intercepts.length, weights, intercepts };
  return assemble(documents, feature, vocabularyOf(bits, buckets, idf), score, { topics, directions });
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid encoding of text.');
}
