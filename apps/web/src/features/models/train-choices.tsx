import type { Algorithm } from '@quadrax/contract';
import type { AlgorithmParameter } from '@quadrax/contract/algorithms';
import { NativeSelect, Radio, SegmentedControl, TextInput } from '@mantine/core';
import { metricLabel } from '#lib/words.ts';
import { NumberField } from '#ui/number-field.tsx';
import { metricsOf, parameterLabel } from './metrics.ts';
import type { TrainColumn } from './train-columns.ts';
import {
  bounds,
  splitColumns,
  splitsOf,
  type TrainErrors,
  type TrainValues,
  weightColumns,
} from './train-form.ts';
import { parameterSteps, shownParameters } from './train-parameters.ts';
import styles from './train.module.css';

const algorithms: readonly { value: Algorithm; label: string; explained: string }[] = [
  {
    value: 'auto',
    label: 'Best of all',
    explained:
      'Searches all algorithms with many settings, gives the promising ones more rows, and averages the best where that is steadier.',
  },
  {
    value: 'gradient_boosting',
    label: 'Gradient boosting',
    explained:
      'Many small decision trees, each correcting those before it. Strong on mixed columns; finds interactions by itself.',
  },
  {
    value: 'random_forest',
    label: 'Random forest',
    explained:
      'The average of many large decision trees, each grown on other rows. Good without any setting, and hard to overfit.',
  },
  {
    value: 'extra_trees',
    label: 'Extra trees',
    explained:
      'A forest whose trees split at random thresholds. Smoother than a random forest; often better on noisy numbers.',
  },
  {
    value: 'linear',
    label: 'Linear',
    explained: 'A weighted sum of the columns. Quick, steady on few rows, and easy to explain.',
  },
  {
    value: 'nearest_neighbors',
    label: 'Nearest neighbours',
    explained:
      'Looks up the rows that are most alike. Good on few columns of the same kind; the model keeps its rows, so it is for smaller data.',
  },
  {
    value: 'neural_network',
    label: 'Neural network',
    explained:
      'Layers of weighted sums. Good where many numeric columns work together smoothly, such as pixels or sensor readings.',
  },
  {
    value: 'baseline',
    label: 'Baseline',
    explained: 'Always the commonest class or the mean. The mark that every other model has to beat.',
  },
];

interface ChoiceProps {
  values: TrainValues;
  errors: TrainErrors;
  onChange: (change: Partial<TrainValues>) => void;
}

/** What learns, each in a sentence. */
export function AlgorithmChoice(props: { value: Algorithm; onChange: (value: Algorithm) => void }) {
  return (
    <Radio.Group
      label="Algorithm"
      value={props.value}
      onChange={(value) => props.onChange(algorithms.find((one) => one.value === value)?.value ?? 'auto')}
    >
      <div className={styles.algorithms}>
        {algorithms.map(({ value, label, explained }) => (
          <Radio key={value} value={value} label={label} description={explained} size="sm" />
        ))}
      </div>
    </Radio.Group>
  );
}

const splitWords: Readonly<Record<TrainValues['splitBy'], string>> = {
  '': 'Rows at random',
  groups: 'Rows that belong together, together',
  time: 'Later rows by a model of earlier ones',
};

/** How the model is judged on rows it has not seen. */
export function ValidationChoice({
  values,
  errors,
  columns,
  onChange,
}: ChoiceProps & { columns: readonly TrainColumn[] }) {
  const folds = values.validation === 'folds';
  return (
    <fieldset className={styles.features}>
      <legend>Judged by</legend>
      <div className={styles.validation}>
        <SegmentedControl
          aria-label="Validation"
          value={values.validation}
          onChange={(validation) =>
            onChange(
              validation === 'holdout'
                ? { validation, splitBy: values.splitBy === 'time' ? 'time' : '' }
                : { validation: 'folds' },
            )
          }
          data={[
            { value: 'folds', label: 'Cross-validation' },
            { value: 'holdout', label: 'Holdout' },
          ]}
        />
        {folds ? (
          <NumberField
            aria-label="Folds"
            unit="folds"
            value={values.folds}
            min={2}
            max={20}
            error={errors['folds']}
            onChange={(folds) => onChange({ folds })}
          />
        ) : (
          <NumberField
            aria-label="Rows held out, in percent"
            unit="% of the rows"
            value={values.holdoutPercent}
            min={0}
            max={100}
            error={errors['holdoutPercent']}
            onChange={(holdoutPercent) => onChange({ holdoutPercent })}
          />
        )}
      </div>
      <div className={styles.validation}>
        <NativeSelect
          aria-label="How rows are held out"
          value={values.splitBy}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onChange({
              splitBy: splitsOf(values.validation).find((one) => one === value) ?? '',
              splitColumn: '',
            });
          }}
          data={splitsOf(values.validation).map((value) => ({ value, label: splitWords[value] }))}
        />
        {values.splitBy !== '' && (
          <NativeSelect
            aria-label={values.splitBy === 'time' ? 'Column of the time' : 'Column of the groups'}
            value={values.splitColumn}
            error={errors['splitColumn']}
            onChange={(event) => onChange({ splitColumn: event.currentTarget.value })}
            data={[{ value: '', label: 'Choose a column' }, ...splitColumns(columns, values)]}
          />
        )}
      </div>
      <p className={styles.quiet}>
        {folds
          ? 'Every row is held out once, so that each figure comes with its spread. The right choice for up to some 100,000 rows.'
          : 'One part of the rows is set aside for judging. Quicker on many rows, without a spread.'}
      </p>
    </fieldset>
  );
}

