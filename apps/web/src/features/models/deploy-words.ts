import type { Deployment } from '@quadrax/contract';
import { defaultAlias } from '@quadrax/contract/words';
import { numberFault } from '#lib/numbers.ts';

/** Percent of the requests that a version may get. */
export const shareBounds = { min: 0, max: 100 };

/** Why a version cannot be deployed for such a share. An empty field is no share: it does not mean all. */
export const shareFault = (share: number | ''): string | undefined =>
  numberFault(share === '' ? -1 : share, shareBounds);

const askers = (alias: string): string =>
  alias === defaultAlias
    ? `Requests to this model that name no alias, or “${defaultAlias}”,`
    : `Requests to this model that name the alias “${alias}”`;

const trialEnds = ({ canary }: Pick<Deployment, 'canary'>, kept?: number): string =>
  canary && canary.version !== kept ? ` The trial of version ${canary.version} ends.` : '';

/** What happens to who asks when an alias gets another version. */
export const replacingWords = (
  served: Pick<Deployment, 'alias' | 'version' | 'canary'>,
  by: number,
): string =>
  `${askers(served.alias)} are answered by version ${by} at once, in place of version ${served.version}.${trialEnds(served, by)} Version ${served.version} stays and can be deployed again.`;

/** What happens to who asks when an alias is taken out of service. */
export const stoppingWords = (served: Pick<Deployment, 'alias' | 'version' | 'canary'>): string =>
  `${askers(served.alias)} are no longer answered by version ${served.version}; where no other version is deployed for them, they are refused.${trialEnds(served)} The version stays and can be deployed again.`;
