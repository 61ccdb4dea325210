export { datakitsRoutes } from './routes.ts';
export { useAddSample, useDatakit, useDatakits, useProfile, useSamples } from './datakit-queries.ts';