/** In other words than the parameter's own description. */
const hints: Readonly<Record<string, string>> = {
  iterations: 'Trees at most; it stops earlier when held-out rows no longer gain.',
  learningRate: 'How much each tree corrects. Smaller is steadier and slower.',
  leaves: 'Leaves of a tree: how intricate a rule may be.',
  minLeafRows: 'Rows a leaf needs at least. More keeps noise out.',
  l2: 'Pulls the leaves towards zero.',
};

/** What most people leave alone: metric, seed, time, and the settings of the algorithm. */
export function TrainAdvanced({
  values,
  errors,
  columns,
  onChange,
}: ChoiceProps & { columns: readonly TrainColumn[] }) {
  const metrics = values.task === '' ? [] : metricsOf(values.task);
  const wrong = Object.keys(errors).some((field) =>
    /^(metric|weights|threshold|calibrate|seed|timeBudget|parameters)/.test(field),
  );
  return (
    <details className={styles.advanced} open={wrong || undefined}>
      <summary>Advanced</summary>
      <div className={styles.grid}>
        <NativeSelect
          label="Metric"
          description="What candidates are compared by."
          value={values.metric}
          error={errors['metric']}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onChange({ metric: metrics.find((metric) => metric === value) ?? '' });
          }}
          data={[
            { value: '', label: `Usual (${values.task === 'REGRESSION' ? 'RMSE' : 'log loss'})` },
            ...metrics.map((metric) => ({ value: metric, label: metricLabel(metric) })),
          ]}
        />
        <NativeSelect
          label="Weights"
          description="How much each row counts in what is learnt."
          value={values.weights}
          error={errors['weights']}
          onChange={(event) => {
            const weights = event.currentTarget.value;
            onChange({ weights, features: values.features.filter((name) => name !== weights) });
          }}
          data={[
            { value: '', label: 'All rows alike' },
            ...weightColumns(columns, values.target).map((name) => ({ value: name, label: name })),
          ]}
        />
        {values.task === 'CLASSIFICATION' && (
          <DecisionChoice values={values} errors={errors} onChange={onChange} />
        )}
        <NumberField
          label="Seed"
          description="The same seed gives the same model."
          value={values.seed}
          min={bounds.seed.least}
          max={bounds.seed.most}
          error={errors['seed']}
          onChange={(seed) => onChange({ seed })}
        />
        {values.algorithm === 'auto' && (
          <NumberField
            label="Time budget"
            description="How long the search may take."
            unit="s"
            value={values.timeBudgetSeconds}
            min={bounds.timeBudgetSeconds.least}
            max={bounds.timeBudgetSeconds.most}
            error={errors['timeBudgetSeconds']}
            onChange={(timeBudgetSeconds) => onChange({ timeBudgetSeconds })}
          />
        )}
        {shownParameters(values.algorithm, values.parameters).map((parameter) => (
          <ParameterInput
            key={parameter.name}
            parameter={parameter}
            hint={
              (values.algorithm === 'gradient_boosting' && hints[parameter.name]) || parameter.description
            }
            value={values.parameters[parameter.name] ?? ''}
            error={errors[`parameters.${parameter.name}`]}
            onChange={(value) => onChange({ parameters: { ...values.parameters, [parameter.name]: value } })}
          />
        ))}
      </div>
    </details>
  );
}

const thresholds: Readonly<Record<TrainValues['threshold'], string>> = {
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

const keyOf = <K extends string>(words: Readonly<Record<K, string>>, value: string): K | undefined =>
  (Object.keys(words) as K[]).find((key) => key === value);

/** How probabilities of two classes become labels. */
function DecisionChoice({ values, errors, onChange }: ChoiceProps) {
  const options = (words: Readonly<Record<string, string>>) =>
    Object.entries(words).map(([value, label]) => ({ value, label }));
  return (
    <>
      <NativeSelect
        label="Label by"
        description="Of two classes: how sure it takes to be the second."
        value={values.threshold}
        error={values.threshold === 'own' ? undefined : errors['threshold']}
        onChange={(event) => onChange({ threshold: keyOf(thresholds, event.currentTarget.value) ?? 'half' })}
        data={options(thresholds)}
      />
      {values.threshold === 'own' && (
        <NumberField
          label="Threshold"
          description="Labelled as the second class from this probability on."
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
        data={options(calibrations)}
      />
    </>
  );
}

/** One setting of an algorithm; left empty, it is the usual one. */
function ParameterInput(props: {
  parameter: AlgorithmParameter;
  hint: string;
  value: number | string;
  error: string | undefined;
  onChange: (value: number | string) => void;
}) {
  const { parameter, hint, value, error, onChange } = props;
  const label = parameterLabel(parameter.name);
  if (parameter.kind === 'choice') {
    return (
      <NativeSelect
        label={label}
        description={hint}
        value={value === '' ? parameter.default : value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={parameter.choices.map((choice) => ({ value: choice, label: parameterLabel(choice) }))}
      />
    );
  }
  if (parameter.kind === 'text') {
    return (
      <TextInput
        label={label}
        description={hint}
        maxLength={parameter.maxLength}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <NumberField
      label={label}
      description={hint}
      placeholder={parameter.default === 'auto' ? 'chosen by itself' : String(parameter.default)}
      value={typeof value === 'number' ? value : ''}
      {...parameterSteps(parameter)}
      error={error}
      onChange={onChange}
    />
  );
}
