export { FileDrop } from './file-drop.tsx';
export { Imports } from './imports.tsx';
export { datakitsRoutes } from './routes.ts';
export { UploadButton } from './upload-button.tsx';
export { useUploads } from './uploads.ts';
export { useAddSample, useDatakit, useDatakits, useProfile, useSamples } from './datakit-queries.ts';
