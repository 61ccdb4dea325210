import type { Algorithm } from '@quadrax/contract';
import { NativeSelect, NumberInput, Radio, SegmentedControl } from '@mantine/core';
import { metricLabel } from '#lib/words.ts';
import { metricsOf, parameterLabel } from './metrics.ts';
import {
  type BoostingParameter,
  boostingParameters,
  bounds,
  type TrainErrors,
  type TrainValues,
} from './train-form.ts';
import styles from './train.module.css';

const algorithms: readonly { value: Algorithm; label: string; explained: string }[] = [
  {
    value: 'auto',
    label: 'Best of all',
    explained:
      'Tries linear models and boosted trees with several settings and keeps what is best by cross-validation.',
  },
  {
    value: 'gradient_boosting',
    label: 'Gradient boosting',
    explained:
      'Many small decision trees, each correcting those before it. Strong on mixed columns; finds interactions by itself.',
  },
  {
    value: 'linear',
    label: 'Linear',
    explained: 'A weighted sum of the columns. Quick, steady on few rows, and easy to explain.',
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

/** How the model is judged on rows it has not seen. */
export function ValidationChoice({ values, errors, onChange }: ChoiceProps) {
  const folds = values.validation === 'folds';
  return (
    <fieldset className={styles.features}>
      <legend>Judged by</legend>
      <div className={styles.validation}>
        <SegmentedControl
          aria-label="Validation"
          value={values.validation}
          onChange={(validation) => onChange({ validation: validation === 'holdout' ? 'holdout' : 'folds' })}
          data={[
            { value: 'folds', label: 'Cross-validation' },
            { value: 'holdout', label: 'Holdout' },
          ]}
        />
        {folds ? (
          <NumberInput
            aria-label="Folds"
            suffix=" folds"
            value={values.folds}
            min={2}
            max={20}
            allowDecimal={false}
            error={errors['folds']}
            onChange={(value) => onChange({ folds: numberOf(value) })}
          />
        ) : (
          <NumberInput
            aria-label="Rows held out, in percent"
            suffix=" % of the rows"
            value={values.holdoutPercent}
            min={1}
            max={99}
            error={errors['holdoutPercent']}
            onChange={(value) => onChange({ holdoutPercent: numberOf(value) })}
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

/** A cleared number input gives an empty text. */
const numberOf = (value: string | number): number | '' =>
  typeof value === 'number'
    ? value
    : value.trim() === '' || !Number.isFinite(Number(value))
      ? ''
      : Number(value);

const hints: Record<BoostingParameter, string> = {
  iterations: 'Trees at most; it stops earlier when held-out rows no longer gain.',
  learningRate: 'How much each tree corrects. Smaller is steadier and slower.',
  leaves: 'Leaves of a tree: how intricate a rule may be.',
  minLeafRows: 'Rows a leaf needs at least. More keeps noise out.',
  l2: 'Pulls the leaves towards zero.',
};

/** What most people leave alone: metric, seed, time, and the settings of boosting. */
export function TrainAdvanced({ values, errors, onChange }: ChoiceProps) {
  const metrics = values.task === '' ? [] : metricsOf(values.task);
  const wrong = Object.keys(errors).some((field) => /^(metric|seed|timeBudget|parameters)/.test(field));
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
        <NumberInput
          label="Seed"
          description="The same seed gives the same model."
          value={values.seed}
          min={bounds.seed.least}
          max={bounds.seed.most}
          allowDecimal={false}
          error={errors['seed']}
          onChange={(value) => onChange({ seed: numberOf(value) })}
        />
        {values.algorithm === 'auto' && (
          <NumberInput
            label="Time budget"
            description="How long the search may take."
            suffix=" s"
            value={values.timeBudgetSeconds}
            min={bounds.timeBudgetSeconds.least}
            max={bounds.timeBudgetSeconds.most}
            allowDecimal={false}
            error={errors['timeBudgetSeconds']}
            onChange={(value) => onChange({ timeBudgetSeconds: numberOf(value) })}
          />
        )}
        {values.algorithm === 'gradient_boosting' &&
          boostingParameters.map((name) => (
            <NumberInput
              key={name}
              label={parameterLabel(name)}
              description={hints[name]}
              placeholder="chosen by itself"
              value={values.parameters[name]}
              min={bounds[name].least}
              max={bounds[name].most}
              allowDecimal={!bounds[name].whole}
              error={errors[`parameters.${name}`]}
              onChange={(value) =>
                onChange({ parameters: { ...values.parameters, [name]: numberOf(value) } })
              }
            />
          ))}
      </div>
    </details>
  );
}
