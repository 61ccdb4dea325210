export { useDatakitSearch } from './datakit-search.tsx';
export { FileDrop } from './file-drop.tsx';
export { Imports } from './imports.tsx';
export { datakitsRoutes } from './routes.ts';
export { UploadButton } from './upload-button.tsx';
export { useUploads } from './uploads.ts';
export { useAddSample, useDatakit, useProfile, useSamples } from './datakit-queries.ts';
