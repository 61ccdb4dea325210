import type { ImportOptions } from '@quadrax/client';
import type { ModelVersion } from '@quadrax/contract';
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

/** Why a version cannot be written as ONNX, and what to do instead; undefined where it can. */
export function whyNoOnnx({ imported, features }: Pick<ModelVersion, 'imported' | 'features'>) {
  const texts = features.flatMap(({ name, type }) => (type === 'text' ? [name] : []));
  if (imported || texts.length === 0) return undefined;
  const [hold, without] = texts.length === 1 ? ['holds', 'that column'] : ['hold', 'those columns'];
  return `${texts.join(', ')} ${hold} free text, which ONNX has no operators for. Train without ${without} to export.`;
}

/** Hands a version to the browser's downloads. */
export function useExportModel(model: { readonly id: string; readonly name: string }) {
  return useMutation({
    mutationFn: (wanted: { format: ExportFormat; version: number }) => api.models.export(model.id, wanted),
    onSuccess: (blob, { format, version }) => saveFile(`${model.name} v${version}.${format}`, blob),
    onError: (error) => showFailure(error, `${model.name} could not be exported.`),
  });
}
