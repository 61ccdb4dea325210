import type { Algorithm } from '@quadrax/contract';
import type { AlgorithmParameter } from '@quadrax/contract/algorithms';
import { NativeSelect, Radio, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { metricLabel } from '#lib/words.ts';
import { NumberField } from '#ui/number-field.tsx';
import { comparedBy, parameterLabel } from './metrics.ts';
import type { TrainColumn } from './train-columns.ts';
import { bounds, splitColumns, type TrainErrors, type TrainValues, weightColumns } from './train-form.ts';
import { keyOf, LabelChoice } from './train-labels.tsx';
import { idleParameter, parameterSteps, shownParameters } from './train-parameters.ts';
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
          onChange={(validation) => onChange({ validation: validation === 'holdout' ? 'holdout' : 'folds' })}
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
            {...bounds.folds}
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
            onChange({ splitBy: keyOf(splitWords, value) ?? '', splitColumn: '' });
          }}
          data={Object.entries(splitWords).map(([value, label]) => ({ value, label }))}
        />
        {values.splitBy !== '' && (
          <NativeSelect
            aria-label={values.splitBy === 'time' ? 'Column of the time' : 'Column of the groups'}
            value={values.splitColumn}
            error={errors['splitColumn']}
            onChange={(event) => {
              const splitColumn = event.currentTarget.value;
              const kept = values.features.filter((name) => name !== splitColumn);
              onChange({ splitColumn, ...(values.splitBy === 'groups' && { features: kept }) });
            }}
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

/** What candidates are compared by where nothing else is asked for. */
const usualMetric = ({ task, algorithm, parameters }: TrainValues): string => {
  if (task !== 'REGRESSION') return 'log loss';
  const loss = algorithm === 'gradient_boosting' ? parameters['loss'] : undefined;
  return loss === 'quantile' ? 'pinball loss' : loss === 'poisson' ? 'Poisson deviance' : 'RMSE';
};

/** In other words than the parameter's own description. */
const hints: Readonly<Record<string, string>> = {
  iterations: 'Trees at most; it stops earlier when held-out rows no longer gain.',
  learningRate: 'How much each tree corrects. Smaller is steadier and slower.',
  leaves: 'Leaves of a tree: how intricate a rule may be.',
  minLeafRows: 'Rows a leaf needs at least. More keeps noise out.',
  l2: 'Pulls the leaves towards zero.',
  earlyStopping: 'Whether rounds end when rows kept aside for that no longer gain.',
  patience: 'Rounds without a gain before it stops.',
  validationShare: 'Share of the training rows kept aside for that.',
  maxBins: 'How finely numbers are cut. More is finer and slower.',
};

/** What most people leave alone: metric, seed, time, and the settings of the algorithm. */
export function TrainAdvanced({
  values,
  errors,
  columns,
  onChange,
}: ChoiceProps & { columns: readonly TrainColumn[] }) {
  const metrics = values.task === '' ? [] : comparedBy(values.task);
  const [opened, setOpened] = useState(false);
  const wrong = Object.keys(errors).some((field) =>
    /^(metric|weights|classWeights|positive|threshold|calibrate|seed|timeBudget|parameters)/.test(field),
  );
  return (
    <details
      className={styles.advanced}
      // What is wrong in it opens it; it stays so while that is mended.
      open={opened || wrong}
      onToggle={({ currentTarget: { open } }) => setOpened(open)}
    >
      <summary>Advanced</summary>
      <div className={styles.grid}>
        <NativeSelect
          label="Metric"
          description="What candidates are compared by. Changes nothing that is learnt, but the threshold where that is automatic."
          value={values.metric}
          error={errors['metric']}
          onChange={(event) => {
            const { value } = event.currentTarget;
            onChange({ metric: metrics.find((metric) => metric === value) ?? '' });
          }}
          data={[
            { value: '', label: `Usual (${usualMetric(values)})` },
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
          <LabelChoice
            values={values}
            errors={errors}
            labels={columns.find(({ name }) => name === values.target)?.labels}
            onChange={onChange}
          />
        )}
        <NumberField
          label="Seed"
          description="The same seed gives the same model."
          value={values.seed}
          {...bounds.seed}
          error={errors['seed']}
          onChange={(seed) => onChange({ seed })}
        />
        {values.algorithm === 'auto' && (
          <NumberField
            label="Time budget"
            description="How long the search may take."
            unit="s"
            value={values.timeBudgetSeconds}
            {...bounds.timeBudgetSeconds}
            error={errors['timeBudgetSeconds']}
            onChange={(timeBudgetSeconds) => onChange({ timeBudgetSeconds })}
          />
        )}
        {shownParameters(values.algorithm).map((parameter) => (
          <ParameterInput
            key={parameter.name}
            parameter={parameter}
            idle={idleParameter(parameter.name, values.parameters)}
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

/** One setting of an algorithm; left empty, it is the usual one. */
function ParameterInput(props: {
  parameter: AlgorithmParameter;
  hint: string;
  /** Why it is not to be set beside the others; what was typed stays. */
  idle: string | undefined;
  value: number | string;
  error: string | undefined;
  onChange: (value: number | string) => void;
}) {
  const { parameter, hint, idle, value, error, onChange } = props;
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
      description={idle ?? hint}
      disabled={idle !== undefined}
      placeholder={parameter.default === 'auto' ? 'chosen by itself' : String(parameter.default)}
      value={typeof value === 'number' ? value : ''}
      {...parameterSteps(parameter)}
      error={error}
      onChange={onChange}
    />
  );
}
