import type { Deployment, Model } from '@quadrax/contract';
import { defaultAlias } from '@quadrax/contract/words';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { useMayWrite } from '#lib/session.ts';
import { Confirm } from '#ui/confirm.tsx';
import { DataTable } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { NumberField } from '#ui/number-field.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { replacingWords, shareBounds, shareFault, stoppingWords } from './deploy-words.ts';
import { PromotionDoubts, Trial } from './trial.tsx';
import { useDeployAs, useDeployments, useUndeployAlias } from './model-queries.ts';
import styles from './monitoring.module.css';

const versions = ({ version, canary }: Deployment): string =>
  canary
    ? `Version ${version} · version ${canary.version} on trial for ${canary.share}\u00a0%`
    : `Version ${version}`;

/** Which version answers under which alias, what is on trial, and how to change it. */
export function Deployments(props: {
  model: Model;
  chosen: number;
  /** That a trial is looked back over. */
  days: number;
}) {
  const { model, chosen, days } = props;
  const deployments = useDeployments(model.id);
  const mayWrite = useMayWrite();
  return (
    <Section
      title="Deployments"
      note="A version on trial gets a share of the requests; one that comes again gets the same version again."
    >
      {deployments.data && deployments.data.length > 0 && (
        <DataTable
          label="Deployments"
          rows={deployments.data}
          rowKey={({ alias }) => alias}
          columns={[
            {
              key: 'alias',
              header: 'Alias',
              render: ({ alias }) => <span className={styles.words}>{alias}</span>,
            },
            {
              key: 'version',
              header: 'Answers',
              render: (deployment) => <span className={styles.words}>{versions(deployment)}</span>,
            },
            {
              key: 'since',
              header: 'Since',
              secondary: true,
              render: ({ deployedAt }) => <Moment at={deployedAt} />,
            },
            {
              key: 'acts',
              header: <span className="visually-hidden">Actions</span>,
              align: 'right',
              grow: true,
              render: (deployment) =>
                mayWrite && <Acts modelId={model.id} deployment={deployment} days={days} />,
            },
          ]}
        />
      )}
      {deployments.data?.map(
        ({ alias, version, canary }) =>
          canary && (
            <Trial key={alias} modelId={model.id} deployment={{ alias, version, canary }} days={days} />
          ),
      )}
      {deployments.data?.length === 0 && (
        <EmptyState
          title="No version is deployed"
          sentence="A deployed version answers to predictions under its alias."
        />
      )}
      {deployments.error && !deployments.data && (
        <ErrorState
          error={deployments.error}
          title="The deployments could not be read."
          onRetry={() => void deployments.refetch()}
        />
      )}
      {deployments.isPending && <SkeletonBlock height={88} />}
      {mayWrite && <DeployForm modelId={model.id} chosen={chosen} served={deployments.data ?? []} />}
    </Section>
  );
}

function Acts(props: { modelId: string; deployment: Deployment; days: number }) {
  const { modelId, deployment, days } = props;
  const deploy = useDeployAs(modelId);
  const undeploy = useUndeployAlias(modelId);
  const [asking, setAsking] = useState<'promote' | 'stop'>();
  const { alias, version, canary } = deployment;
  const put = (to: number): void =>
    deploy.mutate(
      { version: to, alias },
      { onError: (error) => showFailure(error, `Version ${to} could not be deployed.`) },
    );
  return (
    <span className={styles.acts}>
      {canary && (
        <>
          <Button
            size="compact-sm"
            variant="default"
            loading={deploy.isPending}
            onClick={() => setAsking('promote')}
          >
            Promote version {canary.version}
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => put(version)}>
            End the trial
          </Button>
        </>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        aria-label={`Stop serving ${alias}`}
        onClick={() => setAsking('stop')}
      >
        Stop serving
      </Button>
      {asking === 'promote' && canary && (
        <Confirm
          title={`Promote version ${canary.version} under “${alias}”?`}
          verb={`Promote version ${canary.version}`}
          harmless
          act={() => deploy.mutateAsync({ version: canary.version, alias })}
          onClose={() => setAsking(undefined)}
        >
          {replacingWords(deployment, canary.version)}
          <PromotionDoubts modelId={modelId} deployment={{ ...deployment, canary }} days={days} />
        </Confirm>
      )}
      {asking === 'stop' && (
        <Confirm
          title={`Stop serving “${alias}”?`}
          verb="Stop serving"
          act={() => undeploy.mutateAsync(alias)}
          onClose={() => setAsking(undefined)}
        >
          {stoppingWords(deployment)}
        </Confirm>
      )}
    </span>
  );
}

function DeployForm(props: { modelId: string; chosen: number; served: readonly Deployment[] }) {
  const { modelId, chosen } = props;
  const deploy = useDeployAs(modelId);
  const [alias, setAlias] = useState<string>(defaultAlias);
  const [share, setShare] = useState<number | ''>(100);
  const [asking, setAsking] = useState(false);
  const failure = deploy.error ? failureOf(deploy.error) : undefined;
  const errorAt = (field: string): string | undefined =>
    failure?.details.find((detail) => detail.field === field)?.message;
  const atField = errorAt('alias') ?? errorAt('canary');
  const fault = shareFault(share);
  const onTrial = share !== '' && share < 100;
  const verb = onTrial ? `Try version ${chosen}` : `Deploy version ${chosen}`;
  const served = props.served.find((one) => one.alias === alias);
  const replaces = !onTrial && served !== undefined && served.version !== chosen;
  const wanted = { version: chosen, alias, ...(onTrial && { canary: share }) };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (fault !== undefined) return;
        if (replaces) setAsking(true);
        else deploy.mutate(wanted);
      }}
    >
      <TextInput
        label="Alias"
        value={alias}
        error={errorAt('alias')}
        onChange={(event) => setAlias(event.currentTarget.value)}
      />
      <NumberField
        label="Share of the requests"
        description="Below 100 % it is on trial"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        unit="%"
        {...shareBounds}
        value={share}
        error={fault ?? errorAt('canary')}
        onChange={setShare}
      />
      <Button type="submit" variant="default" loading={deploy.isPending && !asking}>
        {verb}
      </Button>
      {failure && atField === undefined && (
        <p role="alert" className={styles.refusal}>
          {failure.message}
        </p>
      )}
      {asking && served && (
        <Confirm
          title={`${verb} in place of version ${served.version}?`}
          verb={verb}
          harmless
          act={() => deploy.mutateAsync(wanted)}
          onClose={() => setAsking(false)}
        >
          {replacingWords(served, chosen)}
        </Confirm>
      )}
    </form>
  );
}
