import type { upkeep } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { UpkeepService } from './upkeep.service.ts';

export const upkeepRoutes = (service: UpkeepService): Handlers<typeof upkeep> => ({
  list: () => service.list(),
  run: ({ change, params }) => service.run(change, params.name),
});
