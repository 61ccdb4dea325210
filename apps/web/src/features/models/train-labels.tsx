import { NativeSelect } from '@mantine/core';
import { NumberField } from '#ui/number-field.tsx';
import { bounds, type TrainErrors, type TrainValues } from './train-form.ts';

const thresholds: Readonly<Record<TrainValues['threshold'], string>> = {
  auto: 'Automatic',
  half: 'The likelier class',
  f1: 'Best F1',
  balanced_accuracy: 'Best balanced accuracy',
  own: 'A probability of my own',
};
const calibrations: Readonly<Record<TrainValues['calibrate'], string>> = {
  none: 'As they are',
  platt: 'Logistic curve (Platt)',
  isotonic: 'Rising steps (isotonic)',
};
const weightings: Readonly<Record<TrainValues['classWeights'], string>> = {
  none: 'All rows alike',
  balanced: 'Each class as much as any other',
  own: 'Weights of my own',
};
/** With more classes than this, single weights are for the API. */
const mostWeights = 12;

/** The key of a list of words that a select hands back as text. */
export const keyOf = <K extends string>(words: Readonly<Record<K, string>>, value: string): K | undefined =>
  (Object.keys(words) as K[]).find((key) => key === value);

const optionsOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

interface LabelChoiceProps {
  values: TrainValues;
  errors: TrainErrors;
  /** Of the target, where all of them are known. */
  labels: readonly string[] | undefined;
  onChange: (change: Partial<TrainValues>) => void;
}

/** What the classes count in training, which of two is positive, and how their probabilities become labels. */
export function LabelChoice({ values, errors, labels, onChange }: LabelChoiceProps) {
  const two = labels?.length === 2;
  const positive = values.positive === '' ? 'the positive class' : values.positive;
  return (
    <>
      <ClassWeightChoice values={values} errors={errors} labels={labels} onChange={onChange} />
      {(two || values.positive !== '') && (
        <NativeSelect
          label="Positive class"
          description="Of two classes: the one that F1, precision, recall and the threshold are about."
          value={values.positive}
          error={errors['positive']}
          onChange={(event) => onChange({ positive: event.currentTarget.value })}
          data={[
            { value: '', label: 'Automatic' },
            ...(labels ?? [values.positive]).map((label) => ({ value: label, label })),
          ]}
        />
      )}
      <NativeSelect
        label="Label by"
        description={
          values.threshold === 'auto'
            ? 'Of two classes: the likelier. Where one has less than a fifth of the rows, from the probability that is best for its F1, so that it is answered at all.'
            : 'Of two classes: how sure it takes to be the positive one.'
        }
        value={values.threshold}
        error={values.threshold === 'own' ? undefined : errors['threshold']}
        onChange={(event) => onChange({ threshold: keyOf(thresholds, event.currentTarget.value) ?? 'auto' })}
        data={optionsOf(thresholds)}
      />
      {values.threshold === 'own' && (
        <NumberField
          label="Threshold"
          description={`Labelled as ${positive} from this probability on.`}
          value={values.thresholdAt}
          min={0}
          max={1}
          step={0.05}
          error={errors['threshold']}
          onChange={(thresholdAt) => onChange({ thresholdAt })}
        />
      )}
      <NativeSelect
        label="Probabilities"
        description="Of two classes: correct them by what came true of held-out rows."
        value={values.calibrate}
        error={errors['calibrate']}
        onChange={(event) =>
          onChange({ calibrate: keyOf(calibrations, event.currentTarget.value) ?? 'none' })
        }
        data={optionsOf(calibrations)}
      />
    </>
  );
}

function ClassWeightChoice({ values, errors, labels, onChange }: LabelChoiceProps) {
  const { classWeights, classWeightOf } = values;
  const single = labels && labels.length <= mostWeights ? labels : Object.keys(classWeightOf);
  const offered = optionsOf(weightings).filter(({ value }) => value !== 'own' || single.length > 0);
  return (
    <>
      <NativeSelect
        label="Class weights"
        description={
          classWeights === 'none'
            ? 'What the rows of each class count in what is learnt.'
            : 'Probabilities follow the weights: they are no longer those of the data.'
        }
        value={classWeights}
        error={classWeights === 'own' ? undefined : errors['classWeights']}
        onChange={(event) =>
          onChange({ classWeights: keyOf(weightings, event.currentTarget.value) ?? 'none' })
        }
        data={offered}
      />
      {classWeights === 'own' &&
        single.map((label) => (
          <NumberField
            key={label}
            label={`Weight of ${label}`}
            placeholder="1"
            value={classWeightOf[label] ?? ''}
            {...bounds.classWeight}
            error={errors['classWeights']}
            onChange={(weight) => onChange({ classWeightOf: { ...classWeightOf, [label]: weight } })}
          />
        ))}
    </>
  );
}
