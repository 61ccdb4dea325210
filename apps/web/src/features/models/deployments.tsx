import type { Deployment, Model } from '@quadrax/contract';
import { Button, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { useMayWrite } from '#lib/session.ts';
import { DataTable } from '#ui/data-table.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { Section } from '#ui/section.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { useDeployAs, useDeployments, useUndeployAlias } from './model-queries.ts';
import styles from './monitoring.module.css';

const versions = ({ version, canary }: Deployment): string =>
  canary
    ? `Version ${version} · version ${canary.version} on trial for ${canary.share} %`
    : `Version ${version}`;

/** Which version answers under which alias, what is on trial, and how to change it. */
export function Deployments({ model, chosen }: { model: Model; chosen: number }) {
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
            { key: 'alias', header: 'Alias', render: ({ alias }) => alias },
            { key: 'version', header: 'Answers', render: versions },
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
              render: (deployment) => mayWrite && <Acts modelId={model.id} deployment={deployment} />,
            },
          ]}
        />
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
      {mayWrite && <DeployForm modelId={model.id} chosen={chosen} />}
    </Section>
  );
}

function Acts({ modelId, deployment }: { modelId: string; deployment: Deployment }) {
  const deploy = useDeployAs(modelId);
  const undeploy = useUndeployAlias(modelId);
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
            onClick={() => put(canary.version)}
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
        loading={undeploy.isPending}
        aria-label={`Stop serving ${alias}`}
        onClick={() =>
          undeploy.mutate(alias, {
            onError: (error) => showFailure(error, `${alias} could not be taken out of service.`),
          })
        }
      >
        Stop serving
      </Button>
    </span>
  );
}

function DeployForm({ modelId, chosen }: { modelId: string; chosen: number }) {
  const deploy = useDeployAs(modelId);
  const [alias, setAlias] = useState('production');
  const [share, setShare] = useState<string | number>(100);
  const failure = deploy.error ? failureOf(deploy.error) : undefined;
  const errorAt = (field: string): string | undefined =>
    failure?.details.find((detail) => detail.field === field)?.message;
  const atField = errorAt('alias') ?? errorAt('canary');
  const percent = Number(share);
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        deploy.mutate({ version: chosen, alias, ...(percent < 100 && { canary: percent }) });
      }}
    >
      <TextInput
        label="Alias"
        value={alias}
        error={errorAt('alias')}
        onChange={(event) => setAlias(event.currentTarget.value)}
      />
      <NumberInput
        label="Share of the requests"
        description="Below 100 % it is on trial"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        suffix=" %"
        min={0}
        max={100}
        value={share}
        error={errorAt('canary')}
        onChange={setShare}
      />
      <Button type="submit" variant="default" loading={deploy.isPending}>
        {percent < 100 ? `Try version ${chosen}` : `Deploy version ${chosen}`}
      </Button>
      {failure && atField === undefined && (
        <p role="alert" className={styles.refusal}>
          {failure.message}
        </p>
      )}
    </form>
  );
}
