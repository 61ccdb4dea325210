import type { Deployment, Model } from '@quadrax/contract';
import { defaultAlias } from '@quadrax/contract/words';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '#ui/confirm.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { replacingWords } from './deploy-words.ts';
import { useDeploy, useDeployments } from './model-queries.ts';

/** Deploys a version; asks before it takes the place of another one that answers. */
export function DeployButton({ model, version }: { model: Model; version: number }) {
  const deploy = useDeploy(model.id);
  const [asking, setAsking] = useState(false);
  const served = model.deployedVersion;
  const verb = `Deploy version ${version}`;
  const first = (): void =>
    deploy.mutate(version, {
      onError: (error) => showFailure(error, `Version ${version} could not be deployed.`),
    });
  return (
    <>
      <Button
        loading={deploy.isPending && !asking}
        onClick={() => (served === undefined ? first() : setAsking(true))}
      >
        {verb}
      </Button>
      {asking && served !== undefined && (
        <Confirm
          title={`${verb} in place of version ${served}?`}
          verb={verb}
          act={() => deploy.mutateAsync(version)}
          onClose={() => setAsking(false)}
        >
          <Answering model={model} words={(deployment) => replacingWords(deployment, version)} />
        </Confirm>
      )}
    </>
  );
}

/** What is said of the deployment that answers where no alias is named, its trial with it. */
export function Answering(props: { model: Model; words: (deployment: Answer) => string }) {
  const { model, words } = props;
  const deployments = useDeployments(model.id);
  const usual = deployments.data?.find(({ alias }) => alias === defaultAlias);
  return words(usual ?? { alias: defaultAlias, version: model.deployedVersion ?? 0 });
}

type Answer = Pick<Deployment, 'alias' | 'version' | 'canary'>;
