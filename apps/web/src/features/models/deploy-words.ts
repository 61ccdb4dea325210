import type { Deployment } from '@quadrax/contract';

/** What answers where no alias is named: `defaultAlias` of the contract. */
const usual = 'production';

const askers = (alias: string): string =>
  alias === usual
    ? `Requests to this model that name no alias, or “${usual}”,`
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
