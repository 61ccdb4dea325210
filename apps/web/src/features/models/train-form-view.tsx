import type { Datakit, Model } from '@quadrax/contract';
import { QuadraxError } from '@quadrax/client';
import { Button, SegmentedControl, Select } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { FeatureChecklist } from './feature-checklist.tsx';
import { useNamesakes, useTrain } from './model-queries.ts';
import { AlgorithmChoice, TrainAdvanced, ValidationChoice } from './train-choices.tsx';
import { inferTask, targetRefusal, type Task, taskOf, type TrainColumn } from './train-columns.ts';
import {
  fieldOfDetail,
  suggestedName,
  type TrainErrors,
  trainErrors,
  trainSentence,
  type TrainValues,
  unusedName,
  changeOfTarget,
} from './train-form.ts';
import { TrainName } from './train-name.tsx';
import styles from './train.module.css';

export interface TrainFormProps {
  /** The model that gets a new version; undefined: a new model. */
  model: Model | undefined;
  datakit: Datakit;
  columns: readonly TrainColumn[];
  initial: TrainValues;
}

/** Everything a training needs, filled in; errors stand at their fields and keep what was typed. */
export function TrainForm({ model, datakit, columns, initial }: TrainFormProps) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<TrainErrors>({});
  const form = useRef<HTMLFormElement>(null);
  const go = useNavigate();
  const train = useTrain(model);
  const task = taskOf(model);
  const suggested = suggestedName(values.target, datakit.name);
  const namesakes = useNamesakes(model ? '' : suggested);
  // Until another is typed, the name is one that no other model has.
  const name = values.name === suggested ? unusedName(suggested, namesakes) : values.name;
  const put = (change: Partial<TrainValues>): void => {
    setValues((before) => ({ ...before, ...change }));
    // What was wrong with a field is over once it is changed.
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !(field in change))));
  };
  const showErrors = (found: TrainErrors): void => {
    setErrors(found);
    requestAnimationFrame(() => firstFault(form.current)?.focus());
  };
  const submit = (): void => {
    const found = trainErrors(
      values,
      columns.find(({ name: one }) => one === values.target),
    );
    if (Object.keys(found).length > 0) return showErrors(found);
    setErrors({});
    train.mutate(
      { ...values, name: model ? values.name : name },
      {
        onSuccess: ({ id }) => void go({ to: '/models/$id', params: { id } }),
        onError: (error) =>
          showErrors(
            Object.fromEntries(
              failureOf(error).details.map(({ field, message }) => [fieldOfDetail(field), message]),
            ),
          ),
      },
    );
  };
  return (
    <form
      ref={form}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Target
        values={values}
        columns={columns}
        errors={errors}
        fixed={task}
        onTarget={(target) =>
          put({
            ...changeOfTarget(values, { target, columns, task }),
            ...(values.name === suggested && { name: suggestedName(target, datakit.name) }),
          })
        }
        onTask={(chosen) => put({ task: chosen, metric: '' })}
      />
      <FeatureChecklist
        columns={columns.filter((column) => column.name !== values.target)}
        target={values.target}
        rows={datakit.rows ?? 0}
        chosen={values.features}
        error={errors['features']}
        onChange={(features) => put({ features })}
      />
      <AlgorithmChoice
        value={values.algorithm}
        onChange={(algorithm) => put({ algorithm, parameters: {} })}
      />
      <ValidationChoice values={values} errors={errors} columns={columns} onChange={put} />
      <TrainAdvanced values={values} errors={errors} columns={columns} onChange={put} />
      {!model && (
        <TrainName
          value={name}
          error={errors['name']}
          twin={namesakes.find(
            (one) =>
              one.latestVersion !== undefined && one.datakitId === datakit.id && one.target === values.target,
          )}
          onChange={(typed) => put({ name: typed })}
        />
      )}
      {train.error && (
        <Refusal error={train.error} again={model !== undefined} marked={Object.keys(errors).length > 0} />
      )}
      <div className={styles.foot}>
        <Button type="submit" loading={train.isPending}>
          Train
        </Button>
        <p>{trainSentence(values, datakit.rows ?? 0)}</p>
      </div>
    </form>
  );
}

/** Where the first thing that is wrong is mended: its field, or the list it is about. */
const firstFault = (form: HTMLFormElement | null): HTMLElement | null | undefined =>
  form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-faulty="true"]');

/** Why nothing was started; what belongs to a field stands there and is not said twice. */
function Refusal({ error, again, marked }: { error: Error; again: boolean; marked: boolean }) {
  const title = again
    ? 'The training could not be started.'
    : 'The model could not be trained; none was kept.';
  if (!marked) return <ErrorState error={error} title={title} />;
  const { message, requestId } = failureOf(error);
  return (
    <ErrorState
      error={new QuadraxError({ code: 'UNTRAINABLE', message, requestId })}
      title={title}
      hint="See what is marked above, change it and train again."
    />
  );
}

function Target(props: {
  values: TrainValues;
  columns: readonly TrainColumn[];
  errors: TrainErrors;
  /** Of a model that is trained again, where it stays. */
  fixed: Task | undefined;
  onTarget: (target: string) => void;
  onTask: (task: Task) => void;
}) {
  const { values, columns, errors, fixed, onTarget, onTask } = props;
  const column = columns.find((one) => one.name === values.target);
  const guess = column && inferTask(column);
  return (
    <div className={styles.target}>
      <Select
        label="Column to predict"
        description="The target. Rows where it is missing are left out. Columns that cannot be predicted say why in the list."
        searchable
        allowDeselect={false}
        value={values.target === '' ? null : values.target}
        onChange={(target) => target !== null && onTarget(target)}
        data={columns.map((one) => ({
          value: one.name,
          label: one.name,
          disabled: targetRefusal(one, fixed) !== undefined,
        }))}
        renderOption={({ option }) => (
          <TargetOption column={columns.find((one) => one.name === option.value)} task={fixed} />
        )}
        classNames={{ option: styles.choice }}
        error={errors['target'] ?? (column && targetRefusal(column, values.task || undefined))}
        limit={300}
      />
      {guess && (
        <div className={styles.task}>
          {guess.open && fixed === undefined ? (
            <SegmentedControl
              size="xs"
              aria-label="What is predicted"
              value={values.task}
              onChange={(task) => onTask(task === 'REGRESSION' ? 'REGRESSION' : 'CLASSIFICATION')}
              data={[
                { value: 'CLASSIFICATION', label: 'Classes' },
                { value: 'REGRESSION', label: 'A number' },
              ]}
            />
          ) : (
            <b>{values.task === 'REGRESSION' ? 'Regression' : 'Classification'}</b>
          )}
          <span>
            {fixed === undefined || fixed === guess.task ? guess.reason : 'As every version of this model.'}
          </span>
        </div>
      )}
    </div>
  );
}

/** A column that may be predicted with its type, another with the reason why not. */
function TargetOption({ column, task }: { column: TrainColumn | undefined; task: Task | undefined }) {
  const refusal = column && targetRefusal(column, task);
  return (
    <span className={styles.option} data-refused={refusal !== undefined || undefined}>
      <span>{column?.name}</span>
      <span className={styles.quiet}>{refusal ?? column?.type}</span>
    </span>
  );
}
