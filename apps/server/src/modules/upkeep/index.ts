import type { Schedules } from '#platform/schedules';
import { upkeepRoutes } from './upkeep.routes.ts';
import { createUpkeepService } from './upkeep.service.ts';

export { upkeepRoutines } from './upkeep.routines.ts';

/** What the platform does by itself to stay in order, as its operator sees it. */
export const createUpkeepModule = ({ schedules }: { readonly schedules: Schedules }) => ({
  routes: upkeepRoutes(createUpkeepService(schedules)),
});
