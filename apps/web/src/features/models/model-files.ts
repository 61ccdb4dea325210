import type { ImportOptions } from '@quadrax/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { saveFile } from '#lib/clipboard.ts';
import { showFailure } from '#ui/undo-notice.tsx';

export type ExportFormat = 'onnx' | 'json';

/** Makes a model of an ONNX file. */
export function useImportModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, ...options }: ImportOptions & { file: File }) => api.models.import(file, options),
    onSuccess: () => client.invalidateQueries({ queryKey: ['models'] }),
  });
}

/** Hands a version to the browser's downloads. */
export function useExportModel(model: { readonly id: string; readonly name: string }) {
  return useMutation({
    mutationFn: (wanted: { format: ExportFormat; version: number }) => api.models.export(model.id, wanted),
    onSuccess: (blob, { format, version }) => saveFile(`${model.name} v${version}.${format}`, blob),
    onError: (error) => showFailure(error, `${model.name} could not be exported.`),
  });
}
