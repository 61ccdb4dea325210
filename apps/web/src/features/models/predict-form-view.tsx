import type { Model, ModelVersion } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { errorsByFeature, initialValues, predictFields, toRecord, unseenRemark } from './predict-form.ts';
import { PredictionReasons } from './explain/prediction-reasons.tsx';
import { CallAsCode } from './call-as-code.tsx';
import { PredictInput } from './predict-input.tsx';
import { PredictionResult } from './prediction-result.tsx';
import styles from './predict.module.css';

type PredictReply = Awaited<ReturnType<typeof api.models.predict>>;

/** With what contributed to it; a version that was trained before there were explanations answers without. */
async function predictWithReasons(
  modelId: string,
  record: Record<string, unknown>,
  { signal }: { readonly signal: AbortSignal },
): Promise<PredictReply> {
  try {
    return await api.models.predict(modelId, record, { signal, explain: true });
  } catch (error) {
    if (failureOf(error).code !== 'CONFLICT') throw error;
    return api.models.predict(modelId, record, { signal });
  }
}

/** The features of the deployed version as a form, its answer beside it, and the same call as code; `below` the form. */
export function PredictForm({
  model,
  version,
  below,
}: {
  model: Model;
  version: ModelVersion;
  below: ReactNode;
}) {
  const fields = useMemo(
    () => predictFields(version.features, version.example, version.imported !== undefined),
    [version],
  );
  const example = useMemo(() => initialValues(fields, version.example), [fields, version.example]);
  const [values, setValues] = useState(example);
  const { record, errors } = useMemo(() => toRecord(fields, values), [fields, values]);
  const typed = Object.keys(errors).length === 0;
  const [asked] = useDebouncedValue(record, 250);
  const answer = useQuery({
    queryKey: ['models', 'predict', model.id, version.version, asked],
    queryFn: async ({ signal }) => {
      const started = performance.now();
      // A model that was imported is not explained.
      const predict = version.imported ? api.models.predict : predictWithReasons;
      const reply = await predict(model.id, asked, { signal });
      return { prediction: reply.predictions[0], version: reply.version, ms: performance.now() - started };
    },
    enabled: typed,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  // The last answer stays, dimmed, while an input is refused.
  const [last, setLast] = useState(answer.data);
  if (answer.data && answer.data !== last) setLast(answer.data);
  const failure = answer.error && typed ? failureOf(answer.error) : undefined;
  const names = fields.map((field) => field.name);
  const refused = failure ? errorsByFeature(failure.details, names) : {};
  const atFields = Object.keys(refused).some((name) => name !== '');
  const changed = fields.some((field) => values[field.name] !== example[field.name]);
  return (
    <div className={styles.predict}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void answer.refetch();
        }}
      >
        <Section
          title="A row to predict"
          note="The answer follows what you type. Leave an input empty where the value is missing."
        >
          <div className={styles.fields}>
            {fields.map((field) => (
              <PredictInput
                key={field.name}
                field={field}
                value={values[field.name] ?? ''}
                error={errors[field.name] ?? refused[field.name]}
                remark={
                  refused[field.name] === undefined
                    ? unseenRemark(field, values[field.name] ?? '')
                    : undefined
                }
                onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
              />
            ))}
          </div>
        </Section>
        <div className={styles.submit}>
          <Button type="submit" loading={answer.isFetching} disabled={!typed}>
            Predict
          </Button>
          <Button variant="subtle" disabled={!changed} onClick={() => setValues(example)}>
            Back to the example
          </Button>
        </div>
      </form>
      <div className={styles.answer}>
        <Section title={`Predicted ${version.target}`}>
          {failure && !atFields ? (
            <ErrorState error={failure} onRetry={() => void answer.refetch()} />
          ) : (
            <PredictionResult
              prediction={last?.prediction}
              version={version}
              served={last?.version}
              ms={last?.ms}
              stale={!typed || Boolean(failure) || answer.isPlaceholderData}
            />
          )}
        </Section>
        {last?.prediction?.explanation && (
          <Section title={`Why ${last.prediction.label ?? version.target}`}>
            <PredictionReasons explanation={last.prediction.explanation} version={version} />
          </Section>
        )}
        <Section title="The same call">
          <CallAsCode
            call={{
              name: 'models.predict',
              params: { id: model.id },
              body: { inputs: record },
            }}
          />
          <p className={styles.quiet}>
            It needs a token in QUADRAX_TOKEN: make an API key under <Link to="/account">API keys</Link>.
          </p>
        </Section>
      </div>
      <div className={styles.below}>{below}</div>
    </div>
  );
}
